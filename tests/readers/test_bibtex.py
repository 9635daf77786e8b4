import importlib
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import only, titles

from assistant.errors import ReadError
from assistant.readers import bibtex
from assistant.readers.fields import Record
from assistant.readers.text import decode
from assistant.types import Paper, Skipped


def read(text: str) -> list[Record]:
    return list(bibtex.read(text, "cats.bib"))


def one(fields: str, kind: str = "article") -> Paper:
    return only(read(f"@{kind}{{lee, {fields}}}"))


def test_all_fields_are_read() -> None:
    text = r"""
% Encoding: UTF-8
@Article{lee2019,
  author        = {Lee, Ann M. and {\'E}mile van der Katz and {The Purr Consortium}},
  title         = "On the {Purr} of Cats:
                   5\% $\alpha$",
  journal       = {Journal of Cats},
  year          = 2019,
  doi           = {https://doi.org/10.1000/cats.1},
  eprint        = {1901.00001v2},
  archivePrefix = {arXiv},
  url           = {https://cats.org/a\_b},
  keywords      = {cats; sound},
  abstract      = {Cats purr.
    They do \emph{so} often.

    Code: \url{https://github.com/cats/purr}.},
}
"""
    assert read(text) == [
        Paper(
            id="lee2019",
            title="On the Purr of Cats: 5% α",
            abstract="Cats purr. They do so often.\n\nCode: https://github.com/cats/purr.",
            authors=("Ann M. Lee", "Émile van der Katz", "The Purr Consortium"),
            year=2019,
            venue="Journal of Cats",
            doi="10.1000/cats.1",
            arxiv_id="1901.00001",
            url="https://cats.org/a_b",
            code_url="https://github.com/cats/purr",
            topics=("cats", "sound"),
            keys=("lee2019",),
            source="cats.bib",
            kind="article",
        )
    ]


def test_strings_and_months_are_filled_in() -> None:
    text = '@string{jc = "Journal of " # {Cats}}\n@article(lee, title = {A}, journal = JC # ", Part " # 2, month = jan)'
    (paper,) = read(text)
    assert isinstance(paper, Paper)
    assert paper.venue == "Journal of Cats, Part 2"


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ("Lee, Ann and Li, Bo and others", ("Ann Lee", "Bo Li")),
        ("von Katz, Jr., Eric", ("Eric von Katz Jr.",)),
        ("Katz, Eric, Jr.", ("Eric Katz Jr.",)),
        ("{Purr and Sons} and Ann Lee", ("Purr and Sons", "Ann Lee")),
        (r"Ha\v{s}ek, Ji{\v r}{\'\i} and M{\"u}ller", ("Jiří Hašek", "Müller")),
        ("Lee, Ann and , and Madonna", ("Ann Lee", "Madonna")),
        ("Ann Lee, Bo Li, Cy van Katz", ("Ann Lee", "Bo Li", "Cy van Katz")),
        ("Lee, Ann; Li, Bo; et al.", ("Ann Lee", "Bo Li")),
        ("Lee, Ann and et al.", ("Ann Lee",)),
    ],
)
def test_authors_are_given_name_first(authors: str, expected: tuple[str, ...]) -> None:
    assert one(f"title = {{A}}, author = {{{authors}}}").authors == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("eprint = {quant-ph/0201082}, eprinttype = {arxiv}", "quant-ph/0201082"),
        ("journal = {arXiv preprint arXiv:1901.00001}", "1901.00001"),
        ("journal = {CoRR}, volume = {abs/1901.00001}", "1901.00001"),
        ("url = {https://arxiv.org/pdf/1901.00001v3}", "1901.00001"),
        ("doi = {10.48550/arXiv.1901.00001}", "1901.00001"),
        ("eprint = {1901.00001}, archiveprefix = {hal}", None),
        ("eprint = {0201082}, archiveprefix = {arXiv}, primaryclass = {quant-ph}", "quant-ph/0201082"),
        ("arxivid = {1901.00001}", "1901.00001"),
        ("note = {arXiv:1901.00001 [cs]}", "1901.00001"),
        ("note = {Extends arXiv:1901.00001}", None),
        ("eprint = {https://cats.org/pdf/1901.00001}", None),
        ("url = {https://cats.org/1901.00001}", None),
    ],
)
def test_the_arxiv_number_is_found_where_people_put_it(fields: str, expected: str | None) -> None:
    assert one(f"title = {{A}}, {fields}").arxiv_id == expected


def test_biblatex_names_are_known() -> None:
    paper = one("title = {Cats}, subtitle = {A Survey}, date = {2019-05}, journaltitle = {Journal of Cats}")
    assert (paper.title, paper.year, paper.venue) == ("Cats: A Survey", 2019, "Journal of Cats")
    assert one("booktitle = {Proceedings on Cats}", "proceedings").title == "Proceedings on Cats"


def test_a_crossref_gives_venue_and_year() -> None:
    text = "@inproceedings{lee, title={A}, crossref={CATS19}}\n@proceedings{cats19, title={Cats 2019}, year={2019}}"
    paper, parent = read(text)
    assert isinstance(paper, Paper)
    assert (paper.title, paper.venue, paper.year) == ("A", "Cats 2019", 2019)
    assert isinstance(parent, Paper)


def test_what_an_entry_inherits_comes_through_several_others() -> None:
    text = """
@article{lee, title = {Cats}, xdata = {missing, journal}}
@xdata{journal, journaltitle = {Journal of Cats}, date = {2020-05/2021}}
@inproceedings{li, title = {Dogs}, crossref = {track}}
@inproceedings{track, title = {The Dog Track}, crossref = {dogs20}}
@proceedings{dogs20, title = {Dogs 2020}, year = 2020}
@softwareversion{purr2, crossref = {purr}, date = 2021}
@software{purr, title = {Purr}, repository = {https://github.com/cats/purr}}
@misc{circle, title = {Circle}, crossref = {circle}, xdata = {circle}}
@set{both, entryset = {lee, li}}
"""
    found = {record.id: record for record in read(text) if isinstance(record, Paper)}
    assert (found["lee"].venue, found["lee"].year) == ("Journal of Cats", 2020)
    assert (found["li"].venue, found["li"].year) == ("The Dog Track", 2020)
    purr = found["purr2"]
    assert (purr.title, purr.venue, purr.year, purr.code_url) == ("Purr", None, 2021, "https://github.com/cats/purr")
    assert [str(record) for record in read(text) if isinstance(record, Skipped)] == [
        "cats.bib, entry journal: no paper but fields for other entries",
        "cats.bib, entry both: a set of other entries, which are read on their own",
    ]
    assert len(read(text)) == 9


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("pmid = {30612345}", "30612345"),
        ("eprint = {30612345}, eprinttype = {pubmed}", "30612345"),
        ("note = {PMID: 30612345}", "30612345"),
        ("url = {https://pubmed.ncbi.nlm.nih.gov/30612345/}", "30612345"),
        ("note = {30612345}, pmcid = {PMC123}", None),
    ],
)
def test_pubmeds_number_is_found_where_people_put_it(fields: str, expected: str | None) -> None:
    assert one(f"title = {{A}}, {fields}").pmid == expected


@pytest.mark.parametrize(
    ("fields", "url", "doi"),
    [
        (r"howpublished = {\url{https://cats.org}}", "https://cats.org", None),
        ("bdsk-url-1 = {https://doi.org/10.1000/cats.1}", "https://doi.org/10.1000/cats.1", "10.1000/cats.1"),
        ("url = {http://cats.org http://dogs.org}", "http://cats.org", None),
        (
            r"doi = {10.1002/(SICI)1{\textless}1::AID{\textgreater}3.0.CO;2-2}",
            None,
            "10.1002/(SICI)1<1::AID>3.0.CO;2-2",
        ),
    ],
)
def test_links_are_found_where_people_put_them(fields: str, url: str | None, doi: str | None) -> None:
    paper = one(f"title = {{A}}, {fields}")
    assert (paper.url, paper.doi) == (url, doi)


def test_the_braces_of_mendeley_go() -> None:
    paper = one(r"title = {{On {\{}Cats{\}}: {\textless}i{\textgreater}Felis{\textless}/i{\textgreater}}}")
    assert paper.title == "On Cats: Felis"


def test_several_abstracts_are_kept_and_a_placeholder_is_none() -> None:
    assert one("title = {A}, abstract = {Cats purr.}, abstract = {Katzen schnurren.}").abstract == (
        "Cats purr.\n\nKatzen schnurren."
    )
    assert one("title = {A}, abstract = {[No abstract available]}").abstract == ""


def test_the_editors_of_a_collection_stand_for_its_authors() -> None:
    assert one("title = {A}, editor = {Lee, Ann}", "proceedings").authors == ("Ann Lee",)
    assert one("title = {A}, editor = {Lee, Ann}", "article").authors == ()


def test_both_entries_of_a_repeated_key_are_kept() -> None:
    first, second = read("@misc{lee, title={A}}\n@misc{lee, title={B}}")
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert (first.keys, second.keys, second.title) == (("lee",), ("lee",), "B")


def test_a_repeated_field_counts_once() -> None:
    assert one("title = {}, title = {A}, title = {B}").title == "A"


@pytest.mark.parametrize(
    "text",
    [
        "@ARTICLE {lee, TITLE = {A}}",
        "@article\n{lee,\n title = {A}}",
        "@ article{lee,title={A},}",
        "@article{title = {A}}",
        "@article{,title={A}}",
        "@article{lee, title = {A}\n year = 2019\n note = {x}}",
        "@article{lee, file = {C:\\\\cats\\\\}, title = {A}}",
        "@article{lee, title = {A}, year = 2019\n",
        '@article{lee, title = "A"}, stray } text',
        'preface @ home\n@comment{x}\n@preamble{"y"}\n@article{lee, title = {A}}',
    ],
)
def test_liberties_are_taken_in_stride(text: str) -> None:
    assert titles(read(text)) == ["A"]


def test_an_entry_left_open_costs_itself_only() -> None:
    text = "@misc{a, title={A}}\n@misc{b, title={B {open}, year=1\n\n@misc{c, title={C}}\n@misc{d, title={D"
    assert titles(read(text)) == [
        "A",
        "cats.bib, line 2: the entry is not closed before the next one begins",
        "C",
        "cats.bib, line 5: the entry is not closed before the file ends",
    ]


def test_what_is_no_entry_says_why() -> None:
    assert titles(read("@misc{a b c = d = }\n@misc{k, year = 2019}\n@misc{, year = 2019}\n@comment{x")) == [
        "cats.bib, line 1: not valid BibTeX: Expected comma after entry key, but found =",
        "cats.bib, entry k: no title and no abstract",
        "cats.bib, line 3: no title and no abstract",
    ]


def test_the_parser_prints_no_warnings(capfd: pytest.CaptureFixture[str]) -> None:
    read("@misc{b, title={B {open}")
    assert capfd.readouterr() == ("", "")


def test_a_fault_of_the_parser_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("internal error")

    monkeypatch.setattr(importlib.import_module("bibtexparser.entrypoint"), "parse_string", fail)
    with pytest.raises(ReadError, match=r"^cats\.bib cannot be parsed as BibTeX: internal error\.$"):
        bibtex.read("@misc{a, title={A}}", "cats.bib")


def test_a_missing_parser_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bibtexparser.entrypoint", None)
    with pytest.raises(ReadError, match=r"^cats\.bib needs bibtexparser"):
        bibtex.read("@misc{a, title={A}}", "cats.bib")


PIECES = st.sampled_from(
    ["@article{", "@", "{", "}", "(", ")", '"', "=", ",", "\n", "#", "title", " = ", "{A}", "1999", "\\", "$", "k", " "]
) | st.sampled_from(
    ["@string{s=", "@comment{", "author={", " and ", "abstract", "crossref={k}", "\n@book{b, title={T}}\n", "\\href"]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text())
def test_nothing_breaks_it(text: str) -> None:
    for record in read(text):
        assert isinstance(record, Skipped) or record.title or record.abstract


TITLES = st.text(st.characters(categories=["L", "N"]), min_size=1)


@given(st.lists(TITLES))
def test_every_entry_is_accounted_for(given: list[str]) -> None:
    text = "\n".join(f"@misc{{key{number}, title = {{{title}}}}}" for number, title in enumerate(given))
    assert titles(read(text)) == given


def test_no_entry_of_the_real_files_is_lost(shared: Path) -> None:
    for path in sorted((shared / "formats").glob("*/*/*.bib")):
        text = decode(path.read_bytes())
        headers = re.findall(r"(?im)^\s*@(?!comment|string|preamble)\w+\s*[{(]", text)
        assert len(read(text)) == len(headers), path.name


def test_real_titles_are_readable(shared: Path) -> None:
    by_key = {
        record.id: record
        for record in read(decode((shared / "formats/bibtex/jabref/jabref-authors.bib").read_bytes()))
        if isinstance(record, Paper)
    }
    assert by_key["KoppWielandLeymann2009"].title == "External and Internal Events in EPCs: e²EPCs"
    assert by_key["SadeghifarWiknerGustafsson2014"].title == (
        "Linear programming design of semi-digital FIR filter and ΣΔ modulator for VDSL2 transmitter"
    )
    assert not [paper.title for paper in by_key.values() if re.search(r"[{}~]", re.sub(r"\$[^$]*\$", "", paper.title))]


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        (r"Foo, A and \c{S}ahin, Ilker", ("A Foo", "Ilker Şahin")),
        (r"\AA{}ngstr\"om, A and \AA ngstr\"om, B", ("A Ångström", "B Ångström")),
        (r"Nguy\~{\^e}n, E and Wei\ss and \'{\i}x, {\L}u", ("E Nguyễn", "Weiß", "Łu íx")),
        ("{family=Doe, given=Jane, prefix=van}", ("Jane van Doe",)),
        ("given=Mary Jane, family=Roe, prefix=de la, suffix=Jr. and Lee, Ann", ("Mary Jane de la Roe Jr.", "Ann Lee")),
        ("family={Doe, Inc} and {[No author name available]}", ("Doe, Inc",)),
    ],
)
def test_accents_and_parts_of_names_are_kept(authors: str, expected: tuple[str, ...]) -> None:
    assert one(f"title = {{A}}, author = {{{authors}}}").authors == expected


@pytest.mark.parametrize("end", ["}", "}\n\n@misc{b, title={B}}", "\n}\n"])
def test_a_value_that_runs_into_other_fields_is_closed(end: str) -> None:
    paper = read("@article{a, journal={Cats}, title={Never {Closed}, author={Lee, Ann},\n year=2020" + end)[0]
    assert isinstance(paper, Paper), paper
    assert (paper.title, paper.authors, paper.year, paper.venue) == ("Never Closed", ("Ann Lee",), 2020, "Cats")


def test_a_value_that_cannot_be_closed_is_no_title() -> None:
    assert titles(read("@article{a, title={Never closed, author={Lee, Ann}, year=2020, b {c},\n}\n}")) == [
        'cats.bib, line 1: a brace is missing: its "title" runs into "author"'
    ]


def test_code_within_an_abstract_stays() -> None:
    text = "We set cats, year={2020}, and @x{y, title={T}}"
    assert one(f"title = {{A}}, year = 2019, abstract = {{{text}}}").abstract == (
        "We set cats, year=2020, and @xy, title=T"
    )
