"""What the library is about as a whole: its themes, each with the papers in its middle."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.compose import headline, marked, plain, quoted
from assistant.types import Answer, Citation, Claim, Paper, Topic

THEMES = 8
"""Themes that are told of; more would be read by no one."""

PAPERS = 2
"""Papers named of each."""

LIBRARY = r"(?:my|our|the|this|your)\s+(?:whole\s+|entire\s+)?(?:library|collection|archive|bibliography|papers)"
THEME = r"(?:main\s+|major\s+)?(?:topics?|themes?|subjects?|areas?|fields?)"
WHOLE = tuple(
    re.compile(rf"\W*(?:{pattern})\W*", re.IGNORECASE)
    for pattern in (
        rf"what(?:['’]s|\s+is|\s+do\s+(?:i|we)\s+have|\s+have\s+(?:i|we)\s+got)(?:\s+there)?\s+in\s+{LIBRARY}",
        rf"what\s+(?:is|are)\s+{LIBRARY}\s+about",
        rf"what\s+do(?:es)?\s+{LIBRARY}\s+(?:cover|contain|hold|deal\s+with|include)",
        rf"(?:what|which)\s+{THEME}\s+do(?:es)?\s+{LIBRARY}\s+(?:cover|contain|hold|deal\s+with|include|have)",
        rf"(?:what|which)\s+(?:are\s+the\s+)?{THEME}\s+(?:are\s+)?(?:there\s+)?(?:covered\s+)?(?:in|of)\s+{LIBRARY}",
        rf"(?:please\s+)?(?:(?:give|show)\s+(?:me|us)\s+)?(?:an?\s+|the\s+)?(?:overview|summary|map|{THEME})\s+of\s+{LIBRARY}",
        rf"(?:please\s+)?(?:summari[sz]e|describe|outline)\s+{LIBRARY}",
    )
)
"""Questions about all of the library; with anything more, such as `about graphs`, a paper can answer."""


def is_asked(question: str) -> bool:
    """Tell whether a question is about the library as a whole.

    >>> is_asked("What is in my library?"), is_asked("What is in my library about graphs?")
    (True, False)
    """
    return any(pattern.fullmatch(question) for pattern in WHOLE)


def fill(answer: Answer, topics: Sequence[Topic], papers: Mapping[str, Paper]) -> Answer:
    """Fill in an answer that tells the themes, the largest first; the titles named are its quotations.

    Args:
        answer: What is known of it already.
        topics: The themes.
        papers: The central ones, by id.
    """
    lines: list[str] = []
    claims: list[Claim] = []
    citations: list[Citation] = []
    for topic in topics[:THEMES]:
        central = [papers[one] for one in topic.papers if one in papers and papers[one].title][:PAPERS]
        cited = [headline(paper, len(citations) + place) for place, paper in enumerate(central, start=1)]
        citations += cited
        claims += [quoted(one) for one in cited]
        titles = "; ".join(marked(one.quote, (one.number,)) for one in cited)
        lines.append(f"- {plain(', '.join(topic.label))} ({topic.count}){f': {titles}' if titles else ''}")
    rest = len(topics) - THEMES
    more = f"\n\nand {rest} smaller {'theme' if rest == 1 else 'themes'}." if rest > 0 else ""
    text = "Your library is about these themes, with the number of papers and the most typical ones:\n\n"
    return replace(
        answer, text=text + "\n".join(lines) + more, claims=tuple(claims), citations=tuple(citations), answered=True
    )
