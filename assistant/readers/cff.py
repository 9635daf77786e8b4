"""CITATION.cff: the software or data set it is about, the paper it wants cited, and the works it refers to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from assistant.readers import fields, prose
from assistant.readers.fields import Record, kept
from assistant.readers.text import squeeze
from assistant.types import Paper, Skipped

Fields = Mapping[str, Any]

_SNIFF = re.compile(r"^[\"']?cff-version[\"']?[ \t]*:", re.MULTILINE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_DEEPEST = 50
_NAME = ("given-names", "name-particle", "family-names", "name-suffix")


class _Broken(NamedTuple):
    """Where and why the reading of a document stopped."""

    line: int
    reason: str


def sniff(head: str) -> bool:
    """Tell whether a file that begins so is a citation file."""
    return bool(_SNIFF.search(head))


def read(text: str, source: str) -> Iterator[Record]:
    """Read the papers of a citation file; where it is broken, those before the break."""
    document, broken = _load(_FORBIDDEN.sub("", text))
    if isinstance(document, Mapping):
        yield from _records(document, source)
    elif not broken:
        found = "text" if document else "nothing"
        yield Skipped(source, "", f"a citation file holds fields such as `title: ...`, this one holds {found}")
    if broken:
        yield Skipped(source, f"line {broken.line}", f"{broken.reason}; nothing is read from here on")


def _records(document: Fields, source: str) -> Iterator[Record]:
    if not _text(document, "title") and "cff-version" not in document:
        yield Skipped(source, "", "no citation file: it has neither `cff-version` nor `title`")
        return
    yield kept(_paper(document, source, _text(document, "type") or "software"), "")
    preferred = document.get("preferred-citation")
    if preferred:
        yield _reference(preferred, source, "preferred-citation")
    references = document.get("references")
    for number, one in enumerate(references if isinstance(references, list) else [], start=1):
        yield _reference(one, source, f"references, item {number}")


def _reference(value: object, source: str, place: str) -> Record:
    if not isinstance(value, Mapping):
        return Skipped(source, place, "not a work with fields such as `title: ...`")
    return kept(_paper(value, source, _text(value, "type")), place)


def _paper(work: Fields, source: str, kind: str) -> Paper:
    abstract = fields.abstract(prose.paragraphs(_text(work, "abstract")))
    url = fields.web_address(_text(work, "url"))
    code = fields.web_address(_text(work, "repository-code"))
    return Paper(
        id="",
        title=prose.line(_text(work, "title")),
        abstract=abstract,
        authors=fields.distinct(map(_name, _list(work, "authors"))),
        year=_year(work),
        venue=_venue(work),
        doi=fields.doi(_number(work, "doi")),
        arxiv_id=_arxiv_id(work),
        pmid=fields.pmid(_text(work, "pmid")),
        url=url or code,
        code_url=code or fields.code_url(abstract, url, _text(work, "repository")),
        topics=fields.distinct(word for word in _list(work, "keywords") if isinstance(word, str)),
        source=source,
        kind=kind,
    )


def _text(work: Fields, name: str) -> str:
    value = work.get(name)
    return value if isinstance(value, str) and value not in ("null", "~") else ""


def _list(work: Fields, name: str) -> list[Any]:
    value = work.get(name)
    return value if isinstance(value, list) else []


def _name(author: object) -> str:
    if not isinstance(author, Mapping):
        return author if isinstance(author, str) else ""
    person = squeeze(" ".join(_text(author, part) for part in _NAME))
    return prose.line(person or _text(author, "name") or _text(author, "alias"))


def _year(work: Fields) -> int | None:
    names = ("year", "date-published", "date-released", "issue-date", "year-original")
    return next((found for name in names if (found := fields.year(_text(work, name)))), None)


def _venue(work: Fields) -> str | None:
    conference = work.get("conference")
    meeting = _text(conference, "name") if isinstance(conference, Mapping) else ""
    found = _text(work, "journal") or _text(work, "collection-title") or meeting
    return prose.line(found) or None


def _number(work: Fields, kind: str) -> str:
    """Return an identifier, given as a field or in the list of identifiers."""
    listed = (one for one in _list(work, "identifiers") if isinstance(one, Mapping) and _text(one, "type") == kind)
    return _text(work, kind) or next((_text(one, "value") for one in listed), "")


def _arxiv_id(work: Fields) -> str | None:
    others = [_text(one, "value") for one in _list(work, "identifiers") if isinstance(one, Mapping)]
    texts = [_number(work, "doi"), _text(work, "url"), _text(work, "journal"), *others]
    return next((found for text in texts if "arxiv" in text.lower() and (found := fields.arxiv_id(text))), None)


def _load(text: str) -> tuple[object, _Broken | None]:
    """Build the first document of a text from its events, as far as they come.

    Every scalar stays text, so a version is no number and a date no date. PyYAML's own building is not used: it loses
    everything at the first fault, and deep nesting overflows its stack.
    """
    import yaml

    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            if isinstance(event, yaml.DocumentEndEvent):
                break
            builder.add(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.abandon()
        problem = squeeze(error.problem or "it ends too early")
        return builder.document, _Broken(mark.line + 1 if mark else 1, f"not valid YAML: {problem}")
    except (yaml.YAMLError, RecursionError) as error:
        return builder.document, _Broken(1, f"not valid YAML: {squeeze(str(error))}")
    return builder.document, None


class _Builder:
    """Puts the values of a YAML document together, each in its parent from the start."""

    def __init__(self) -> None:
        self.document: object = None
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []
        self._anchors: dict[str, object] = {}

    def add(self, event: Any) -> None:
        """Take the next event.

        Raises:
            yaml.MarkedYAMLError: The document is nested deeper than any citation file.
        """
        import yaml

        if isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
            return
        if isinstance(event, yaml.AliasEvent):
            self._put(self._anchors.get(event.anchor, ""))
            return
        if not isinstance(event, yaml.NodeEvent):
            return
        is_scalar = isinstance(event, yaml.ScalarEvent)
        value: Any = event.value if is_scalar else {} if isinstance(event, yaml.MappingStartEvent) else []
        if event.anchor:
            self._anchors[event.anchor] = value
        self._put(value)
        if not is_scalar:
            if len(self._open) == _DEEPEST:
                raise yaml.MarkedYAMLError(problem="nested too deep", problem_mark=event.start_mark)
            self._open.append(value)
            self._keys.append(None)

    def abandon(self) -> None:
        """Drop the item of a list, such as a reference, that is not complete."""
        if len(self._open) > 2 and isinstance(self._open[1], list):
            self._open[1].pop()

    def _put(self, value: Any) -> None:
        if not self._open:
            self.document = value
            return
        parent, key = self._open[-1], self._keys[-1]
        if isinstance(parent, list):
            parent.append(value)
        elif key is None:
            # A key that is no text is none that is looked for.
            self._keys[-1] = value if isinstance(value, str) else ""
        else:
            parent[key], self._keys[-1] = value, None
