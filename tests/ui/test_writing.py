import json
from dataclasses import replace

from assistant.types import Answer, Citation, Paper
from assistant.ui.talk import Exchange, Talk
from assistant.ui.writing import FORMS, cited, markdown

CATS = Paper(id="cats", title="Cats purr", abstract="Cats purr.", authors=("Ann Lee",), year=2020, doi="10.1/a b")
DOGS = Paper(id="dogs", title="![x](http://trap.test/x.png) dogs", abstract="Dogs <b>bark</b>.")
FIRST = Citation(number=1, paper=DOGS, quote="Dogs <b>bark</b>.", start=0, end=17)
SECOND = Citation(number=2, paper=CATS, quote="Cats purr.", start=0, end=10)
ANSWER = Answer(
    question="Who says what?",
    answered=True,
    text="Cats purr. [2]\n\n- Dogs: “Dogs <b>bark</b>.” [1]",
    citations=(SECOND, FIRST),
)
TALK = Talk(
    id="t",
    title="Who *says* what?",
    exchanges=(
        Exchange(question="Who says what?", answer=ANSWER, verdict="good"),
        Exchange(question="And\nfish?", problem="It failed. Try again."),
        Exchange(question="Again?", answer=replace(ANSWER, citations=(SECOND,))),
        Exchange(question="More?", stopped=True),
    ),
)


def test_markdown_has_the_references_of_each_answer() -> None:
    assert markdown(replace(TALK, exchanges=TALK.exchanges[:2])) == (
        "# Who \\*says\\* what?\n\n## Who says what?\n\n"
        "Cats purr. \\[2\\]\n\n- Dogs: “Dogs \\<b\\>bark\\</b\\>.” \\[1\\]\n\n"
        "References:\n\n"
        "- \\[2\\] Cats purr. Ann Lee, 2020. “Cats purr.” <https://doi.org/10.1/a%20b>\n"
        "- \\[1\\] \\!\\[x\\](http://trap.test/x.png) dogs. “Dogs \\<b\\>bark\\</b\\>.”\n\n"
        "## And fish?\n\nIt failed. Try again.\n"
    )


def test_a_stopped_question_is_there_too() -> None:
    assert markdown(TALK).endswith("## More?\n\nStopped.\n")


def test_cited_papers_are_there_once_in_the_order_of_their_numbers() -> None:
    assert cited(TALK) == [DOGS, CATS]
    assert FORMS["bib"][2](TALK).count("@") == 2
    assert FORMS["ris"][2](TALK).count("ER  - ") == 2


def test_json_has_everything() -> None:
    told = json.loads(FORMS["json"][2](TALK))
    assert told["title"] == "Who *says* what?"
    assert [one["question"] for one in told["turns"]] == ["Who says what?", "And\nfish?", "Who says what?", "More?"]
    assert told["turns"][0]["citations"][1]["quote"] == "Dogs <b>bark</b>."
    assert (told["turns"][0]["verdict"], told["turns"][3]["stopped"]) == ("good", True)
