"""Things that a question names, and whether the papers found speak of them at all."""

import re
from collections.abc import Iterator, Sequence

from assistant.types import Paper
from assistant.words import STOP, fold, has_name, names, proper, stems

FIRST = 3
"""Papers that may speak of what a question names: what only a later one mentions is not what the question is about."""

HEADLINE = 0.5
"""Share of capitalised words from which a question is written like a headline, and capitals say nothing."""

SPOKEN = frozenset(("faq", "id", "ids", "ok", "pdf", "sota", "tldr", "vs"))
"""Capitals that people write of papers, and papers not of themselves."""

ROOT = 6
"""Letters that tell a name in another form of it, such as Markov and Markovian."""

OWN = re.compile(r"([A-Z][\w-]*(?: [A-Z][\w-]*){0,2})\s*:\s")
"""A title that begins with a name."""

ANY = """
approach method model paper work idea problem task solve address propose introduce present show find report use apply
achieve reach perform result claim conclude contribute contribution advantage benefit limitation main key purpose
explain describe summarise summarize tell mean stand call exactly actually make good well do help differ new need
"""
"""What any paper can be asked about, in whatever words it has."""

ACRONYM = re.compile(r"([A-Z]{2,6})s?$")
WORD = re.compile(r"[^\W\d_]+")


def absent(question: str, papers: Sequence[Paper]) -> list[str]:
    """Return what a question names and none of the papers mentions.

    A paper near the question in all else may hold no word of what is asked for: `TAPE's accuracy on Cora` is not
    answered where no one speaks of Cora. Only names count, as any other word has others that say the same.

    >>> absent("What does RouteLLM reach on MT-Bench?", [Paper(id="1", title="RouteLLM", abstract="It routes.")])
    ['MT-Bench']
    """
    texts = [_told(paper) for paper in papers]
    return [name for name in _named(question) if not any(mentions(text, name) for text in texts)]


def is_named(question: str, papers: Sequence[Paper]) -> bool:
    """Tell whether a question has a name that the first of the papers has, and no other.

    What the paper calls its own work need not look like a name in the question: people type `banyan`.

    >>> cats, dogs = Paper(id="1", title="CatNet", abstract="It purrs."), Paper(id="2", title="DogNet")
    >>> is_named("What is CatNet?", [cats, dogs]), is_named("What is CatNet?", [dogs, cats])
    (True, False)
    """
    first, *others = [_told(paper) for paper in papers] or [""]
    coined = [name for name in (*names(question), *own_names(papers[:1])) if has_name(question, name)]
    return any(
        has_name(first, name)
        and not any(has_name(text, name) for text in others)
        and _goes_on_about(question, name, first)
        for name in coined
    )


def _goes_on_about(question: str, name: str, text: str) -> bool:
    """Tell whether what else a question says can be about the paper that has a name.

    Of a name typed like a word, such as the tree `banyan`, all must be in the paper; of others, one thing, or there
    must be no two.
    """
    rest = set(stems(question)) - set(stems(name)) - set(stems(ANY))
    missing = rest - set(stems(text))
    return not missing if name not in question else len(missing) < max(len(rest), 2)


def own_names(papers: Sequence[Paper]) -> Iterator[str]:
    """Return what papers call their own work: what stands before a colon in the title, and in the abstract as a name.

    >>> list(own_names([Paper(id="1", title="Banyan: Learning with Structure", abstract="Here is Banyan, a model.")]))
    ['Banyan']
    """
    for paper in papers:
        found = OWN.match(paper.title)
        name = found[1] if found else ""
        # A word that the abstract has in lower case is a word, and no name.
        if name and re.search(rf"\b{re.escape(name)}\b", paper.abstract) and name.lower() not in paper.abstract:
            yield name


def mentions(text: str, name: str) -> bool:
    """Tell whether a text has a name, or words of which it is the acronym.

    >>> mentions("Graph neural networks on a phone", "GNNs")
    True
    """
    if has_name(text, name) or (name.istitle() and re.search(rf"\b{name[:ROOT]}", text)):
        return True
    acronym = ACRONYM.match(name)
    return acronym is not None and fold(acronym[1]) in "".join(word[0] for word in WORD.findall(fold(text)))


def _named(question: str) -> Iterator[str]:
    words = WORD.findall(question)[1:]
    capitals = [word for word in words if word.istitle()]
    found = names(question)
    if len(capitals) < HEADLINE * max(len(words), 1):
        found += proper(question)
    for name in dict.fromkeys(found):
        # `7B` is a number, and `NOT` is loud.
        if not name[0].isdigit() and name.lower() not in STOP | SPOKEN:
            yield name


def _told(paper: Paper) -> str:
    known = (paper.title, paper.abstract, *paper.authors, paper.venue or "", str(paper.year or ""), *paper.topics)
    return ". ".join(part for part in known if part)
