"""What is lost by keeping vectors in few bytes (vectorstore/codes.py).

    python benchmarks/codes.py

Embeds the seed's papers and questions, and compares the cosines of whole vectors with those of coded ones; then, how
often a question's gold sentence is among the first of its gold paper's sentences, by either.
"""

import numpy as np
import shared

from assistant import readers
from assistant.embedding import embeddings
from assistant.models.embedder import SentenceEmbedder
from assistant.types import Paper
from assistant.vectorstore import codes
from assistant.words import stems

FIRST = (1, 2, 4)


def main() -> None:
    """Compare and print."""
    embedder = SentenceEmbedder()
    page = shared.folder() / "seed" / shared.PAGE
    papers = {paper.title: paper for paper in readers.read(page) if isinstance(paper, Paper)}
    found = dict(zip(papers, embeddings(list(papers.values()), embedder), strict=True))
    questions = shared.questions()
    vectors = embedder.embed([question.text for question in questions], "query")
    errors: dict[str, list[float]] = {"papers": [], "sentences": []}
    places: dict[str, list[int]] = {"whole": [], "coded": []}
    for question, vector in zip(questions, vectors, strict=True):
        for title in question.gold:
            paper, whole = papers[title], found[title]
            kept = codes.unpack([codes.pack(whole.vector)])[0]
            coded = codes.decode(
                np.repeat(kept[None], len(whole.spans), axis=0), codes.encode(kept, whole.sentence_vectors)
            )
            errors["papers"].append(float((kept - whole.vector) @ vector))
            errors["sentences"] += ((coded - whole.sentence_vectors) @ vector).tolist()
            texts = [paper.text(span.field)[span.start : span.end] for span in whole.spans]
            places["whole"].append(_place(texts, whole.sentence_vectors @ vector, question.evidence))
            places["coded"].append(_place(texts, coded @ vector, question.evidence))
    for name, values in errors.items():
        print(f"cosines of {name}: root mean square of the error {np.sqrt(np.mean(np.square(values))):.4f}")
    for name, first in places.items():
        shares = ", ".join(
            f"{np.mean([place < limit for place in first]):.3f} among the first {limit}" for limit in FIRST
        )
        print(f"gold sentence by {name} vectors: {shares}")


def _place(texts: list[str], cosines: np.ndarray, evidence: str) -> int:
    """Return at which place the sentence stands that has the most words in common with the gold one."""
    gold = set(stems(evidence))
    best = max(range(len(texts)), key=lambda at: len(gold & set(stems(texts[at]))))
    return int(np.argsort(-cosines).tolist().index(best))


if __name__ == "__main__":
    main()
