"""Questions to begin with, made from the library's own papers."""

import re
from collections.abc import Iterable, Iterator

from assistant.types import Paper

NAMED = re.compile(r"(?P<name>[A-Z][\w-]*[A-Z0-9][\w-]*|[A-Z][a-z]{3,}): \S")
"""A title that begins with a name of its own, such as `RouteLLM: Learning to Route`."""

FORMS = ("What does {} propose?", "How does {} work?", "What is {} for?", "What does {} show?")


def examples(papers: Iterable[Paper]) -> list[str]:
    """Return a few questions, each about a paper that names its own work and says more of it in the abstract."""
    # A name that is a word too may be found as that word, and its question refused: `Banyan` is a tree.
    names = sorted(_names(papers), key=lambda name: name.isalpha() and name.istitle())
    return [form.format(name) for form, name in zip(FORMS, names, strict=False)]


def _names(papers: Iterable[Paper]) -> Iterator[str]:
    seen: set[str] = set()
    for paper in papers:
        found = NAMED.match(paper.title)
        if found and found["name"] not in seen and found["name"] in paper.abstract:
            seen.add(found["name"])
            yield found["name"]
