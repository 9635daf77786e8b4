import json
import zlib
from dataclasses import replace

from assistant.types import (
    Answer,
    Citation,
    Claim,
    Evidence,
    Filters,
    Hit,
    Paper,
    Passage,
    Scope,
    Span,
    Timings,
)
from assistant.ui.freezing import OTHER_VERSION, freeze, thaw
from assistant.ui.talk import Exchange

CATS = Paper(id="cats", title="Cats", abstract="Cats purr. They sleep.", authors=("Ann Lee",), year=2020)
HIT = Hit(
    paper=CATS,
    score=1.0,
    evidence=(Passage(paper=CATS, span=Span("abstract", 0, 10), score=0.9),),
    closeness=0.5,
)
CITATION = Citation(number=1, paper=CATS, quote="Cats purr.", start=0, end=10)
SCOPE = Scope(filters=Filters(years=(2020, None), ids=("cats",)), papers=1)
EVIDENCE = Evidence(
    question="Do cats purr?",
    hits=(HIT,),
    citations=(CITATION,),
    answerable=True,
    library_size=3,
    seconds=0.1,
    scope=SCOPE,
)
ANSWER = Answer(
    question="Do cats purr?",
    answered=True,
    text="Cats purr. [1]",
    claims=(Claim(text="Cats purr.", citations=(1,), support=1.0, supported=True, quoted=True),),
    citations=(CITATION,),
    hits=(HIT,),
    timings=Timings(first_token=None, total=2.0),
    scope=SCOPE,
)
DONE = Exchange(question="Do cats purr?", filters=SCOPE.filters, evidence=EVIDENCE, answer=ANSWER, verdict="good")


def test_an_exchange_comes_back_as_it_was() -> None:
    assert thaw(freeze(DONE), "") == DONE


def test_a_paper_is_written_once() -> None:
    assert zlib.decompress(freeze(DONE)).decode().count("They sleep.") == 1


def test_what_is_under_way_comes_back_as_stopped() -> None:
    open_one = replace(DONE, answer=None, doing="Reading…", draft="Cats pu")
    assert thaw(freeze(open_one), "") == replace(open_one, doing="", draft="", stopped=True)


def test_other_versions_are_read_as_far_as_they_go() -> None:
    kept = json.loads(zlib.decompress(freeze(DONE)))
    kept["exchange"]["mood"] = "glad"
    del kept["exchange"]["verdict"]
    assert thaw(zlib.compress(json.dumps(kept).encode()), "") == replace(DONE, verdict="")


def test_what_cannot_be_read_keeps_its_question() -> None:
    kept = json.loads(zlib.decompress(freeze(DONE)))
    del kept["exchange"]["answer"]["text"]
    for body in (b"nothing", zlib.compress(b"[]"), zlib.compress(json.dumps(kept).encode())):
        read = thaw(body, "Do cats purr?")
        assert (read.question, read.problem) == ("Do cats purr?", OTHER_VERSION)
