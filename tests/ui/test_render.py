import json

from assistant.types import Answer, Citation, Claim, Filters, Hit, Paper, Passage, Scope, Span, Timings
from assistant.ui.render import answer_dict, found_dict

PAPER = Paper(id="cat1", title="Cats", abstract="Cats sleep. They purr.")

ANSWER = Answer(
    question="What do cats do?",
    answered=True,
    text="They purr. [1]",
    claims=(Claim(text="They purr.", citations=(1,), support=1.0, supported=True),),
    citations=(Citation(number=1, paper=PAPER, quote="They purr.", start=12, end=22),),
    hits=(Hit(paper=PAPER, score=0.5),),
    model="tiny",
    thinking="Cats, then.",
    timings=Timings(retrieve=0.25, total=2.0, tokens_written=3),
    scope=Scope(
        filters=Filters(years=(2022, None), authors=("Lee",)),
        understood=Filters(years=(2022, None)),
        papers=7,
        undated=1,
    ),
)


def test_an_answer_as_one_object() -> None:
    assert answer_dict(ANSWER) == {
        "question": "What do cats do?",
        "answered": True,
        "text": "They purr. [1]",
        "claims": [{"text": "They purr.", "citations": [1], "support": 1.0, "supported": True}],
        "citations": [
            {
                "number": 1,
                "id": "cat1",
                "title": "Cats",
                "quote": "They purr.",
                "start": 12,
                "end": 22,
                "field": "abstract",
            }
        ],
        "hits": [{"id": "cat1", "title": "Cats", "score": 0.5}],
        "model": "tiny",
        "asked_larger": False,
        "thinking": "Cats, then.",
        "timings": {
            "retrieve": 0.25,
            "first_evidence": 0.0,
            "first_token": None,
            "total": 2.0,
            "tokens_read": 0,
            "tokens_written": 3,
            "tokens_thought": 0,
        },
        "scope": {
            "filters": {"years": [2022, None], "authors": ["Lee"]},
            "understood": {"years": [2022, None]},
            "dropped": {},
            "papers": 7,
            "undated": 1,
        },
    }


def test_json_can_hold_it() -> None:
    assert json.loads(json.dumps(answer_dict(ANSWER))) == answer_dict(ANSWER)


def test_a_refusal_has_hits_but_no_citations() -> None:
    refusal = answer_dict(Answer(question="?", answered=False, text="Nothing.", hits=ANSWER.hits))
    assert (refusal["answered"], refusal["citations"], len(refusal["hits"])) == (False, [], 1)


def test_a_found_paper_says_why() -> None:
    passage = Passage(paper=PAPER, span=Span("abstract", 12, 22), score=0.7)
    hit = Hit(paper=PAPER, score=0.5, evidence=(passage,), similarity=0.52, lexical=8.1, sentence=0.61, closeness=0.4)
    assert found_dict(hit) == {
        "id": "cat1",
        "title": "Cats",
        "score": 0.5,
        "year": None,
        "evidence": [{"quote": "They purr.", "field": "abstract", "start": 12, "end": 22}],
        "why": {"meaning": 0.52, "words": 8.1, "sentence": 0.61, "closeness": 0.4},
    }
