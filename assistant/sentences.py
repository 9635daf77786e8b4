"""Sentences of a text, by their places in it.

Any stop, question mark or empty line may end a sentence; a few rules that look only at what stands around it say
whether it does. They know abstracts better than libraries for any kind of text do, and take a small part of the time.
"""

import re
from collections.abc import Iterable, Iterator

from assistant.words import WIDE

SHORTEST = 25
"""Characters below which a piece ("RESULTS.", "Why?") belongs to its neighbour and is no sentence."""

REACH = 1000
"""Characters that are looked back, so that a text without any end takes no longer than others."""

ASIDE = 150
"""Characters up to which the end of a bracket or formula is looked for: what stands in it is not cut."""

CLOSING = re.escape("\"'”’»)]}」』）》】")
_OPENING = re.escape("\"'`“‘«([{「『（《【\u200b\u200e\u200f\ufeff") + r"\s"
LEAD = re.compile(rf"[{_OPENING}]*(?:(?:\d\d?|[a-z]|[ivx]+)\)\s+)?[{_OPENING}]*")
"""What may stand before the first word of a sentence: quotation marks, brackets, the number of an item."""

POSSIBLE_END = re.compile(
    r"(?P<line>\n\s*?\n|\n(?=\s*(?:[•▪‣*–—-]\s|\(?\d{1,2}[.)]\s|[A-Z][A-Za-z/& ]{2,40}:\s)))"
    rf"|(?P<wide>[。！？｡]+[{CLOSING}]*)"
    rf"|(?P<stop>[.!?…।؟۔]+)(?:[{CLOSING}]+|\s[\"”)\]](?=\s|$))?"
    r"(?P<notes>(?<=[a-z)]\.)\d{1,3}(?:[,–-]\d{1,3})*(?=\s+[A-Z]))?"
    r"(?=(?P<space>\s|$)?)"
)
"""Where a sentence may end: before a heading or an item of a list, after `。`, and after a stop. `notes` are raised
numbers that point to the literature, as in `this disease.12 Here`."""

LOWER = "[a-zà-öø-ÿœа-яё]"
PLAIN = re.compile(rf"{LOWER}(?:{LOWER}|['’-])*(?![\w-])")
"""A word in lower case, not one like `p53`, `mRNA` and `c-Myc`: these are names and may begin any sentence."""

BEGINNING = re.compile(r"[^\W_]|[$\\•▪*~∼≈–—©#-]")
OPENS = re.compile(
    r"(?:The|This|Th[eo]se|That|There|Thus|Therefore|They|Their|We|Our|In|Its?|I|An?|Here|Hence|However|To|For|Using|As"
    r"|At|By|On|From|With|While|When|Whereas|Although|Moreover|Furthermore|Additionally|Finally|But|Both|Most|Many|Some"
    r"|Such|Several|Recently|If|Unlike|Based|Experiments|Results|Methods|Conclusions?)\b"
)
"""A word that, with a capital, opens a sentence."""

SHORT_FORM = re.compile(
    r"\b(?:(?:Dr|Prof|Mrs?|Ms|St|ca|[Ee]\.g|[Ii]\.e|[Cc]f|[Vv]s|[Vv]iz|[Aa]pprox|[Rr]esp|[Ff]igs?|[Ee]q[ns]?s?|[Rr]efs?"
    r"|[Ss]ec[st]?|[Tt]abs?|[Cc]hap|[Vv]ols?|[Pp]p|Abb|bzw|vgl)"
    r"|(?P<either>al|spp?|subsp|var|[Ii]nc|[Ll]td|[Cc]o|[Cc]orp|[JS]r|[Dd]ept|[Uu]niv|[Mm]ax|[Mm]in|Ph\.D"
    r"|(?:[^\W\d_]\.)+[^\W\d_])"
    r"|(?P<number>[Nn]os?|[Nn]r|[Aa]rt|[Cc]h|p|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|0))\.$"
)
"""What is written with a stop and ends no sentence, or does `either`, or ends none only before a `number`."""

ENDING_FORM = re.compile(
    r"(?:[\d/]\s?(?:min|max|sec|[a-z])|\b(?:[ap]\.m|[is]\.[vpc]|[ip]\.[mo])"
    r"|\b(?!(?:and|with|from|after|against|between|among|into|than|like|both)\b)[a-z-]{4,}\s[A-Z])\.$"
)
"""What looks like one of these and ends a sentence where a capital follows: `30 min.`, `given i.p.`, `vitamin D.`"""

LETTER = re.compile(r"(?<!\S)[(\[]?[^\W\d_]\.$")
"""A single letter: an initial (J. Smith), or what a thing is called (vitamin D)."""

ITEM = re.compile(r"(?:^|[:;]\s|\n)\s*\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})\.$")
"""The number of an item of a list."""

GLUED = re.compile(r"(?!(?:Com|Org|Net|Gov|Edu)\b)(?:[A-Z][a-z]+|[A-Z]{3,}[A-Z &/]*:|[AI]\s)")
"""The word after a stop without a space, where it begins a sentence."""

BEFORE_GLUED = re.compile(r"(?:[a-z]{2}|[\d)\]%}$])\.$")
"""What stands before such a stop; other ends ask for a word that opens a sentence."""

ADDRESS = re.compile(r"[/@_\\]|www\.")

HEADING = re.compile(r"(?:[A-Z][A-Z /&,-]+[.:]?|[\w /&-]+:|\(?\w{1,2}[.)])$")
"""A short piece that belongs to what follows."""


def split(text: str) -> list[tuple[int, int]]:
    """Find the sentences of a text.

    Returns:
        Start and end of each; what lies between them is only space.

    >>> text = "We use e.g. BERT, see Fig. 2. It reaches an R2 of 0.93 vs. 0.59."
    >>> [text[start:end] for start, end in split(text)]
    ['We use e.g. BERT, see Fig. 2.', 'It reaches an R2 of 0.93 vs. 0.59.']
    """
    return _joined(text, _pieces(text))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in POSSIBLE_END.finditer(text):
        if match["stop"] is None or _ends(text, start, match):
            yield from _trimmed(text, start, match.end())
            start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if stripped := piece.strip():
        start += len(piece) - len(piece.lstrip())
        yield start, start + len(stripped)


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Tell whether a stop ends the sentence that begins at `start`."""
    following = _first_words(text, match.end())
    start = max(start, match.start() - REACH)
    before = text[max(start, match.start() - 60) : match.end("stop")].lstrip()
    if not BEGINNING.match(following) or _is_aside(text, start, match.end()):
        return False
    if match["space"] is None:
        return _ends_glued(match, before, following)
    if PLAIN.match(following) and not (PLAIN.match(_first_words(text, start)) or text[start : match.end()].islower()):
        # A stop before a word in lower case ends a sentence only in a text without capitals.
        return False
    return match["stop"] != "." or not _is_short_form(before, following)


def _ends_glued(match: re.Match[str], before: str, following: str) -> bool:
    """Tell whether a stop that no space follows ends a sentence."""
    if match["stop"] != "." or ITEM.search(before) or SHORT_FORM.search(before):
        return False
    if WIDE.match(following) or WIDE.match(before, len(before) - 2):
        return True
    if not GLUED.match(following) or ADDRESS.search(before.split()[-1] + following.split()[0]):
        return False
    return BEFORE_GLUED.search(before) is not None or (OPENS.match(following) is not None and len(before) > 2)


def _is_short_form(before: str, following: str) -> bool:
    """Tell whether a stop belongs to an abbreviation, an initial or the number of an item, and ends nothing."""
    if ITEM.search(before):
        return True
    form = SHORT_FORM.search(before)
    if form and form["number"] and following[0].isdigit():
        return True
    if LETTER.search(before) or (form and form["either"]):
        ends = OPENS.match(following) or (following[0].isupper() and ENDING_FORM.search(before))
        return not ends
    return form is not None and not form["number"]


def _is_aside(text: str, start: int, at: int) -> bool:
    """Tell whether a place lies in brackets or in a formula, which end soon."""
    for opening, closing in ("()", "[]"):
        opened = text.rfind(opening, start, at)
        if opened > text.rfind(closing, start, at) and text.find(closing, at, at + ASIDE) >= 0:
            return True
    if text.count("$", start, at) % 2 == 0:
        return False
    # As Pandoc tells a formula from amounts of money.
    opened, closed = text.rfind("$", start, at), text.find("$", at, at + ASIDE)
    inside = text[opened + 1 : closed]
    return closed >= 0 and inside == inside.strip() and not text[closed + 1 : closed + 2].isdigit()


def _joined(text: str, pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join short pieces to their neighbours: a heading to what follows, others to what stands before."""
    found: list[tuple[int, int]] = []
    for start, end in pieces:
        piece = text[start:end]
        if found and (_is_short(text[slice(*found[-1])]) or (_is_short(piece) and not HEADING.match(piece))):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    if len(found) > 1 and _is_short(text[slice(*found[-1])]):
        *found, (start, _), (_, end) = found
        found.append((start, end))
    return found


def _first_words(text: str, start: int) -> str:
    lead = LEAD.match(text, start, start + 40)
    start = lead.end() if lead else start
    return text[start : start + 40]


def _is_short(text: str) -> bool:
    return len(text) < SHORTEST and len(text) + len(WIDE.findall(text)) < SHORTEST
