"""Crossref's works: CSL-JSON with titles in lists, and abstracts in JATS."""

from dataclasses import replace

from assistant.readers import values, webtext
from assistant.readers.dialects import csl
from assistant.readers.values import Object
from assistant.types import Paper

_NAMES = frozenset(("is-referenced-by-count", "reference-count", "references-count", "prefix", "member", "indexed"))
_DATES = ("issued", "published", "published-print", "published-online", "posted", "created")


def knows(record: Object) -> bool:
    """Tell by its names whether an object is a work of Crossref."""
    return len(_NAMES & record.keys()) > 1 or ("DOI" in record and isinstance(record.get("title"), list))


def paper(record: Object, source: str) -> Paper:
    """Read a work; its number is the DOI, so it has no key of its own."""
    return replace(
        csl.paper(record, source),
        id="",
        keys=(),
        title=_title(record),
        year=next((year for date in _DATES if (year := values.year(record.get(date)))), None),
        venue=_venue(record),
        topics=csl.topics(record, "subject", "keyword"),
    )


def _title(record: Object) -> str:
    title = webtext.line(values.prose(record, "title") or values.prose(record, "original-title"))
    subtitle = webtext.line(values.text(record, "subtitle"))
    # Some publishers give the subtitle twice, once within the title.
    return title if subtitle.lower() in title.lower() else ": ".join(filter(None, (title, subtitle)))


def _venue(record: Object) -> str | None:
    institution = next(values.objects(record, "institution"), {})
    event = values.text(values.inner(record, "event"), "name")
    venue = values.text(record, "container-title") or event or values.text(institution, "name")
    return webtext.line(venue or values.text(record, "group-title")) or None
