"""Who wrote a paper: the names between its title and its abstract, told from the institutes they work at."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

from assistant.readers import fields
from assistant.readers.pdf.layout import Line
from assistant.readers.pdf.text import bare

_Kind = Literal["name", "degree", "place", "other"]

_PARTS = re.compile(r"\s*(?:[,;·•⋅∙|&，、；]|(?<!\w)and(?!\w)|(?<!\w)und(?!\w)|(?<!\w)et(?!\w)|\s[–—]\s)\s*")
_GLUE = re.compile(r"(?:[,;·•&，、]|\band|\bund|\bet)$")
_NOISE = re.compile(
    r"[*∗†‡§¶‖✉⋆#0-9⁰¹²³⁴-⁹]+|\[[^\]]*\]|\((?:\W|\w)\)|\(\d[\d-]*X?\)|\{[^}]*\}|(?<=\w)\s+[a-h](?=$|[,;])"
)
_START = re.compile(r"^(?:by|authors?\s*:|written by|\d(?:st|nd|rd|th))\s+", re.IGNORECASE)
_DEGREE = re.compile(
    r"(?:(?:senior|student|graduate student|life|associate) )*(?:member|fellow)(?:,? (?:ieee|acm|osa|siam))?"
    r"|ieee|acm|osa"
    r"|ph\.?\s?d\.?|m\.?\s?d\.?|m\.?\s?sc\.?|b\.?\s?sc\.?|dr\.?|prof\.?|mph|mba|rn|frcp|m\.?a\.?|jr\.?|sr\.?|i{2,3}|iv",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"\b(?:universi\w*|institut\w*|depart\w*|dept|facult\w*|school|colleges?|laborator\w*|labs?|cent(?:er|re)s?|centro|hospital"
    r"|academ\w*|inc|ltd|llc|gmbh|corp\w*|company|research|technolog\w*|sciences?|engineering|systems?|comput\w*|software"
    r"|polytechnic|politecnico|polytechnique|école|ecole|eth|epfl|mit|cnrs|inria|irisa|google|microsoft|facebook|meta|amazon"
    r"|deepmind|openai|nvidia|ibm|intel|huawei|tencent|alibaba|baidu|division|group|team|street|avenue|road|box|campus"
    r"|foundation|ministry|agency|council|association|society|press|journal|conference|workshop|proceedings|symposium"
    r"|abstract|introduction|keywords?|received|accepted|published|copyright|version|draft|report|volume|issue|page"
    r"|article|supervis\w*|editor\w*|submitted|correspond\w*|e-?mail|thesis|open access|available|online|january"
    r"|february|march|april|june|july|august|september|october|november|december|usa|uk|u\.s\.a|united|states|kingdom"
    r"|germany|france|italy|spain|china|japan|korea|india|canada|australia|switzerland|austria|netherlands|belgium"
    r"|sweden|norway|denmark|finland|poland|russia|brazil|israel|singapore|taiwan|hong kong|portugal|greece|turkey|iran"
    r"|ireland|scotland|england|california|first name|last name"
    r"|new york|san diego|san francisco|los angeles|santa \w+|saudi arabia|south africa|new zealand|czech republic)\b"
    r"|大学|学院|研究|公司|대학|연구",
    re.IGNORECASE,
)
_LONGEST = 500
_PARTICLE = frozenset(
    (
        "van",
        "von",
        "vom",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "el",
        "al",
    )
)
_PARTICLE |= {"bin", "ben", "ibn", "ter", "ten", "zu", "zur", "af", "av", "y", "e", "san", "st", "dal", "dalla", "op"}
_EASTERN = re.compile(
    r"[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,2} [\u3400-\u9fff]{1,2}|[\uac00-\ud7a3]{2,4}"
    r"|[\u3040-\u30ff\u3400-\u9fff]{2,8}"
)


def find(title: Sequence[Line], heading: Line | None, lines: Iterable[Line]) -> tuple[str, ...]:
    """Find the names below the title; none where it is not sure what the lines are."""
    last = title[-1]
    bottom = heading.base if heading and heading.page == last.page else last.base + 12 * last.size
    between = [line for line in lines if line.page == last.page and last.base + 1 < line.base < bottom - 1]
    between = [line for line in between if line not in title and 2 < len(line.text) < _LONGEST]
    names: list[str] = []
    style: tuple[float, bool] | None = None
    others: set[tuple[float, bool]] = set()
    after_mail = False
    for row in _wrapped(_rows(between)):
        found = _names(row)
        look = (row[0].size, row[0].bold)
        # Further down a name must look like the first ones, and unlike where people work or come after an address.
        if found and (not names or (look == style and (look not in others or after_mail))):
            names += found
            style = look
        else:
            others.add(look)
            if not names and len(others) > 3:
                break
        after_mail = "@" in row[0].text
        if _is_prose(row):
            break
    return fields.distinct(names)


def _rows(lines: Iterable[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.base):
        if rows and line.base - rows[-1][0].base < 0.4 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _wrapped(rows: Iterable[list[Line]]) -> list[list[Line]]:
    """Put a list of names that goes on in the next line together again."""
    wrapped: list[list[Line]] = []
    for row in rows:
        above = wrapped[-1][-1] if wrapped else None
        if above and len(row) == 1 and row[0].size == above.size and _goes_on(bare(above.text), bare(row[0].text)):
            wrapped[-1].append(row[0])
        else:
            wrapped.append(row)
    return wrapped


def _goes_on(above: str, text: str) -> bool:
    if _GLUE.search(above) or re.match(r"(?:and|und|&|·|,)\s", text):
        return True
    parts, following = _split(above), _split(text)
    # "..., Michael Auli and Douwe" / "Kiela"
    cut = (
        len(parts) > 1 and len(parts[-1].split()) == 1 and all(_kind(part) in ("name", "degree") for part in parts[:-1])
    )
    return cut and bool(following) and _kind(parts[-1]) == "other"


def _is_prose(row: Sequence[Line]) -> bool:
    return sum(len(line.text) for line in row) > 60 and bool(
        re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,} [a-z]+", row[0].text)
    )


def _split(text: str) -> list[str]:
    text = _NOISE.sub(" ", _START.sub("", bare(text)))
    return [
        part
        for part in (part.strip(" .:-–—'’") if len(part) < 2 else part.strip() for part in _PARTS.split(text))
        if part
    ]


def _names(row: Sequence[Line]) -> list[str]:
    """Return the names of a row, or none where anything in it is neither name, degree nor what follows a name."""
    names: list[str] = []
    texts = [" ".join(line.text for line in row)] if _is_list(row) else [line.text for line in row]
    for text in texts:
        if "@" in text or "http" in text:
            return []
        placed = False
        for number, part in enumerate(_split(text)):
            kind = _kind(part)
            if kind == "name" and not placed:
                names.append(" ".join(part.split()))
            elif kind == "place" and number:
                placed = True
            elif kind != "degree" and not placed:
                return []
    return names


def _is_list(row: Sequence[Line]) -> bool:
    return any(_GLUE.search(bare(line.text)) for line in row[:-1]) or len({round(line.base) for line in row}) > 1


def _kind(part: str) -> _Kind:
    if _DEGREE.fullmatch(part):
        return "degree"
    # An acronym such as IRISA is no name; after one, it is where the person works.
    if _PLACES.search(part) or (part.isupper() and re.fullmatch(r"[^\W\d_]{3,8}", part)):
        return "place"
    return "name" if is_name(part) else "other"


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of one person.

    >>> is_name("Ludwig van Beethoven"), is_name("J.-P. Serre"), is_name("results of the study"), is_name("CDL VaSiCS")
    (True, True, False, False)
    """
    if _EASTERN.fullmatch(text):
        return True
    tokens = re.sub(r"\.(?=[^\W\d_])", ". ", text).split()
    if not 2 <= len(tokens) <= 6 or _PLACES.search(text):
        return False
    proper = [token for token in tokens if token.lower() not in _PARTICLE]
    shouted = text.isupper()
    return (
        bool(proper)
        and all(_is_proper(token, shouted=shouted) for token in proper)
        and any(sum(map(str.isalpha, token)) > 1 for token in proper)
    )


def _is_proper(token: str, *, shouted: bool) -> bool:
    if not token[0].isupper() or not all(_in_name(character) for character in token):
        return False
    capitals = sum(map(str.isupper, token))
    return shouted or capitals <= 2 + token.count("-") or token.endswith(".")


def _in_name(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" or character in "-.'’`‐"
