"""arXiv's metadata snapshot: one object a line, in LaTeX, with its lines broken."""

from assistant.readers import fields, values
from assistant.readers.markup import readable_line, readable_paragraphs
from assistant.readers.values import Object
from assistant.types import Paper

_NAMES = frozenset(("authors_parsed", "journal-ref", "submitter", "report-no", "update_date", "versions"))


def knows(record: Object) -> bool:
    """Tell by its names whether an object is from arXiv's snapshot."""
    return "authors_parsed" in record or len(_NAMES & record.keys()) > 1


def paper(record: Object, source: str) -> Paper:
    """Read a record of the snapshot; arXiv's number is what it is known by."""
    abstract = fields.abstract(readable_paragraphs(_prose(record, "abstract")))
    comments = readable_line(values.text(record, "comments"))
    arxiv_id = fields.arxiv_id(_number(values.text(record, "id", "arxiv_id")))
    return Paper(
        id="",
        title=readable_line(values.prose(record, "title")),
        abstract=abstract,
        authors=_authors(record),
        year=_year(record, arxiv_id),
        venue=readable_line(values.text(record, "journal-ref")) or None,
        doi=fields.doi(values.text(record, "doi")),
        arxiv_id=arxiv_id,
        url=f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else None,
        code_url=fields.code_url(abstract, comments),
        topics=_topics(record),
        source=source,
    )


def _prose(record: Object, name: str) -> str:
    # arXiv indents the first line of a new paragraph; all other line breaks are the typesetter's.
    first, *others = values.prose(record, name).strip().split("\n  ")
    return "\n\n".join((first, *others))


def _number(number: str) -> str:
    """Give a number back the zeros that it loses where it was once taken for a decimal: 704.001 is 0704.0010."""
    left, dot, right = number.partition(".")
    if not dot or not (left + right).isdigit() or len(left) > 4:
        return number
    left = left.zfill(4)
    return f"{left}.{right.ljust(4 if left < '1501' else 5, '0')}"


def _authors(record: Object) -> tuple[str, ...]:
    parsed = record.get("authors_parsed")
    names = [_name(name) for name in parsed if isinstance(name, list)] if isinstance(parsed, list) else []
    if not any(names):
        names = values.text(record, "authors").replace(" and ", ", ").split(",")
    return fields.distinct(map(readable_line, names))


def _name(parts: list[object]) -> str:
    """Join family name, given names and suffix; what follows is the affiliation."""
    family, given, suffix, *_ = [part if isinstance(part, str) else "" for part in parts] + [""] * 3
    return " ".join(filter(None, (given, family, suffix)))


def _year(record: Object, arxiv_id: str | None) -> int | None:
    """Return the year of the first version, which the number begins with."""
    first = next(values.objects(record, "versions"), {})
    if found := fields.year(values.text(first, "created")):
        return found
    digits = (arxiv_id or "").rpartition("/")[2][:2]
    if digits:
        return (1900 if digits > "90" else 2000) + int(digits)
    return fields.year(values.text(record, "update_date"))


def _topics(record: Object) -> tuple[str, ...]:
    return fields.distinct(topic for line in values.texts(record, "categories") for topic in line.split())
