"""Formulae in titles and abstracts: told from money, and set by KaTeX, which comes with Gradio.

What is taken for a formula keeps its source as text, and the page's script sets it. Where it cannot, the source stays.
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

LONGEST = 400
"""Characters of a formula within a text; between dollars that are farther apart stands prose."""

FORMULA = re.compile(
    rf"(?<![\\$])\$\$(?P<display>[^$]{{1,{LONGEST}}})\$\$"
    rf"|\\\[(?P<block>.{{1,{LONGEST}}}?)\\\]"
    rf"|\\\((?P<round>.{{1,{LONGEST}}}?)\\\)"
    # A dollar is money where a space follows the first or precedes the last, or a digit comes after.
    rf"|(?<![\\$\w])\$(?=[^\s$])(?P<dollar>[^$\n]{{0,{LONGEST}}}?[^\s\\$])\$(?![\d$])",
    re.S,
)
COMMAND = re.compile(r"\\[A-Za-z]+(?:\{[A-Za-z ]*\})?")
PROSE = re.compile(
    r"[A-Za-z]{3,}\s+[A-Za-z]{2,}|\d\s+[A-Za-z]{2,}|^\d[\d.,]*\s*(?:[kKmMbB]|million|billion)?\s*[-–/]?$"
)


def set_apart(text: str, plain: Callable[[str], str]) -> str:
    r"""Return text as HTML, each formula in an element of its own.

    Args:
        text: What a paper or a model wrote.
        plain: Makes HTML of what is no formula.

    >>> set_apart("It costs $5 for $n^2$ steps.", escape)
    'It costs $5 for <span class="math">$n^2$</span> steps.'
    """
    return "".join(
        f'<span class="math">{escape(part)}</span>' if is_formula else plain(part) for part, is_formula in _parts(text)
    )


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    place = seen = 0
    while found := FORMULA.search(text, seen):
        if _is_prose(found["dollar"] or ""):
            seen = found.start() + 1  # its last dollar may be the first of a formula
            continue
        if found.start() > place:
            yield text[place : found.start()], False
        yield found[0], True
        place = seen = found.end()
    if place < len(text):
        yield text[place:], False


def _is_prose(content: str) -> bool:
    """Tell the words between two prices from a formula, whose words are commands or single letters."""
    return bool(PROSE.search(COMMAND.sub("", content)))


def assets() -> tuple[str, ...]:
    """Return the addresses of KaTeX's script and style; empty where Gradio does not bring exactly one of each."""
    import gradio

    folder = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    found = [sorted(one.name for one in folder.glob(f"katex-*.{kind}")) for kind in ("js", "css")]
    return tuple(f"assets/{names[0]}" for names in found) if all(len(names) == 1 for names in found) else ()
