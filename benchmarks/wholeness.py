"""Whether a library is whole, and search finds what it must."""

from contextlib import closing

import numpy as np

from assistant.models.fake import FakeEmbedder
from assistant.sentences import split
from assistant.vectorstore import exact
from assistant.vectorstore.lexical import Lexical
from assistant.vectorstore.store import Store

TOPICS = ("routing", "graphs", "trees", "ships", "molecules", "questions")
"""Words of the papers that are searched for."""


class NotWholeError(Exception):
    """Something was lost, or is there by half."""


def look_into(store: Store) -> None:
    """Look for papers that are there by half.

    Raises:
        NotWholeError: There are.
    """
    findings = store.ledger.check()
    rows, vectors = next(store.ledger.vectors.all(), (np.zeros(0, dtype=np.int64), np.ones((0, 1))))
    if len(rows) and not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.02):
        findings.append("a vector is not of length 1")
    marked = {row for (row,) in store.ledger.database.query("SELECT row FROM fingerprints")}
    sentences = store.sentences(rows.tolist())
    if not marked == set(rows.tolist()) == sentences.keys():
        findings.append("papers, fingerprints and sentences are not of the same rows")
    for row, paper in store.papers(rows.tolist()).items():
        if row in sentences and len(sentences[row][0]) != 1 + len(split(paper.abstract)):
            findings.append(f"sentences of {paper.id} are missing")
    if findings:
        raise NotWholeError("; ".join(findings))


def search(store: Store) -> None:
    """Compare search with a look at every paper: by cosines, as many papers are equally near.

    Raises:
        NotWholeError: It finds others.
    """
    found: list[float] = []
    expected: list[float] = []
    everything = next(store.ledger.vectors.all(), None)
    if everything is None:
        return
    with closing(Lexical(store.ledger.database.path.parent / "nowhere", store.ledger)) as plain:
        for topic in TOPICS:
            query = FakeEmbedder().embed([f"the {topic} of kind 7"], "query")[0]
            found += store.nearest(query, 10).values()
            expected += exact.nearest(query, *everything, 10).values()
            here, there = store.lexical([topic.rstrip("s"), "kind"], 10), plain.best([topic.rstrip("s"), "kind"], 10)
            if here.keys() != there.keys() or not np.allclose(list(here.values()), list(there.values()), rtol=1e-4):
                raise NotWholeError("search by words finds other papers than there are")
    # The index is a graph that is searched along its edges; it may miss one in a hundred.
    if len(found) != len(expected) or np.isclose(found, expected, atol=1e-5).mean() < 0.95:
        raise NotWholeError("search by vectors finds other papers than the nearest")
