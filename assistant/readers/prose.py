"""Words from files that are not written in LaTeX, though LaTeX turns up in them."""

import re

from assistant.readers.markup import readable
from assistant.readers.text import squeeze

_LONGEST_LATEX = 20_000
"""Longer than any abstract; converting LaTeX takes its time."""
# What is LaTeX in a bibliography is itself elsewhere: the name of a substance has braces, and "~5" is about five.
_PLAIN = {"{": "\ue010", "}": "\ue011", "~": "\ue012", "--": "\ue013", "``": "\ue014", "''": "\ue015", "\\": "\ue016"}
_PLAIN_MARK = re.compile("|".join(map(re.escape, _PLAIN)))
_UNPLAIN = str.maketrans({mark: text for text, mark in _PLAIN.items()})
_ABOUT = re.compile(r"(?<![^\s(\[=])~(?=\s?[\d$.])")
_MACRO = re.compile(r"\\[A-Za-z\"'`^~=.{(\[]")


def prose(text: str, latex: bool = False) -> str:
    """Make a text readable; without `latex` only one that holds macros is taken for LaTeX.

    >>> prose("2-{4-tolyl}ethanol in ~5 cells"), prose("{DNA} in ~5 cells", latex=True)
    ('2-{4-tolyl}ethanol in ~5 cells', 'DNA in ~5 cells')
    """
    if len(text) < _LONGEST_LATEX and (latex or _MACRO.search(text)):
        text = _ABOUT.sub(_PLAIN["~"], text)
    else:
        text = _PLAIN_MARK.sub(lambda match: _PLAIN[match[0]], text)
    return readable(text).translate(_UNPLAIN)


def line(text: str, latex: bool = False) -> str:
    """Make a text one readable line."""
    return squeeze(prose(text, latex))


def paragraphs(text: str, latex: bool = False) -> str:
    """Make a text readable; only a blank line in it breaks the line."""
    parts = re.split(r"\n[ \t]*\n", prose(text, latex))
    return "\n\n".join(filter(None, map(squeeze, parts)))
