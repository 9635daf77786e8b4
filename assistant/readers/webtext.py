"""Text of web services and exports: plain, with a little HTML or JATS in it."""

import re

from assistant.readers import fields, prose

# Every repetition is bounded: many opening tags without an end must not make the search quadratic.
_HEADING = re.compile(
    r"<(?:jats:)?(?:title|h\d)\b[^<>]{0,200}>([^<>]{0,200})</(?:jats:)?(?:title|h\d)>\s{0,99}"
    r"(?:<(?:jats:)?p\b[^<>]{0,200}>)?",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"</?(?:jats:)?(?:p|sec|div|ul|ol|li|list|list-item|br)\b[^<>]{0,200}>", re.IGNORECASE)
# A formula given twice, as TeX and as MathML, is kept as TeX, which stays readable.
_TWICE = re.compile(
    r"(</(?:jats:)?tex-math>\s{0,99})(?:<(?:jats:)?alternatives>\s{0,99})?"
    r"<(?:mml:)?math\b.{0,9999}?</(?:mml:)?math>",
    re.DOTALL | re.IGNORECASE,
)
_PREAMBLE = re.compile(r"\\documentclass.{0,2000}?\\begin\{document\}(.{0,5000}?)\\end\{document\}", re.DOTALL)
_TAG = re.compile(
    r"</?(?:jats:[a-z-]+|abstract|alternatives|inline-formula|disp-formula|inline-graphic|graphic|tex-math|xref|ext-link"
    r"|a|small|sc|roman)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_PROSE_TAG = re.compile(r"(</?)jats:(?=(?:italic|bold|sub|sup|sc)\b)", re.IGNORECASE)


def line(text: str) -> str:
    """Turn a title or a name into one readable line.

    >>> line("H<sub>2</sub>O at ~5 &amp; <i>more</i>")
    'H2O at ~5 & more'
    """
    return prose.line(_bare(text))


def paragraphs(text: str) -> str:
    """Turn an abstract into readable paragraphs; a heading becomes the label of what follows.

    >>> paragraphs("<jats:sec><jats:title>Aim</jats:title><jats:p>To purr.</jats:p></jats:sec>")
    'Aim: To purr.'
    """
    if "<" in text:
        text = _BLOCK.sub("\n\n", _HEADING.sub(lambda match: f"\n\n{_label(match[1])}", text))
    return fields.abstract(prose.paragraphs(_bare(text)))


def _label(heading: str) -> str:
    heading = heading.strip().rstrip(":.")
    return f"{heading}: " if heading and heading.lower() not in ("abstract", "summary") else ""


def _bare(text: str) -> str:
    """Take off the tags that are no part of the words; those that raise or lower them are left."""
    if "<" not in text:
        return text
    return _TAG.sub("", _PROSE_TAG.sub(r"\1", _PREAMBLE.sub(r"\1", _TWICE.sub(r"\1", text))))
