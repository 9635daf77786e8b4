import zlib
from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.readers import pdf
from assistant.readers.pdf import abstracts, authors, layout, titles
from assistant.readers.pdf.layout import Layout, Line
from assistant.readers.pdf.text import joined, words
from assistant.types import Noted, Paper, Skipped

Text = tuple[float, float, float, str, str]
"""Left, distance from the top, size, font (`R`, `B`, `I`; `^` for regular on its side), words."""

ABSTRACT = (
    "We study how cats purr while they sleep in a warm box. Forty old cats were recorded over six weeks. "
    "Purring was slower in sleep by a tenth and stopped when a dog came near. We conclude that boxes help."
)
BODY = "Cats have purred since before they lived with people, and many have asked why. Lions roar instead. " * 8
HEAD: list[Text] = [(150, 80, 18, "B", "Purring in sleeping cats"), (250, 110, 11, "R", "Ada Lovelace")]


_FONTS = {"R": "Times-Roman", "B": "Times-Bold", "I": "Times-Italic", "^": "Times-Roman"}
_HEIGHT = 792


def column(left: float, top: float, size: float, words: str, *, width: int = 50, font: str = "R") -> list[Text]:
    """Set words in lines of at most `width` characters."""
    lines = wrap(words, width, break_on_hyphens=False)
    return [(left, top + 1.2 * size * number, size, font, line) for number, line in enumerate(lines)]


def make(path: Path, *pages: Sequence[Text], info: str = "", xmp: str = "", picture: bool = False) -> Path:
    """Write a PDF; `info` is the inside of its information dictionary, `xmp` the inside of an `rdf:Description`."""
    objects = ["", ""]
    fonts = []
    for font, name in list(_FONTS.items())[:3]:
        objects.append(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
        fonts.append(f"/{font} {len(objects)} 0 R")
    metadata = ""
    if xmp:
        objects.append(_stream(_packet(xmp), "/Type /Metadata /Subtype /XML"))
        metadata = f"/Metadata {len(objects)} 0 R"
    resources = f"/Font << {' '.join(fonts)} >>"
    if picture:
        image = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
        objects.append(_stream("\x80", image))
        resources += f" /XObject << /P {len(objects)} 0 R >>"
    kids = []
    for page in pages:
        objects.append(_stream("/P Do " * picture + "\n".join(map(_shown, page)), "", packed=True))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 {_HEIGHT}] /Resources << {resources} >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {metadata} >>"
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< {info} >>")
    path.write_bytes(_file(objects))
    return path


def _shown(text: Text) -> str:
    left, top, size, font, words = text
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    matrix = "0 1 -1 0" if font == "^" else "1 0 0 1"
    return f"BT /{font.replace('^', 'R')} {size} Tf {matrix} {left} {_HEIGHT - top} Tm ({escaped}) Tj ET"


def _stream(content: str, entries: str, *, packed: bool = False) -> str:
    data = content.encode("cp1252" if packed else "utf-8" if entries.endswith("/XML") else "latin-1")
    if packed:
        data, entries = zlib.compress(data), f"{entries} /Filter /FlateDecode"
    return f"<< {entries} /Length {len(data)} >>\nstream\n{data.decode('latin-1')}\nendstream"


def _packet(description: str) -> str:
    names = "dc='http://purl.org/dc/elements/1.1/' xmlns:prism='http://prismstandard.org/namespaces/basic/2.0/'"
    return (
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        f"<rdf:Description rdf:about='' xmlns:{names} xmlns:pdfx='http://ns.adobe.com/pdfx/1.3/'>{description}"
        "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
    )


def _file(objects: Sequence[str]) -> bytes:
    written = b"%PDF-1.5\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n"
    return written + f"{end}{trailer}startxref\n{len(written)}\n%%EOF\n".encode("latin-1")


def one(path: Path) -> Paper:
    """Read a file that holds a paper with its abstract."""
    [paper] = pdf.read(path, "paper.pdf")
    assert isinstance(paper, Paper)
    return paper


def test_a_paper_in_one_column(tmp_path: Path) -> None:
    page = [*HEAD, (280, 150, 11, "B", "Abstract"), *column(110, 170, 10, ABSTRACT, width=80)]
    page += [
        (110, 240, 10, "B", "Keywords: "),
        (165, 240, 10, "R", "cats, purring"),
        (90, 270, 14, "B", "1 Introduction"),
    ]
    assert one(make(tmp_path / "a", [*page, *column(90, 290, 10, BODY, width=90)])) == Paper(
        id="",
        title="Purring in sleeping cats",
        abstract=ABSTRACT,
        authors=("Ada Lovelace",),
        topics=("cats", "purring"),
        source="paper.pdf",
    )


def test_two_columns_are_not_mixed(tmp_path: Path) -> None:
    page = [*HEAD, (54, 150, 11, "B", "ABSTRACT"), *column(54, 170, 9, ABSTRACT, width=50)]
    page += [(54, 280, 11, "B", "CCS CONCEPTS"), *column(54, 300, 9, BODY), *column(312, 150, 9, BODY)]
    assert one(make(tmp_path / "a", page)).abstract == ABSTRACT


def test_columns_written_line_by_line_are_not_mixed(tmp_path: Path) -> None:
    left, right = column(54, 170, 9, ABSTRACT, width=50), column(312, 170, 9, BODY, width=50)
    rows = [text for pair in zip(left, right, strict=False) for text in pair]
    page = [*HEAD, (54, 150, 11, "B", "Abstract"), *rows, (54, 300, 11, "B", "1 Introduction")]
    assert one(make(tmp_path / "a", page)).abstract == ABSTRACT


def test_an_abstract_goes_on_in_the_next_column(tmp_path: Path) -> None:
    lines = column(54, 700, 9, ABSTRACT, width=50)
    moved = [(312.0, 150 + 11.0 * number, 9.0, "R", text[4]) for number, text in enumerate(lines[2:])]
    page = [*HEAD, (54, 680, 11, "B", "Abstract"), *lines[:2], *moved, (312, 230, 11, "B", "1 Introduction")]
    assert one(make(tmp_path / "a", [*page, *column(312, 250, 10, BODY, width=40)])).abstract == ABSTRACT


def test_an_abstract_that_is_cut_off_ends_with_a_sentence(tmp_path: Path) -> None:
    page = [*HEAD, (54, 680, 11, "B", "Abstract"), *column(54, 700, 9, "Cats purr. They do so because", width=60)]
    assert one(make(tmp_path / "a", page)).abstract == "Cats purr."


@pytest.mark.parametrize("heading", ["Abstract.", "Abstract\u2014", "ABSTRACT:", "Summary.", "Abstract"])
def test_an_abstract_may_begin_on_the_line_of_its_heading(tmp_path: Path, heading: str) -> None:
    page = [*HEAD, (54, 150, 10, "B", heading), (112, 150, 10, "R", "We study how"), (54, 162, 10, "R", "cats purr.")]
    page += [(54, 180, 10, "I", "Index Terms\u2014Cats"), (100, 220, 10, "R", "I. INTRODUCTION")]
    assert one(make(tmp_path / "a", page)).abstract == "We study how cats purr."


def test_a_heading_may_be_set_with_spaces_beside_a_column(tmp_path: Path) -> None:
    page = [*HEAD, (50, 150, 8, "R", "A R T I C L E  I N F O"), (220, 150, 8, "R", "A B S T R A C T")]
    page += [*column(50, 165, 7, "Keywords: Cats Purring Boxes", width=20), *column(220, 165, 8, ABSTRACT, width=80)]
    page += [(50, 300, 9, "B", "1. Introduction"), *column(50, 320, 9, BODY)]
    assert one(make(tmp_path / "a", page)).abstract == ABSTRACT


def test_the_parts_of_an_abstract_are_paragraphs(tmp_path: Path) -> None:
    page = [
        *HEAD,
        (100, 140, 14, "B", "Abstract"),
        (100, 160, 12, "B", "Background"),
        (100, 175, 10, "R", "Cats purr."),
    ]
    page += [(100, 200, 12, "B", "Methods and findings"), (100, 215, 10, "R", "We recorded forty cats.")]
    page += [
        (100, 240, 12, "B", "Conclusions"),
        (100, 255, 10, "R", "Boxes help."),
        (100, 290, 14, "B", "Introduction"),
    ]
    abstract = one(make(tmp_path / "a", [*page, *column(100, 310, 10, BODY, width=80)])).abstract
    assert (
        abstract
        == "Background: Cats purr.\n\nMethods and findings: We recorded forty cats.\n\nConclusions: Boxes help."
    )


def test_the_english_abstract_is_taken(tmp_path: Path) -> None:
    page = [
        *HEAD,
        (72, 150, 10, "B", "Resumen. "),
        (120, 150, 10, "R", "Los gatos ronronean."),
        (72, 170, 9, "B", "Palabras clave:"),
    ]
    page += [(72, 200, 10, "B", "Abstract. "), (120, 200, 10, "R", "Cats purr."), (72, 220, 9, "B", "Keywords: cats")]
    assert one(make(tmp_path / "a", page)).abstract == "Cats purr."


def test_a_physics_paper_has_its_abstract_below_the_date(tmp_path: Path) -> None:
    page = [*HEAD, (240, 130, 9, "R", "(Dated: June 3, 2020)"), *column(90, 150, 9, ABSTRACT, width=110)]
    paper = one(make(tmp_path / "a", [*page, *column(54, 230, 10, BODY), *column(318, 230, 10, BODY)]))
    assert (paper.abstract, paper.year) == (ABSTRACT, 2020)


def test_without_an_abstract_the_title_is_kept_and_noted(tmp_path: Path) -> None:
    path = make(tmp_path / "a", [*HEAD, *column(54, 180, 10, BODY), *column(318, 180, 10, BODY)])
    noted, paper = pdf.read(path, "paper.pdf")
    assert noted == Noted("paper.pdf", "no abstract was found on its first pages, so only the title is searched.")
    assert isinstance(paper, Paper)
    assert (paper.title, paper.abstract, paper.authors) == ("Purring in sleeping cats", "", ("Ada Lovelace",))


def test_names_are_told_from_where_people_work(tmp_path: Path) -> None:
    page: list[Text] = [(150, 80, 18, "B", "Purring in sleeping cats")]
    for left, name in ((60, "Martin Becker"), (250, "Rick de Rabiser"), (440, "Grace M. Hopper")):
        page += [
            (left, 110, 12, "R", name),
            (left, 122, 10, "R", "Embedded Systems"),
            (left, 134, 10, "R", "Linz, Austria"),
        ]
        page += [(left, 146, 10, "R", f"{name[:4]}@ox.ac.uk")]
    page += [(54, 180, 11, "B", "Abstract"), *column(54, 200, 10, ABSTRACT), (54, 320, 11, "B", "1 Introduction")]
    assert one(make(tmp_path / "a", page)).authors == ("Martin Becker", "Rick de Rabiser", "Grace M. Hopper")


def test_marks_and_degrees_are_no_part_of_a_name(tmp_path: Path) -> None:
    page: list[Text] = [(150, 80, 18, "B", "Purring"), (240, 80, 18, "B", "in sleeping cats"), (380, 72, 11, "R", "*")]
    page += [
        (60, 110, 11, "R", "Ada Lovelace"),
        (122, 106, 7, "R", "1,2*"),
        (137, 110, 11, "R", ", Member, IEEE, and Charles"),
    ]
    page += [
        (60, 123, 11, "R", "Babbage"),
        (101, 119, 7, "R", "2"),
        (60, 140, 9, "I", "1 University of Oxford, 2 Some Institute"),
    ]
    page += [(54, 180, 11, "B", "Abstract"), *column(54, 200, 10, ABSTRACT), (54, 320, 11, "B", "1 Introduction")]
    paper = one(make(tmp_path / "a", page))
    assert (paper.title, paper.authors) == ("Purring in sleeping cats", ("Ada Lovelace", "Charles Babbage"))


def test_a_stamp_of_arxiv_gives_number_and_year(tmp_path: Path) -> None:
    page = [*HEAD, (30, 560, 20, "^", "arXiv:1706.03762v5  [cs.CL]  6 Dec 2023"), (54, 150, 11, "B", "Abstract")]
    paper = one(make(tmp_path / "a", [*page, *column(54, 170, 10, ABSTRACT), (54, 300, 11, "B", "1 Introduction")]))
    assert (paper.title, paper.abstract, paper.arxiv_id, paper.year) == (HEAD[0][4], ABSTRACT, "1706.03762", 2017)


def test_years_and_dois_of_other_papers_are_left_alone(tmp_path: Path) -> None:
    page = [*HEAD, (54, 150, 11, "B", "Abstract"), *column(54, 170, 10, ABSTRACT), (54, 270, 11, "B", "1 Introduction")]
    page += [(54, 290, 10, "R", "The first map of purring was published in 1999."), (318, 150, 11, "R", "REFERENCES")]
    page += column(318, 170, 9, "[1] B. Hopper, Cats, vol. 36, no. 2, 2007. doi:10.1000/cats.7")
    paper = one(make(tmp_path / "a", page))
    assert (paper.year, paper.doi) == (None, None)


def test_the_foot_of_the_page_gives_doi_and_year(tmp_path: Path) -> None:
    page = [*HEAD, (54, 150, 11, "B", "Abstract"), *column(54, 170, 10, ABSTRACT), (54, 300, 11, "B", "Introduction")]
    page += [
        (54, 740, 8, "R", "https://doi.org/10.1371/"),
        (54, 750, 8, "R", "journal.pone.0151234"),
        (54, 765, 8, "R", "\xa9 2016 Ada"),
    ]
    paper = one(make(tmp_path / "a", page))
    assert (paper.doi, paper.year) == ("10.1371/journal.pone.0151234", 2016)


@pytest.mark.parametrize(
    "named", ["Microsoft Word - paper.doc", "untitled", "main.dvi", "PII: 0360-1315", "Vector Clocks"]
)
def test_a_title_on_the_page_goes_before_one_in_the_metadata(tmp_path: Path, named: str) -> None:
    page = [*HEAD, (54, 150, 11, "B", "Abstract"), *column(54, 170, 10, ABSTRACT), (54, 300, 11, "B", "Introduction")]
    assert one(make(tmp_path / "a", page, info=f"/Title ({named})")).title == "Purring in sleeping cats"


def test_metadata_tell_the_title_from_a_larger_masthead(tmp_path: Path) -> None:
    page = [(54, 50, 30, "B", "Annals of Cats"), *HEAD, (54, 150, 11, "B", "Abstract"), *column(54, 170, 10, ABSTRACT)]
    path = make(tmp_path / "a", [*page, (54, 300, 11, "B", "Introduction")], info="/Title (Purring in Sleeping Cats)")
    assert one(path).title == "Purring in Sleeping Cats"


def test_a_manuscript_has_a_title_no_larger_than_its_text(tmp_path: Path) -> None:
    page = [
        (185.0, 80.0, 12.0, "B", "The Effect of Boxes on the Purring of Cats"),
        (260.0, 120.0, 12.0, "R", "Ada Lovelace"),
    ]
    page += [
        (280, 160, 12, "B", "Abstract"),
        *column(72, 185, 12, ABSTRACT, width=80),
        (72, 300, 12, "B", "Introduction"),
    ]
    paper = one(make(tmp_path / "a", [*page, *column(72, 320, 12, BODY, width=80)]))
    assert (paper.title, paper.authors) == ("The Effect of Boxes on the Purring of Cats", ("Ada Lovelace",))


def test_publishers_metadata(tmp_path: Path) -> None:
    xmp = "<dc:format>application/pdf</dc:format><prism:doi>10.1000/Cats.7</prism:doi>"
    xmp += "<prism:publicationName>Journal of Cats</prism:publicationName><prism:coverDate>2019-05-01</prism:coverDate>"
    xmp += "<dc:creator><rdf:Seq><rdf:li>Ada Lovelace</rdf:li><rdf:li>Lovelace, Byron</rdf:li></rdf:Seq></dc:creator>"
    page = [*HEAD, (54, 150, 11, "B", "Abstract"), *column(54, 170, 10, ABSTRACT), (54, 300, 11, "B", "Introduction")]
    paper = one(make(tmp_path / "a", page, xmp=xmp))
    assert (paper.doi, paper.venue, paper.year) == ("10.1000/Cats.7", "Journal of Cats", 2019)
    assert paper.authors == ("Ada Lovelace", "Byron Lovelace")


def test_a_hostile_packet_is_left_alone(tmp_path: Path) -> None:
    xmp = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><prism:doi>10.1000/7</prism:doi>"
    page = [*HEAD, (54, 150, 11, "B", "Abstract"), *column(54, 170, 10, ABSTRACT), (54, 300, 11, "B", "Introduction")]
    assert one(make(tmp_path / "a", page, xmp=xmp)).doi is None


def test_pages_without_text(tmp_path: Path) -> None:
    ocr = "it holds pictures of text only; run OCR over it first"
    assert list(pdf.read(make(tmp_path / "a", [], picture=True), "a")) == [Skipped("a", "", ocr)]
    assert list(pdf.read(make(tmp_path / "b", []), "b")) == [Skipped("b", "", "its first pages hold no text")]


def test_a_page_of_mere_text_has_no_title(tmp_path: Path) -> None:
    reason = "no title can be told from its first pages or its metadata"
    assert list(pdf.read(make(tmp_path / "a", column(54, 80, 10, BODY)), "a")) == [Skipped("a", "", reason)]


@pytest.mark.parametrize("data", [b"%PDF-1.5\n", b"%PDF-1.5\n" + b"<<" * 9999, b"x"])
def test_a_damaged_file_is_reported(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    assert list(pdf.read(tmp_path / "a", "a")) == [Skipped("a", "", "it is damaged or no whole PDF")]


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "TIMEOUT", 0.001)
    [skipped] = pdf.read(make(tmp_path / "a", HEAD), "a")
    assert "seconds to open" in str(skipped)


def test_a_thousand_pages_are_quick(tmp_path: Path) -> None:
    page = [*HEAD, (54, 150, 11, "B", "Abstract"), *column(54, 170, 10, ABSTRACT), (54, 300, 11, "B", "Introduction")]
    path = make(tmp_path / "a", page, *[column(54, 80, 10, BODY)] * 999)
    start = perf_counter()
    assert one(path).abstract == ABSTRACT
    assert perf_counter() - start < 5


def test_a_flood_of_lines_is_bounded() -> None:
    lines = [
        Line(0, 10 + at % 7, 500, 12.0 * (at // 7), 10, "F", False, 4, "Abstract - (" + "[{" * 50) for at in range(6000)
    ]
    start = perf_counter()
    layout = Layout(lines=lines, sizes=[(600, 800)])
    assert abstracts.find(layout) is None
    titles.find(layout, lines[-1], "")
    authors.find(lines[:1], lines[-1], lines)
    assert perf_counter() - start < 5


@given(st.text("ab-.é 1", max_size=40), st.text("ab-.é 1", max_size=40))
def test_joining_loses_nothing_but_a_hyphen(first: str, second: str) -> None:
    text = joined([first, second], words([first, second]))
    assert sorted(text.replace("-", "").replace(" ", "")) == sorted((first + second).replace("-", "").replace(" ", ""))


_LINES = st.builds(
    Line,
    page=st.integers(0, 2),
    left=st.floats(0, 300),
    right=st.floats(300, 600),
    base=st.floats(0, 800),
    size=st.sampled_from([8.0, 10.0, 18.0]),
    font=st.sampled_from(["F", "G"]),
    bold=st.booleans(),
    lead=st.integers(1, 9),
    text=st.sampled_from(
        ["Abstract", "Abstract. We purr.", "Ada Lovelace", "Methods", "Keywords: a", "1 Introduction", "so-"]
    ),
)


@given(st.lists(_LINES, min_size=1, max_size=12))
def test_any_lines_can_be_read(lines: list[Line]) -> None:
    layout = Layout(lines=lines, sizes=[(600, 800)] * 3)
    found = abstracts.find(layout)
    title = titles.find(layout, found.heading if found else None, "")
    assert found is None or found.text
    assert title is None or title.text
    assert all(authors.find(title.lines, None, lines)) if title and title.lines else True


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_with_broken_bytes_is_read_or_reported(tmp_path: Path, data: st.DataObject) -> None:
    page = [*HEAD, (54, 150, 11, "B", "Abstract"), *column(54, 170, 10, ABSTRACT), (54, 300, 11, "B", "Introduction")]
    whole = make(tmp_path / "a", page, xmp="<dc:title>Cats</dc:title>").read_bytes()
    start = data.draw(st.integers(0, len(whole) - 1))
    (tmp_path / "a").write_bytes(whole[:start] + data.draw(st.binary(max_size=30)) + whole[start + 20 :])
    *notes, last = pdf.read(tmp_path / "a", "a")
    assert isinstance(last, Paper | Skipped)
    assert all(isinstance(note, Noted) for note in notes)
