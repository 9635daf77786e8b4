from dataclasses import replace

from assistant.types import Answer, Citation, Evidence, Filters, Paper, Scope, Timings
from assistant.ui.talk import Exchange
from assistant.ui.transcript import messages, summary

CATS = Paper(id="cats", title="Cats", abstract="Cats purr.")
CITATION = Citation(number=1, paper=CATS, quote="Cats purr.", start=0, end=10)
FOUND = Evidence(
    question="Do cats purr?", hits=(), citations=(CITATION,), answerable=True, library_size=1190, seconds=0.052
)
ANSWER = Answer(
    question="Do they purr?",
    answered=True,
    text="Cats purr. [1]",
    citations=(CITATION,),
    timings=Timings(first_token=0.5, total=2.0, tokens_read=200, tokens_written=1),
    model="Tiny",
)
ASKED = Exchange(question="Do they purr?")


def test_the_question_stands_first() -> None:
    assert messages([ASKED]) == [{"role": "user", "content": '<div class="said">Do they purr?</div>'}]


def test_a_step_under_way() -> None:
    assert messages([replace(ASKED, doing="Searching…")])[1] == {
        "role": "assistant",
        "content": "",
        "metadata": {"title": "Searching…", "status": "pending"},
    }


def test_what_was_found_is_one_line() -> None:
    assert summary(FOUND) == "Searched 1,190 papers in 0.05 s, 1 quotation from 1 paper fit"
    assert summary(replace(FOUND, answerable=False)) == "Searched 1,190 papers in 0.05 s, none fits"


def test_a_search_within_filters_says_of_how_many() -> None:
    within = replace(FOUND, scope=Scope(filters=Filters(venue="Nature"), papers=12))
    assert summary(within) == "Searched 12 of 1,190 papers in 0.05 s, 1 quotation from 1 paper fit"


def test_filters_stand_above_the_answer_and_only_the_last_can_be_taken_away() -> None:
    looked_at = Scope(filters=Filters(years=(2022, None)), papers=12)
    asked = replace(ASKED, evidence=replace(FOUND, scope=looked_at))
    done = replace(asked, answer=ANSWER)
    assert 'href="#without-years"' not in messages([asked])[2]["content"]
    first, second = (one[2]["content"] for one in (messages([done, done])[:4], messages([done, done])[4:]))
    assert first == '<div class="scope"><p>Only papers <span class="chip">since 2022</span></p></div>'
    assert 'title="Ask again without: since 2022">×</a></span>' in second


def test_a_checked_answer_takes_the_place_of_the_draft() -> None:
    draft = messages([replace(ASKED, evidence=FOUND, draft="Cats pu")])
    done = messages([replace(ASKED, evidence=FOUND, answer=ANSWER)])
    assert len(draft) == len(done) == 3
    assert 'class="draft"' in draft[2]["content"]
    assert 'href="#cite-1-1"' in done[2]["content"]


def test_the_details_say_what_was_searched_and_how_long_it_took() -> None:
    step = messages([replace(ASKED, evidence=FOUND, answer=ANSWER)])[1]
    assert step["content"] == (
        '<div class="said">Searched for: Do cats purr?'
        "<br>Tiny read 200 tokens and wrote 1 token, the first after 0.5 s"
        "<br>Checked and complete after 2.0 s</div>"
    )


def test_each_answer_leads_to_its_own_sources() -> None:
    done = replace(ASKED, evidence=FOUND, answer=ANSWER)
    assert 'href="#cite-2-1"' in messages([done, done])[-1]["content"]


def test_a_problem_is_a_calm_message() -> None:
    assert messages([replace(ASKED, problem="It <failed>. Try again.")])[1] == {
        "role": "assistant",
        "content": '<div class="note"><p>It &lt;failed&gt;. Try again.</p></div>'
        '<div class="acts"><a class="act" href="#act-retry-1">Ask again</a></div>',
    }


def test_stopped_before_anything_was_found() -> None:
    assert "Stopped." in messages([replace(ASKED, stopped=True)])[1]["content"]


def test_what_the_model_wrote_without_support_is_told_among_the_details() -> None:
    step = messages([replace(ASKED, evidence=FOUND, answer=ANSWER, left_out=("Cats <fly>.",))])[1]
    assert "and left out, as no quotation supports it: Cats &lt;fly&gt;." in step["content"]


def test_what_can_be_done_is_offered_once_an_answer_is_complete() -> None:
    assert all("act-" not in one["content"] for one in messages([replace(ASKED, evidence=FOUND, draft="Cats")]))
    done = replace(ASKED, evidence=FOUND, answer=ANSWER, verdict="bad")
    first, _, answer, second, _, last = (one["content"] for one in messages([done, done]))
    assert 'href="#act-edit-1">Edit<' in first
    assert 'href="#act-edit-2">Edit<' in second
    assert "act-retry" not in answer
    assert 'href="#act-copy-2">Copy<' in last
    assert 'href="#act-retry-2">Ask again<' in last
    assert '<a class="act pressed" href="#act-bad-2">' in last
