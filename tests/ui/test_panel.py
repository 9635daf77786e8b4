from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Answer, Citation, Evidence, Hit, Paper, Passage, Span
from assistant.ui.filters import handle, spelled
from assistant.ui.panel import EMPTY, is_web, links, offered, panel
from assistant.ui.talk import Exchange

CATS = Paper(
    id="cats",
    title="On cats",
    abstract="Cats purr. They sleep. They eat.",
    authors=("A. Ant", "B. Bee"),
    year=2020,
    venue="Nature",
    doi="10.1/a b",
    arxiv_id="2001.00001",
    code_url="https://code.test/cats",
)
DOGS = Paper(id="dogs", title="Dogs", abstract="Dogs bark.", is_summary=True)
FIRST = Citation(number=1, paper=CATS, quote="Cats purr.", start=0, end=10)
SECOND = Citation(number=2, paper=CATS, quote="They eat.", start=23, end=32)
HITS = (
    Hit(paper=CATS, score=1.0),
    Hit(
        paper=DOGS,
        score=0.5,
        evidence=(Passage(paper=DOGS, span=Span("abstract", 0, 10), score=0.4),),
        similarity=0.52,
        lexical=8.1,
        sentence=0.61,
    ),
)
FOUND = Evidence(
    question="Do cats purr?", hits=HITS, citations=(FIRST, SECOND), answerable=True, library_size=2, seconds=0.1
)
ANSWER = Answer(question="Do cats purr?", answered=True, text="Yes. [1]", citations=(FIRST,), hits=HITS)
ANSWERED = Exchange(question="Do cats purr?", evidence=FOUND, answer=ANSWER)
ALLOWED = {"a", "button", "details", "h2", "h3", "mark", "p", "span", "summary", "sup"}


class Tags(HTMLParser):
    """Collects tags, addresses and the text inside marks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.ids: list[str | None] = []
        self.addresses: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_without_evidence_it_says_what_will_stand_here() -> None:
    assert panel([]) == panel([Exchange(question="Hello")]) == EMPTY


def test_the_quoted_words_are_marked_and_numbered() -> None:
    html = panel([ANSWERED])
    assert '<mark id="cite-1-1" tabindex="-1"><sup>[1]</sup>Cats purr.</mark> They sleep. They eat.</p>' in html


def test_evidence_shows_before_there_is_an_answer() -> None:
    html = panel([replace(ANSWERED, answer=None)])
    assert "<h2>Quotations that fit</h2>" in html
    assert '<span class="numbers">[1][2]</span>' in html


def test_cited_papers_are_open_and_the_others_folded_apart() -> None:
    html = panel([ANSWERED])
    cited, found = html.split('<details class="others">')
    assert "<h2>Cited</h2>" in cited
    assert '<details class="source" id="src-1-1" open>' in cited
    assert "<summary>Found, not cited (1)</summary>" in found
    assert '<details class="source" id="src-1-2"><summary><span class="title" dir="auto">Dogs</span>' in found


def test_an_uncited_paper_shows_why_it_was_found() -> None:
    cited, found = panel([ANSWERED]).split('<details class="others">')
    assert '<mark class="near">Dogs bark.</mark>' in found
    assert '<p class="why">Meaning 0.52 · words 8.1 · best sentence 0.61</p>' in found
    assert 'class="why"' not in cited


def test_a_nearest_paper_shows_why_it_was_found() -> None:
    html = panel([replace(ANSWERED, evidence=replace(FOUND, answerable=False))])
    assert html.count('<p class="why">') == 2
    assert '<p class="why">Meaning 0.00 · no word in common</p>' in html


def test_every_paper_can_be_asked_alone() -> None:
    for answerable in (True, False):
        html = panel([replace(ANSWERED, evidence=replace(FOUND, answerable=answerable))])
        for paper, title in (("cats", "On cats"), ("dogs", "Dogs")):
            assert (
                f'<button type="button" class="only" data-paper="{handle(paper)}" data-id="{spelled(paper)}" '
                f'aria-pressed="false" aria-label="Ask only this paper: {title}">Ask only this paper</button>'
            ) in html


def test_no_id_stands_in_the_page() -> None:
    paper = replace(DOGS, id="\"'><img src=x>")
    html = panel([replace(ANSWERED, evidence=replace(FOUND, hits=(Hit(paper=paper, score=1.0),)))])
    assert "img" not in html
    assert handle(paper.id) in html


def test_what_the_panel_shows_is_offered() -> None:
    cited = replace(CATS, id="cited")
    found = replace(FOUND, citations=(replace(FIRST, paper=cited),))
    assert list(offered([Exchange(question="Hello"), replace(ANSWERED, evidence=found)])) == [CATS, DOGS, cited]


def test_what_is_known_of_a_paper() -> None:
    html = panel([ANSWERED])
    assert '<p class="about" dir="auto">A. Ant, B. Bee · 2020 · Nature</p>' in html
    assert "<h3>Abstract</h3>" in html
    assert list(links(CATS)) == [
        ("DOI", "https://doi.org/10.1/a%20b"),
        ("arXiv", "https://arxiv.org/abs/2001.00001"),
        ("Code", "https://code.test/cats"),
    ]


def test_a_summary_is_called_one() -> None:
    assert "<h3>Summary</h3>" in panel([ANSWERED]).split("Found, not cited")[1]


def test_a_refusal_shows_the_nearest_papers_without_numbers() -> None:
    html = panel([replace(ANSWERED, evidence=replace(FOUND, answerable=False))])
    assert "<h2>Nearest papers</h2>" in html
    assert "[1]" not in html


def test_earlier_questions_are_folded_below_and_keep_their_anchors() -> None:
    html = panel([ANSWERED, Exchange(question="Hello"), replace(ANSWERED, question="And now?")])
    last, earlier = html.split("<h2>Earlier</h2>")
    assert 'id="cite-3-1"' in last
    assert '<details class="turn"><summary dir="auto">Do cats purr?</summary>' in earlier
    assert 'id="cite-1-1"' in earlier


def test_no_id_occurs_twice() -> None:
    ids = Tags(panel([ANSWERED, ANSWERED])).ids
    assert len(ids) == len(set(ids)) == 6


def test_a_quotation_of_the_title_is_marked_there() -> None:
    citation = Citation(number=1, paper=CATS, quote="cats", start=3, end=7, field="title")
    html = panel([replace(ANSWERED, answer=replace(ANSWER, citations=(citation,)))])
    assert '>On <mark id="cite-1-1" tabindex="-1"><sup>[1]</sup>cats</mark></span>' in html


def test_overlapping_quotations_repeat_no_word() -> None:
    overlapping = replace(FIRST, number=2, quote="purr. They", start=5, end=15)
    html = panel([replace(ANSWERED, answer=replace(ANSWER, citations=(FIRST, overlapping)))])
    assert "[1]Cats purr.[2] They sleep. They eat." in Tags(html).text


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.test", "http:///x", "http://["]
)
def test_only_addresses_of_the_web_are_links(address: str) -> None:
    assert not is_web(address)
    assert list(links(Paper(id="x", title="X", url=address, code_url=address))) == []


@given(
    words=st.text(st.sampled_from("<>&\"'/=![](){}$`\\ \nimgsrcx\u202e\0")),
    address=st.sampled_from(["https://a.test/'\"><img src=x>", "javascript:x"]),
)
def test_nothing_a_paper_or_a_person_wrote_comes_alive(words: str, address: str) -> None:
    paper = Paper(id="x", title=words, abstract=words, authors=(words,), venue=words, doi=words, url=address)
    citation = Citation(number=1, paper=paper, quote=words[1:9], start=1, end=9)
    evidence = replace(FOUND, hits=(Hit(paper=paper, score=1.0), HITS[0]), citations=(citation,))
    html = panel([Exchange(question=words, evidence=evidence)] * 2)
    alive = Tags(html)
    assert alive.names <= ALLOWED
    assert all(
        address.startswith(("https://doi.org/", "https://a.test/", "https://arxiv.org/", "https://code.test/"))
        for address in alive.addresses
    )
    assert "\u202e" not in alive.text
