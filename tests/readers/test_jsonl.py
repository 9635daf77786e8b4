import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import json_values, only

from assistant.readers import jsonl
from assistant.readers.fields import Record
from assistant.readers.text import clean
from assistant.types import Noted, Paper, Skipped


def read(*lines: str | dict[str, Any]) -> list[Record]:
    written = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return list(jsonl.read_lines(io.BytesIO(written.encode()), "cats.jsonl"))


def one(**record: Any) -> Paper:
    return only(read({"title": "On Cats", **record}))


def test_all_fields_are_read() -> None:
    assert read(
        {
            "id": "p1",
            "title": "On Cats",
            "abstract": "Cats purr.",
            "authors": ["Ann Lee", "Bo Li"],
            "year": 2019,
            "venue": "Journal of Cats",
            "doi": "https://doi.org/10.1000/cats.1",
            "arxiv_id": "1901.00001v2",
            "pmid": "123",
            "url": "https://cats.org/1",
            "code_url": "https://cats.org/code",
            "topics": ["cats", "sound"],
            "kind": "article",
            "other": {"ignored": True},
        }
    ) == [
        Paper(
            id="p1",
            title="On Cats",
            abstract="Cats purr.",
            authors=("Ann Lee", "Bo Li"),
            year=2019,
            venue="Journal of Cats",
            doi="10.1000/cats.1",
            arxiv_id="1901.00001",
            pmid="123",
            url="https://cats.org/1",
            code_url="https://cats.org/code",
            topics=("cats", "sound"),
            keys=("p1",),
            source="cats.jsonl",
            kind="article",
        )
    ]


def test_a_summary_is_marked_as_one() -> None:
    assert one(summary="They purr.").is_summary
    assert one(summary="They purr.").abstract == "They purr."
    both = one(abstract="Cats purr.", summary="They purr.")
    assert (both.abstract, both.is_summary) == ("Cats purr.", False)


def test_title_or_abstract_may_be_missing_but_not_both() -> None:
    told, titled, nothing = read({"abstract": "Cats purr."}, {"title": "On Cats", "abstract": None}, {"id": "p3"})
    assert isinstance(told, Paper)
    assert isinstance(titled, Paper)
    assert (told.title, titled.abstract) == ("", "")
    assert nothing == Skipped("cats.jsonl", "line 3", "no title and no abstract")


def test_words_stay_as_they_are_but_for_controls() -> None:
    paper = one(title=" On  <i>Cats</i> $x$ ", abstract="A \u2028 {B}\n\n C\x00\x18 1\x964 \ud800")
    assert paper.title == "On  <i>Cats</i> $x$"
    assert paper.abstract == "A \u2028 {B}\n\n C 1–4 \ufffd"
    assert one(title="On\n  Cats").title == "On Cats"


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ([{"name": "Ann Lee"}, "Bo Li", None], ("Ann Lee", "Bo Li")),
        ("Lee, Ann and Li, Bo", ("Lee, Ann", "Li, Bo")),
        ("Lee, Ann; Li, Bo;", ("Lee, Ann", "Li, Bo")),
        ("Ann Lee, Bo Li, and C. Yu", ("Ann Lee", "Bo Li", "C. Yu")),
        (None, ()),
    ],
)
def test_authors_come_in_many_shapes(authors: object, expected: tuple[str, ...]) -> None:
    assert one(authors=authors).authors == expected


@pytest.mark.parametrize(("year", "expected"), [("2019-05-01", 2019), (2019.0, 2019), (None, None), ("soon", None)])
def test_years_come_in_many_shapes(year: object, expected: int | None) -> None:
    assert one(year=year).year == expected


def test_other_names_of_fields_are_known() -> None:
    paper = one(
        id=7, journal={"name": "Nature"}, arxiv="math/0309136", categories="cs.LG stat.ML", keywords="cats; dogs"
    )
    assert (paper.id, paper.venue, paper.arxiv_id) == ("7", "Nature", "math/0309136")
    assert paper.topics == ("cats", "dogs", "cs.LG", "stat.ML")


def test_code_is_found_in_the_abstract() -> None:
    assert one(abstract="See github.com/cats/purr.").code_url == "https://github.com/cats/purr"
    assert one(code_url="javascript:alert(1)").code_url is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"title": "On', "not valid JSON: Unterminated string starting at"),
        ('["On Cats"]', "not an object but a list"),
        ("null", "null in the place of a paper"),
        ('{"title": 5}', "`title` is a number, not text"),
        ('{"title": "On Cats", "authors": true}', "`authors` is true or false, not text"),
        ('{"title": "On Cats", "topics": [[]]}', "`topics` is a list, not text"),
        ('{"abstract": ["Cats", "purr."]}', "`abstract` is a list, not text"),
        ("[" * 100_000, "not valid JSON: nested too deeply"),
    ],
)
def test_a_bad_line_is_skipped_and_reading_goes_on(line: str, reason: str) -> None:
    first, second, third = read({"title": "One"}, line, {"title": "Three"})
    assert second == Skipped("cats.jsonl", "line 2", reason)
    assert isinstance(first, Paper)
    assert isinstance(third, Paper)


def test_blank_lines_are_no_records_but_count() -> None:
    assert read("", {"title": "One"}, "  ", "x")[-1] == Skipped(
        "cats.jsonl", "line 4", "not valid JSON: Expecting value"
    )


def test_a_line_beyond_measure_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "_LONGEST_LINE", 1 << 20)
    long, after = read({"title": "x" * (3 << 20)}, {"title": "On Cats"})
    assert long == Skipped("cats.jsonl", "line 1", "the line is longer than 1 MB")
    assert isinstance(after, Paper)


def test_a_line_of_megabytes_is_read() -> None:
    assert len(one(abstract="purr " * 1_000_000).abstract) == 4_999_999


def test_a_cut_archive_gives_what_it_holds(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"title": f"Cat {number * 7919 % 10_007}"}) + "\n" for number in range(5000))
    path = tmp_path / "cats.jsonl.gz"
    path.write_bytes(gzip.compress(lines.encode())[:-4000])
    *papers, last = jsonl.read_file(path, "cats.jsonl.gz")
    assert isinstance(last, Skipped)
    assert last.reason.startswith("the file is damaged from here on")
    assert last.place == f"line {len(papers) + 1}"
    assert len(papers) > 100


def test_a_document_holds_an_array_or_several_objects() -> None:
    array = json.dumps([{"title": "One"}, 5, {"title": "Two"}], indent=2)
    one, bad, two = jsonl.read_document(array, "cats.json")
    assert isinstance(one, Paper)
    assert isinstance(two, Paper)
    assert bad == Skipped("cats.json", "item 2", "not an object but a number")
    assert len(list(jsonl.read_document('{\n "title": "One"\n}\n{\n "title": "Two"\n}\n', "cats.json"))) == 2


def test_a_cut_document_gives_what_it_holds() -> None:
    one, rest = jsonl.read_document('[{"title": "One"},\n {"title": "Tw', "cats.json")
    assert isinstance(one, Paper)
    assert rest == Skipped(
        "cats.json", "item 2, line 2", "not valid JSON: Unterminated string starting at; what follows is not read"
    )


def test_a_line_may_hold_an_answer_of_many() -> None:
    one, null, three = read({"total": 2, "data": [{"title": "One"}, None]}, {"title": "Three"})
    assert isinstance(one, Paper)
    assert null == Skipped("cats.jsonl", "line 1, item 2", "null in the place of a paper")
    assert isinstance(three, Paper)
    assert read({"data": []}) == [Noted("cats.jsonl", "line 1 holds no papers")]


def test_a_cut_answer_on_one_line_gives_what_it_holds() -> None:
    one, rest = read('{"total": 2, "data": [{"title": "One"}, {"title": "Tw')
    assert isinstance(one, Paper)
    assert rest == Skipped(
        "cats.jsonl", "line 1, item 2", "not valid JSON: Unterminated string starting at; what follows is not read"
    )


def test_two_objects_on_a_line_are_two_papers() -> None:
    assert len(read('{"title": "One"}, {"title": "Two"},')) == 2


def test_items_of_an_answer_are_counted_through_the_document() -> None:
    document = '{"results": [{"title": "One"}, null]}\n{"results": [{"title": "Three"}, 5]}'
    assert [str(record) for record in jsonl.read_document(document, "x") if isinstance(record, Skipped)] == [
        "x, item 2: null in the place of a paper",
        "x, item 4: not an object but a number",
    ]
    assert list(jsonl.read_document('{"results": []}', "x")) == [Noted("x", "it holds no papers")]


def test_capitals_and_other_shapes_of_plain_objects() -> None:
    paper = one(ABSTRACT="Cats purr.", DOI="10.1000/1", PMID=12, author=[{"first_name": "Ann", "last_name": "Lee"}])
    assert (paper.abstract, paper.doi, paper.pmid, paper.authors) == ("Cats purr.", "10.1000/1", "12", ("Ann Lee",))


VALUES = json_values(["name", "title", "x"])
KEYS = st.sampled_from(
    ["id", "title", "abstract", "summary", "authors", "year", "venue", "doi", "arxiv", "url", "topics"]
)


@given(st.lists(st.dictionaries(KEYS, VALUES)))
def test_every_line_becomes_a_paper_or_is_skipped(values: list[Any]) -> None:
    assert len(read(*map(json.dumps, values))) == len(values)


@given(st.lists(VALUES))
def test_no_line_is_passed_over(values: list[Any]) -> None:
    assert len(read(*map(json.dumps, values))) >= len(values)


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    lines = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    assert len(list(jsonl.read_lines(lines, "x"))) <= text.count("\n") + 1
    list(jsonl.read_document(text, "x"))


@pytest.mark.parametrize("name", ["cisi", "cranfield", "csl_zh", "med", "npl", "pubmedqa", "scifact", "scitldr"])
def test_the_collections_are_read_word_for_word(shared: Path, name: str) -> None:
    path = next((shared / "eval" / name).glob("papers.jsonl*"))
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    given = [json.loads(line) for line in data.splitlines()]
    records = list(jsonl.read_file(path, name))
    assert len(records) == len(given)
    for record, gold in zip(records, given, strict=True):
        if gold["title"] or gold["abstract"]:
            assert isinstance(record, Paper)
            # `clean` leaves all but three abstracts, which hold control characters, as they are.
            assert (record.id, record.title, record.abstract) == (gold["id"], gold["title"], clean(gold["abstract"]))
        else:
            assert isinstance(record, Skipped)
