"""What the tagged formats share: lines that begin with a tag, and what the values behind the tags say."""

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from assistant.readers import fields, prose

Split = Callable[[str], tuple[str, str] | None]
"""Parts a line into tag and value; None where it goes on with the line before it."""

# No program wraps lines this wide: such a line is a paragraph.
_WRAPPED = 140
_SENTENCE_END = (".", "!", "?", ":", ")", "]", '"', "”")
_LABEL = re.compile(r"[A-Z][\w/&()', -]{2,60}:(?:\s|$)")
_HEADING = re.compile(r"\s*(?:abstract|summary)[ \t]*[:.]?[ \t]*\n(?=\s*\S)", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?", re.IGNORECASE)
_ROLE = re.compile(r"eds?\.?|editors?", re.IGNORECASE)
_INITIALS = r"(?:[A-Z]\.?-?){1,3}"
_GIVEN_AS_INITIALS = re.compile(r"(?:[A-Z]\.?[\s-]?){1,4}")
_FAMILY_FIRST = re.compile(rf"(\S+(?: \S+){{0,3}}?) (?!(?:II|III|IV|MD)$)({_INITIALS}(?: {_INITIALS}){{0,3}})")
_ARXIV = re.compile(r"\s*(?:https?://(?:[\w-]+\.)?arxiv\.org/|arxiv\b|\S*10\.48550/arxiv\.)", re.IGNORECASE)
_INSPEC_RAISED = re.compile(r"/(su[bp])\s{1,9}([^/\s](?:[^/\n]{0,18}[^/\s])?)\s{0,9}/")


@dataclass(slots=True)
class Tagged:
    """A record of a tagged format.

    Args:
        line: Its first line's number in the file.
        fields: Tags with the lines of their values, in the file's order.
        closed: True where the file says that the record ends.
    """

    line: int
    fields: list[tuple[str, list[str]]]
    closed: bool = False

    @property
    def tags(self) -> AbstractSet[str]:
        """The tags that occur."""
        return {tag for tag, _ in self.fields}

    def values(self, *tags: str) -> list[str]:
        """Return what stands behind any of the tags, in the file's order, without what is empty."""
        found = ("\n".join(lines).strip() for tag, lines in self.fields if tag in tags)
        return [value for value in found if value]

    def ranked(self, *tags: str) -> list[str]:
        """Return what stands behind the tags, the first tag's values first."""
        return [value for tag in tags for value in self.values(tag)]

    def first(self, *tags: str) -> str:
        """Return the value of the first tag that has one."""
        return next(iter(self.ranked(*tags)), "")


def records(
    text: str, split: Split, opens: AbstractSet[str] = frozenset(), closes: str = "", *, by_blank: bool = False
) -> Iterator[Tagged]:
    """Part a file into records.

    Args:
        text: The file.
        split: Tells tags.
        opens: Tags that begin a record.
        closes: The tag that ends one.
        by_blank: Whether a tag behind a blank line begins a record.
    """
    record: Tagged | None = None
    blank = False
    for number, line in _lines(text, parted=by_blank):
        if parted := split(line):
            tag, value = parted
            if record and (tag == closes or tag in opens or (by_blank and blank)):
                record.closed = tag == closes
                yield record
                record = None
            if tag == closes:
                continue
            record = record or Tagged(number, [])
            record.fields.append((tag, [value.strip()]))
        elif record:
            record.fields[-1][1].append(line.strip())
        blank = not line.strip()
    if record:
        yield record


def rejoined(
    parts: Iterable[Tagged], marks: AbstractSet[str], heads: AbstractSet[str] = frozenset()
) -> Iterator[Tagged]:
    """Put together again what is one record.

    Args:
        parts: Records, or parts of them.
        marks: Tags of which every record has at least one; a part with none goes on with an unclosed record.
        heads: Tags that make no record by themselves.
    """
    held: Tagged | None = None
    only_heads = False
    for part in parts:
        tags = part.tags
        if held and not held.closed and (only_heads or not tags & marks):
            held.fields += part.fields
            held.closed = part.closed
            only_heads = only_heads and tags <= heads
            continue
        if held:
            yield held
        held, only_heads = part, tags <= heads
    if held:
        yield held


def _lines(text: str, *, parted: bool) -> Iterator[tuple[int, str]]:
    r"""Number the lines, without the blank ones that `\r\r\n` leaves behind each; wider gaps stay."""
    lines = text.split("\n")
    # Where blank lines part records, a gap that is wider tells these from lines that are merely doubled.
    gaps = sum(bool(line) and not after for line, after in pairwise(lines))
    doubled = len(lines) > 16 and 20 * gaps > 7 * len(lines) and (not parted or "\n\n\n\n" in text.strip())
    yield 1, lines[0]
    for number, (before, line) in enumerate(pairwise(lines), start=2):
        if line or not before or not doubled:
            yield number, line


def place(number: int, record: Tagged) -> str:
    """Say where a record is."""
    return f"record {number}, line {record.line}"


def line(text: str) -> str:
    """Make a value one readable line; Inspec's `/sub 2/` is a small 2."""
    return prose.line(_lowered(text))


def title(values: Iterable[str]) -> str:
    """Join the parts of a title.

    >>> title(["Cats", "An overview.", "Do they purr?", "Yes"])
    'Cats: An overview. Do they purr? Yes'
    """
    whole = ""
    for part in filter(None, map(line, values)):
        if not whole:
            whole = part
        elif part.casefold().rstrip(". ") != whole.casefold().rstrip(". "):
            whole += (" " if whole.endswith((".", ":", "?", "!")) else ": ") + part
    return whole


def abstract(values: Iterable[str]) -> str:
    """Join abstracts, each of them once, as paragraphs."""
    kept: list[str] = []
    for value in values:
        found = fields.abstract(prose.paragraphs(_lowered(_paragraphed(value))))
        if not any(found in other for other in kept):
            kept = [other for other in kept if other not in found] + [found]
    return "\n\n".join(kept)


def _lowered(text: str) -> str:
    return _INSPEC_RAISED.sub(r"<\1>\2</\1>", text)


def _paragraphed(value: str) -> str:
    """Set paragraphs apart from mere wrapped lines by a blank line, and drop a heading that only says what it is."""
    lines = (value[match.end() :] if (match := _HEADING.match(value)) else value).split("\n")
    parts = lines[:1]
    for before, after in pairwise(lines):
        ended = before.endswith(_SENTENCE_END) and (len(before) > _WRAPPED or _LABEL.match(after))
        parts += ["", after] if ended else [after]
    return "\n".join(parts)


def people(values: Iterable[str]) -> tuple[str, ...]:
    """Return names in reading order, whoever wrote them.

    >>> people(["Lee, Ann M.", "van Katz, Bo, Jr.", "Li C", "Wu, D.; Xu, E.", "The Cat Club"])
    ('Ann M. Lee', 'Bo van Katz Jr.', 'C Li', 'D. Wu', 'E. Xu', 'The Cat Club')
    """
    return fields.people(name for value in values for one in _one_by_one(line(value)) for name in _named(one))


def _one_by_one(names: str) -> list[str]:
    parts = re.split(r"[;；]", names)
    joined = names.split(" and ")
    return joined if len(parts) == 1 and all("," in part for part in joined) else parts


def _named(text: str) -> list[str]:
    parts = [part for part in map(str.strip, text.split(",")) if part]
    if len(parts) > 2 and _ROLE.fullmatch(parts[-1]):
        parts.pop()
    suffix = "".join(part for part in parts[1:] if _SUFFIX.fullmatch(part))
    parts = [part for part in parts[:1] + parts[1:] if part != suffix]
    if len(parts) > 2:
        return _listed(parts) or [text.strip()]
    if len(parts) == 1 and (match := _FAMILY_FIRST.fullmatch(parts[0])):
        parts = [match[1], match[2]]
    return [" ".join(filter(None, (*reversed(parts), suffix)))]


def _listed(parts: list[str]) -> list[str]:
    """Read "Lee, A., Li, B." and "Ann Lee, Bo Li, Cy Wu"; nothing where commas are part of one name."""
    if len(parts) % 2 == 0 and all(map(_GIVEN_AS_INITIALS.fullmatch, parts[1::2])):
        return [f"{given} {family}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    return parts if all(part.count(" ") in (1, 2) and part.istitle() for part in parts) else []


def topics(values: Iterable[str]) -> tuple[str, ...]:
    """Split keywords at semicolons; a lone line of several at commas. An asterisk only says that one weighs more.

    >>> topics(["*Cats", "Sound/*physiology; Sleep, REM"]), topics(["cats, dogs, fish"])
    (('Cats', 'Sound/physiology', 'Sleep, REM'), ('cats', 'dogs', 'fish'))
    """
    words = [word for value in values for word in re.split(r"[;；]", line(value)) if word.strip()]
    if len(words) == 1 and words[0].count(",") > 1:
        words = words[0].split(",")
    return fields.distinct(re.sub(r"(^|/)\*", r"\1", word.strip()) for word in words)


def year(values: Iterable[str]) -> int | None:
    """Return the year of the first date that has one, such as "2019 May 5", "20190505" or "2019/05"."""
    return next(filter(None, (fields.year(value) or fields.year(value.strip()[:4]) for value in values)), None)


def doi(values: Iterable[str], links: Iterable[str] = ()) -> str | None:
    """Return the first DOI; of links, only of one that goes by it: others may have something behind it."""
    places = (*values, *(link for link in links if "doi.org/" in link))
    return next(filter(None, map(fields.doi, places)), None)


def arxiv_id(values: Iterable[str]) -> str | None:
    """Return the arXiv number of the first value that begins with arXiv's name or address."""
    return next(filter(None, map(fields.arxiv_id, filter(_ARXIV.match, values))), None)


def links(values: Iterable[str]) -> list[str]:
    """Return the web addresses, several of which may share a value.

    >>> links(["http://a.org;http://b.org http://c.org", "//d.org", "javascript:e"])
    ['http://a.org', 'http://b.org', 'http://c.org', 'https://d.org']
    """
    words = (word for value in values for word in re.split(r"\s+|;(?=\s*https?:)", value))
    return [link.rstrip(";,") for word in words if (link := fields.web_address(re.sub("^//", "https://", word)))]
