"""Papers as plain JSON objects, Carrel's own among them; their words are kept as they are.

An object holds any of `id`, `title`, `abstract` or `summary`, `authors` or `author`, `year` or `date`, `venue` or
`journal`, `doi`, `arxiv_id` or `arxiv`, `pmid`, `url`, `code_url`, `topics`, `keywords` or `categories`, `kind`; other
names are ignored, and capitals make no difference.
"""

import re
from collections.abc import Mapping

from assistant.readers import fields
from assistant.readers.text import clean, clean_title, squeeze
from assistant.readers.values import Object, WrongType, kind, lowered, person
from assistant.types import Paper

_ARXIV_CATEGORIES = re.compile(r"[a-z-]+(\.[A-Za-z-]+)?( [a-z-]+(\.[A-Za-z-]+)?)*")
_MAY_BE_NUMBERS = ("id", "year", "date", "arxiv", "arxiv_id", "pmid")
_GIVEN = ("given", "first", "firstname", "first_name", "forename", "middle")
_FAMILY = ("family", "last", "lastname", "last_name", "surname", "suffix")


def paper(record: Object, source: str) -> Paper:
    """Read an object with plain names.

    Raises:
        WrongType: A field that is read holds something that cannot be read as text.
    """
    record = lowered(record)
    abstract = fields.abstract(clean(_text(record, "abstract")))
    summary = fields.abstract(clean(_text(record, "summary")))
    key = squeeze(_text(record, "id"))
    url = fields.web_address(_text(record, "url"))
    return Paper(
        id=key,
        title=clean_title(_text(record, "title")),
        abstract=abstract or summary,
        is_summary=bool(summary and not abstract),
        authors=_authors(record),
        year=fields.year(_text(record, "year", "date")),
        venue=squeeze(_text(record, "venue", "journal")) or None,
        doi=fields.doi(_text(record, "doi")),
        arxiv_id=fields.arxiv_id(_text(record, "arxiv_id", "arxiv")),
        pmid=fields.pmid(_text(record, "pmid")),
        url=url,
        code_url=fields.web_address(_text(record, "code_url")) or fields.code_url(abstract or summary, url),
        topics=_topics(record),
        keys=_keys(record, key),
        source=source,
        kind=squeeze(_text(record, "kind")),
    )


def _text(record: Object, *names: str) -> str:
    return next((found for name in names if (found := _as_text(record.get(name), name))), "")


def _as_text(value: object, name: str) -> str:
    if isinstance(value, Mapping):
        value = value.get("name") or person(lowered(value), _GIVEN, _FAMILY)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if name in _MAY_BE_NUMBERS and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise WrongType(f"`{name}` is {kind(value)}, not text")


def _list(record: Object, name: str) -> list[str] | None:
    value = record.get(name)
    return [_as_text(item, name) for item in value] if isinstance(value, list) else None


def _authors(record: Object) -> tuple[str, ...]:
    name = "authors" if record.get("authors") is not None else "author"
    names = _list(record, name)
    return fields.distinct(_split_names(_text(record, name)) if names is None else names)


def _split_names(text: str) -> list[str]:
    """Split names at `;` and `and`; at commas too where these cannot be inside a name ("Ann Lee, Bo Li and C. Yu")."""
    names = re.split(r";|,? and ", squeeze(text))
    parts = [part.strip() for name in names for part in name.split(",")]
    return parts if ";" not in text and all(" " in part for part in parts) else names


def _topics(record: Object) -> tuple[str, ...]:
    found: list[str] = []
    for name in ("topics", "keywords", "categories"):
        words = _list(record, name)
        found += _split_topics(_text(record, name)) if words is None else words
    return fields.distinct(found)


def _split_topics(text: str) -> tuple[str, ...]:
    if "." in text and _ARXIV_CATEGORIES.fullmatch(text):
        return tuple(text.split())
    return fields.topics(text)


def _keys(record: Object, key: str) -> tuple[str, ...]:
    """Return the citation keys that Carrel has written, the record's own first."""
    own = record.get("keys")
    others = [one for one in own if isinstance(one, str)] if isinstance(own, list) else []
    return fields.distinct(others if key in others else [key, *others])
