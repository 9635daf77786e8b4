"""Which column of a table is which, by the names that programs give them."""

import re
from collections.abc import Mapping, Sequence

from assistant.errors import ReadError

FIELDS: tuple[str, ...] = (
    "title",
    "abstract",
    "authors",
    "year",
    "venue",
    "doi",
    "arxiv_id",
    "pmid",
    "url",
    "code_url",
)
FIELDS += ("topics", "id", "kind", "extra")
"""What a column may be; `extra` is Zotero's, with lines such as "PMID: 123"."""

# In order of preference: where several columns are there, a row is read from the first that is filled.
_NAMES: Mapping[str, str] = {
    "title": "title; article title; document title; paper title; primary title; display name; titre; titel",
    "abstract": "abstract; abstract note; abstracts; abstract text; paper abstract; description; zusammenfassung",
    "authors": (
        "author full names; author full name; full author names; authors; author; author s; author names; creators"
        "; authorships author display name; autoren; auteurs"
    ),
    "year": (
        "publication year; year; published year; pub year; pubyear; year published; publicationyear; issued; date"
        "; publication date; date published; published; cover date; jahr; année"
    ),
    "venue": (
        "source title; publication title; journal; journal book; journal title; venue; publication; journal name"
        "; source full title; proceedings title; booktitle; book title; conference title; conference name"
        "; container title; pubtitle; journaltitle; primary location source display name; journal ref; source"
    ),
    "doi": "doi; dois; digital object identifier; digitalobjectidentifier; doi link; doi url",
    "arxiv_id": "arxiv id; arxiv; arxivid; arxiv number; eprint; archive id; preprint id",
    "pmid": "pmid; pubmed id; pubmed; pubmedid; pubmed number; medline id; ids pmid",
    "url": "url; link; article url; articleurl; source url; external url; documenturl; web page; urls; plink",
    "code_url": "code url; code; code link; github; repository url",
    "topics": (
        "author keywords; keywords; keyword; index keywords; keywords plus; manual tags; automatic tags; tags"
        "; mesh terms; mesh; fields of study; topics; categories; subject terms; subjects; subject; ieee terms"
        "; fields of research"
    ),
    "id": "citation key; citekey; cite key; bibtex key; bibtexkey; citationkey; id; key; paper id; paperid",
    "kind": "document type; item type; publication type; type; entry type; entrytype; doctypes; reference type; kind",
    "extra": "extra",
}
_WOS_TAGS: Mapping[str, str] = {
    "title": "ti",
    "abstract": "ab",
    "authors": "af; au",
    "year": "py",
    "venue": "so",
    "doi": "di",
    "pmid": "pm",
    "topics": "de; id",
    "kind": "dt",
}
_OF_EVERY_ROW = ("topics",)


def known(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the places of the columns that are recognised, for each field the preferred one first."""
    cells = [_plain(cell) for cell in header]
    names = _WOS_TAGS if {"ti", "au", "so"} <= set(cells) else _NAMES
    found = {
        field: [cells.index(name) for name in spellings.split("; ") if name in cells]
        for field, spellings in names.items()
    }
    return {field: places for field, places in found.items() if places}


def chosen(header: Sequence[str], own: Mapping[str, str], source: str) -> dict[str, list[int]]:
    """Return the places of the columns of each field; what a person says goes before what is recognised.

    Raises:
        ReadError: A field or a column named does not exist, or there is neither a title nor an abstract.
    """
    places = {field: [_place(header, field, name, source)] for field, name in own.items()}
    taken = {place for column in places.values() for place in column}
    for field, found in known(header).items():
        if field not in places and (free := [place for place in found if place not in taken]):
            places[field] = free
    if not {"title", "abstract"} & places.keys():
        raise ReadError(
            f"{source} is a table without a column of titles or abstracts; its columns are {_listed(header)}.",
            remedy=f'Name the columns that hold them, such as title="{header[0].strip()}".',
        )
    return places


def told(header: Sequence[str], places: Mapping[str, Sequence[int]]) -> str:
    """Say how the columns are taken, in a line for the person who gave the table."""
    used = {place for column in places.values() for place in column}
    ignored = [name for place, name in enumerate(header) if place not in used and name.strip()]
    taken = ", ".join(
        f"{field} = {(' + ' if field in _OF_EVERY_ROW else ' or ').join(_quoted(header[place]) for place in column)}"
        for field, column in sorted(places.items(), key=lambda item: FIELDS.index(item[0]))
    )
    return f"columns: {taken}; ignored: {', '.join(map(_quoted, ignored)) or 'none'}"


def _place(header: Sequence[str], field: str, name: str, source: str) -> int:
    if field not in FIELDS:
        raise ReadError(f'"{field}" is nothing that a column can hold.', remedy=f"It may be {', '.join(FIELDS)}.")
    for cells, wanted in ((list(header), name), ([_plain(cell) for cell in header], _plain(name))):
        if wanted in cells:
            return cells.index(wanted)
    raise ReadError(
        f'{source} has no column "{name}"; its columns are {_listed(header)}.', remedy="Name one of its columns."
    )


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.replace("_", " ").lower()))


def _quoted(name: str) -> str:
    return f'"{" ".join(name.split())}"'


def _listed(header: Sequence[str]) -> str:
    return ", ".join(map(_quoted, header))
