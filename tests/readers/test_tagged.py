import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers import tagged
from assistant.readers.tagged import Tagged


def split(line: str) -> tuple[str, str] | None:
    tag, colon, value = line.partition(": ")
    return (tag, value) if colon else None


def parts(text: str, *, by_blank: bool = False) -> list[list[tuple[str, str]]]:
    records = tagged.records(text, split, opens={"new"}, closes="end", by_blank=by_blank)
    return [[(tag, "|".join(lines)) for tag, lines in record.fields] for record in records]


def test_a_value_goes_on_until_the_next_tag() -> None:
    text = "head\nnew: a\ntitle: Cats\n  and dogs\n\nmore\nend: \nbetween\nnew: b"
    assert parts(text) == [[("new", "a"), ("title", "Cats|and dogs||more")], [("new", "b")]]


def test_a_record_begins_where_the_last_one_is_not_ended() -> None:
    assert parts("new: a\nnew: b\nend: \nend: \ntitle: c") == [[("new", "a")], [("new", "b")], [("title", "c")]]


def test_a_blank_line_parts_records_where_it_may() -> None:
    text = "title: a\nyear: 1\n\ntitle: b"
    assert parts(text) == [[("title", "a"), ("year", "1|"), ("title", "b")]]
    assert len(parts(text, by_blank=True)) == 2


def test_blank_lines_behind_every_line_part_nothing() -> None:
    text = "".join(f"title: {number}\n\nyear: {number}\n\nname: x\n\n\n\n" for number in range(10))
    records = list(tagged.records(text, split, by_blank=True))
    assert [record.line for record in records] == list(range(1, 80, 8))


def test_records_of_one_line_are_parted_all_the_same() -> None:
    assert len(parts("title: a\n\n" * 10, by_blank=True)) == 10


def test_parts_of_a_record_are_put_together() -> None:
    def record(*tags: str, closed: bool = False) -> Tagged:
        return Tagged(1, [(tag, ["x"]) for tag in tags], closed)

    found = tagged.rejoined(
        [
            record("type"),
            record("type", "title"),
            record("type", "note"),
            record("title", closed=True),
            record("note", closed=True),
        ],
        marks={"title"},
        heads={"type"},
    )
    assert [[tag for tag, _ in one.fields] for one in found] == [
        ["type", "type", "title", "type", "note"],
        ["title"],
        ["note"],
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lee, Ann M.", ("Ann M. Lee",)),
        ("van der Katz,Bo", ("Bo van der Katz",)),
        ("King, Martin Luther, Jr.", ("Martin Luther King Jr.",)),
        ("King, Jr., Martin Luther", ("Martin Luther King Jr.",)),
        ("Hern, Matt, Ed", ("Matt Hern",)),
        ("Ann Lee", ("Ann Lee",)),
        ("Lee A", ("A Lee",)),
        ("de Hoon MJ", ("MJ de Hoon",)),
        ("Dos Santos H. B.", ("H. B. Dos Santos",)),
        ("Ann Lee III", ("Ann Lee III",)),
        ("The Cat Club", ("The Cat Club",)),
        ("张三;李四", ("张三", "李四")),
        ("Lee, Ann; Li, Bo", ("Ann Lee", "Bo Li")),
        ("Lee, Ann and Li, Bo", ("Ann Lee", "Bo Li")),
        ("Lee, A., Li, B.", ("A. Lee", "B. Li")),
        ("Ann Lee, Bo Li, Cy Wu", ("Ann Lee", "Bo Li", "Cy Wu")),
        ("Dept. of Cats, Milk, and Sleep", ("Dept. of Cats, Milk, and Sleep",)),
        ("Sk&#322;odowska, M", ("M Skłodowska",)),
        (" , ", ()),
    ],
)
def test_names_are_in_reading_order(name: str, expected: tuple[str, ...]) -> None:
    assert tagged.people([name]) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Cats purr.\nThey do so\noften."], "Cats purr. They do so often."),
        (
            ["Aim: to purr.\nMethod(s): we listened.\nResults: purring."],
            "Aim: to purr.\n\nMethod(s): we listened.\n\nResults: purring.",
        ),
        ([f"{'Cats purr. ' * 20}Yes.\nDogs bark."], f"{'Cats purr. ' * 20}Yes.\n\nDogs bark."),
        (["Cats purr.", "Cats  purr.", "Dogs bark."], "Cats purr.\n\nDogs bark."),
        (["Cats purr.", "Cats purr. Dogs bark."], "Cats purr. Dogs bark."),
        (["No abstract available."], ""),
        (["Abstract\nCats purr."], "Cats purr."),
        (["LiNbO/sub 3/ at 10/sup 5/ Pa, ~5 &lt; 6"], "LiNbO3 at 10⁵ Pa, ~5 < 6"),
    ],
)
def test_abstracts_are_paragraphs(values: list[str], expected: str) -> None:
    assert tagged.abstract(values) == expected


def test_parts_of_a_title_are_joined_once() -> None:
    assert tagged.title(["Cats", "A survey"]) == "Cats: A survey"
    assert tagged.title(["Do cats\n  purr?", "Yes."]) == "Do cats purr? Yes."
    assert tagged.title(["Cats purr.", "CATS PURR"]) == "Cats purr."


@pytest.mark.parametrize(
    ("dates", "expected"),
    [(["1948/07//"], 1948), (["20190505"], 2019), (["in press", "2020"], 2020), (["2002 Sep"], 2002), (["99"], None)],
)
def test_year_is_the_first_there_is(dates: list[str], expected: int | None) -> None:
    assert tagged.year(dates) == expected


def test_a_link_gives_a_doi_only_where_it_goes_by_it() -> None:
    assert tagged.doi([], ["https://a.org/doi/10.1000/1/full", "https://doi.org/10.1000/2"]) == "10.1000/2"


def test_arxiv_is_known_by_its_name() -> None:
    assert tagged.arxiv_id(["1901.00001", "see arXiv:1901.00002", "arXiv preprint arXiv:1901.00003v2"]) == "1901.00003"
    assert tagged.arxiv_id(["https://doi.org/10.48550/arXiv.1901.00004"]) == "1901.00004"


@given(st.text(), st.booleans())
def test_every_line_behind_the_first_tag_is_kept(text: str, by_blank: bool) -> None:
    kept = sum(len(lines) for one in tagged.records(text, split, by_blank=by_blank) for _, lines in one.fields)
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if split(line)), len(lines))
    assert kept == len(lines) - first or len(lines) > 16


@given(st.lists(st.text()))
def test_values_of_any_kind_are_read(values: list[str]) -> None:
    assert all(tagged.people(values))
    assert all(tagged.topics(values))
    assert "\n" not in tagged.title(values)
    tagged.abstract(values)
    tagged.links(values)
