from html.parser import HTMLParser

import pytest

from assistant.types import Answer, Citation, Claim, Filters, Hit, Paper, Scope
from assistant.ui import markdown

CATS = Paper(id="cats", title="Cats", abstract="Cats purr. They sleep.")
DOGS = Paper(id="dogs", title='Dogs: a "study"', abstract="Dogs bark.")
CITATIONS = (
    Citation(number=1, paper=CATS, quote="Cats purr.", start=0, end=10),
    Citation(number=3, paper=DOGS, quote="Dogs bark.", start=0, end=10),
)
HOSTILE = (
    '![x](http://evil.test/a.png) <img src=http://evil.test/b.png onerror="x"> [go](javascript:x) </div>\n\n# <script>'
)


def answer(text: str, *, citations: tuple[Citation, ...] = CITATIONS, answered: bool = True) -> str:
    return markdown.answer(Answer(question="?", answered=answered, text=text, citations=citations), 2)


class Tags(HTMLParser):
    """Collects what is alive in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.addresses: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.addresses += [value for name, value in attrs if name in ("href", "src")]


def test_markers_become_links_to_the_quoted_words() -> None:
    assert answer("Cats purr. [1]") == (
        '<div class="answer"><p>Cats purr. '
        '<a class="cite" href="#cite-2-1" title="Cats: “Cats purr.”">[1]</a></p></div>'
    )


def test_a_marker_without_a_citation_stays_text() -> None:
    assert answer("Cats purr. [2]") == '<div class="answer"><p>Cats purr. [2]</p></div>'


def test_quotations_stand_under_the_title_of_their_paper() -> None:
    html = answer('- Dogs: a "study": “Dogs bark.” [3] “Dogs.” [3]')
    assert html.startswith('<div class="answer"><ul><li><cite>Dogs: a &quot;study&quot;</cite><p>“Dogs bark.” <a')
    assert html.count("<p>") == 2


def test_a_paragraph_and_a_list() -> None:
    html = answer("They purr.\n\n- Cats: “Cats purr.”\n- Other: “x”", citations=())
    assert html == (
        '<div class="answer"><p>They purr.</p>'
        "<ul><li><p>Cats: “Cats purr.”</p></li><li><p>Other: “x”</p></li></ul></div>"
    )


def test_a_refusal_names_the_nearest_papers() -> None:
    hits = tuple(Hit(paper=Paper(id=str(number), title=f"<b>{number}</b>"), score=1.0) for number in range(5))
    refusal = Answer(question="?", answered=False, text="Nothing.", kind="refusal", hits=hits)
    assert markdown.answer(refusal, 1) == (
        '<div class="answer refusal"><p>Nothing.</p><ul><li><cite>&lt;b&gt;0&lt;/b&gt;</cite></li>'
        "<li><cite>&lt;b&gt;1&lt;/b&gt;</cite></li><li><cite>&lt;b&gt;2&lt;/b&gt;</cite></li></ul></div>"
    )


def test_a_refusal_is_marked_as_one() -> None:
    assert answer("Nothing.", answered=False) == '<div class="answer refusal"><p>Nothing.</p></div>'


def test_a_stopped_answer_says_so() -> None:
    html = markdown.answer(Answer(question="?", answered=True, text="Cats."), 1, stopped=True)
    assert "<em>Stopped." in html


def test_the_draft_says_that_it_is_not_checked() -> None:
    assert markdown.draft("Cats pu") == (
        '<div class="draft"><p>Cats pu</p><p><em>writing, not yet checked…</em></p></div>'
    )


@pytest.mark.parametrize("render", [markdown.plain, markdown.draft, markdown.note, answer])
def test_nothing_hostile_comes_alive(render: object) -> None:
    assert callable(render)
    html = render(HOSTILE)
    alive = Tags(html)
    assert alive.names <= {"div", "p", "br", "em"}
    assert alive.addresses == []


@pytest.mark.parametrize("render", [markdown.plain, markdown.draft, markdown.note, answer])
def test_a_message_has_no_empty_line(render: object) -> None:
    # An empty line would end the block of HTML, and what follows would be read as Markdown.
    assert callable(render)
    assert "\n" not in render("one\n\n\n# two\r\n\r\nthree\u2028\u2029four\x0b\x0cfive")


def test_a_hostile_title_stays_inside_its_attribute() -> None:
    paper = Paper(id="x", title='"><img src=http://evil.test/x>', abstract="Words.")
    html = answer("Words. [1]", citations=(Citation(number=1, paper=paper, quote="Words.", start=0, end=6),))
    assert Tags(html).names == {"div", "p", "a"}
    assert Tags(html).addresses == ["#cite-2-1"]


def test_a_command_in_a_note_is_set_apart() -> None:
    assert markdown.note("Run `carrel add <FILE>`.") == (
        '<div class="note"><p>Run <code>carrel add &lt;FILE&gt;</code>.</p></div>'
    )


def test_money_stays_money() -> None:
    assert markdown.note("It cost $5 or $$6.") == '<div class="note"><p>It cost $5 or $$6.</p></div>'


def test_filters_in_force_each_with_its_cross() -> None:
    filters = Filters(years=(2022, None), authors=("Ann Lee",))
    shown = markdown.looked_at(Scope(filters=filters, dropped=Filters(venue="Nature"), undated=2), removable=True)
    assert Tags(shown).addresses == ["#without-years", "#without-authors"]
    assert "by Ann Lee" in shown
    assert "No paper in Nature fits, so the others were looked at too." in shown
    assert "2 papers without a year were left out." in shown
    assert Tags(markdown.looked_at(Scope(filters=filters), removable=False)).addresses == []
    assert markdown.looked_at(Scope(), removable=True) == ""


def test_no_filter_comes_alive() -> None:
    hostile = Filters(authors=(HOSTILE,), venue=HOSTILE, topics=(HOSTILE,), source=HOSTILE)
    alive = Tags(markdown.looked_at(Scope(filters=hostile, dropped=hostile), removable=True))
    assert alive.names == {"div", "p", "span", "a", "br"}
    assert alive.addresses == ["#without-authors", "#without-venue", "#without-topics", "#without-source"]


def test_what_nothing_supports_is_marked_in_words() -> None:
    weak = Claim(text="Cats <fly>.", citations=(), support=0.2, supported=False)
    told = Answer(question="?", answered=True, text="Cats <fly>. Cats purr. [1]", claims=(weak,), citations=CITATIONS)
    html = markdown.answer(told, 1)
    assert '<span class="weak">Cats &lt;fly&gt;.</span> <sup>unsupported</sup> Cats purr.' in html
    assert f'<p class="legend">{markdown.LEGEND}</p>' in html
    assert "legend" not in answer("Cats purr. [1]")


def test_formulae_are_set_apart_and_citations_stay_links() -> None:
    html = answer("Cats purr at $f^2$ for $5. [1]")
    assert 'at <span class="math">$f^2$</span> for $5. <a class="cite"' in html


def test_a_title_is_known_as_it_stands_in_the_answer() -> None:
    odd = Citation(number=1, paper=Paper(id="a", title="On  [5] ", abstract="Yes."), quote="Yes.", start=0, end=4)
    assert "<cite>On (5)</cite><p>“Yes.”" in answer("- On (5): “Yes.” [1]", citations=(odd,))
