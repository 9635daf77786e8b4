import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.readers import page
from assistant.types import Paper, Skipped

HEAD = "Get the papers about cats by mail!\nOne mail a day\n"
PURR = "Purring at Scale: A Survey of Contented Cats"
SLEEP = "Do Cats Sleep Because They Can?"
HUNT = "HuntNet: Learning to Pounce without Supervision"
FISH = "Fish Retrieval under Dense Supervision"


def abstract(subject: str) -> str:
    return (
        f"We study {subject} with a large group of cats that live in eleven homes. " * 4
        + f"The code for {subject.split()[0]} is at https://github.com/cats/{subject.split()[0]}."
    )


PAPERS = [
    (PURR, abstract("purring")),
    (SLEEP, abstract("sleep")),
    (HUNT, abstract("hunting")),
    (FISH, abstract("fish")),
]


def text(*parts: str) -> str:
    return "\n".join(parts)


def read(saved: str) -> tuple[list[tuple[str, str]], list[str]]:
    records = list(page.read(saved, "page.txt"))
    return (
        [(record.title, record.abstract) for record in records if isinstance(record, Paper)],
        [f"{record.place}: {record.reason}" for record in records if isinstance(record, Skipped)],
    )


BODY = text(*(line for paper in PAPERS for line in paper))


@pytest.mark.parametrize(
    "saved",
    [
        BODY,
        HEAD + "Subscribe" + BODY,
        HEAD + "Sign up\n" + BODY,
        HEAD + BODY.replace("\n", "\n\n \n"),
        HEAD + "subscribe" + BODY.replace("\n", "\r\n") + "\r\n",
        "Cats\n" + re.sub(r"(?m)^(?=Do|Hunt|Fish)", "Upvote\n1.2k\n", BODY),
    ],
    ids=["bare", "glued button", "button", "blank lines", "CRLF", "buttons between"],
)
def test_titles_and_abstracts_come_in_turn(saved: str) -> None:
    assert page.is_page(saved)
    assert read(saved) == (PAPERS, [])


def test_a_title_without_its_abstract_shifts_nothing() -> None:
    papers, skipped = read(HEAD + text(*PAPERS[0], SLEEP, *PAPERS[2], *PAPERS[3]))
    assert papers == [PAPERS[0], PAPERS[2], PAPERS[3]]
    assert skipped == [f"line 5: a title without an abstract: {SLEEP}"]


def test_an_abstract_without_its_title_shifts_nothing() -> None:
    papers, skipped = read(HEAD + text(*PAPERS[0], PAPERS[1][1], *PAPERS[2]))
    assert papers == [PAPERS[0], PAPERS[2]]
    assert skipped == [f"line 5: an abstract without a title: {PAPERS[1][1][:57]}..."]


def test_the_first_title_is_missed_although_it_follows_the_head() -> None:
    papers, skipped = read(HEAD + text(f"Subscribe{PURR}", *PAPERS[1], *PAPERS[2]))
    assert papers == PAPERS[1:3]
    assert skipped == [f"line 3: a title without an abstract: Subscribe{PURR}"]


def test_a_foot_is_reported() -> None:
    assert read(BODY + "\nPrivacy policy")[1] == ["line 9: a title without an abstract: Privacy policy"]


def test_a_short_abstract_counts_where_its_place_is() -> None:
    short = "We show in one sentence that cats sleep because they can, and stop there."
    papers, skipped = read(text(*PAPERS[0], SLEEP, short, *PAPERS[2]))
    assert papers == [PAPERS[0], (SLEEP, short), PAPERS[2]]
    assert skipped == []


def test_the_button_word_stays_where_it_is_part_of_a_title() -> None:
    saved = text(*PAPERS[0], "SubscribeNet: Cats that Sign up", PAPERS[1][1], "Subscribe to Cats Today", PAPERS[2][1])
    assert [title for title, _ in read(saved)[0]] == [
        PURR,
        "SubscribeNet: Cats that Sign up",
        "Subscribe to Cats Today",
    ]


def test_chinese_lines_are_weighed_by_what_they_say() -> None:
    told = "本文研究了猫的睡眠行为并提出了一种新的方法用于识别其呼噜声的频率与强度之间的关系。" * 4
    saved = text("猫的睡眠行为与呼噜声频率的研究", told, "基于深度学习的猫脸识别方法综述", told)
    assert page.is_page(saved)
    assert read(saved)[0] == [("猫的睡眠行为与呼噜声频率的研究", told), ("基于深度学习的猫脸识别方法综述", told)]


def test_code_is_taken_from_the_abstract() -> None:
    first = next(page.read(BODY, "page.txt"))
    assert isinstance(first, Paper)
    assert (first.code_url, first.source, first.id, first.keys) == (
        "https://github.com/cats/purring",
        "page.txt",
        "",
        (),
    )


LONG = "It was the best of times for cats, it was the worst of times for mice, and nobody knew. " * 5


@pytest.mark.parametrize(
    "prose",
    [
        "",
        "Dear cat,\n\nyou have slept on my keyboard again.\nYours",
        text(LONG, LONG, LONG, LONG),
        text("Chapter 1", LONG, "Chapter 2", LONG),
        text("# Sleeping, a guide for cats", LONG, "# Eating, a guide for cats", LONG),
        text("How cats came to live with people", LONG, LONG, LONG, "How people came to obey", LONG, LONG, LONG),
        text("Permission is hereby granted to cats.", LONG, "The above notice shall be included in all cats.", LONG),
        text(">cat_sequence_one_of_the_genome", "ACGT" * 100, ">cat_sequence_two_of_the_genome", "ACGT" * 100),
        text("A Single Paper on Cats and Nothing Else", LONG),
    ],
    ids=["nothing", "letter", "long lines", "chapters", "markdown", "essay", "licence", "genes", "one pair"],
)
def test_other_prose_is_no_page(prose: str) -> None:
    assert not page.is_page(prose)


LINES = st.text(st.characters(exclude_characters="\n")) | st.sampled_from([*PAPERS[0], *PAPERS[1], HEAD])


@given(st.lists(LINES).map("\n".join))
def test_every_line_is_accounted_for(saved: str) -> None:
    listed = page.lines(saved)
    parts = page.pairs_and_strays(listed)
    seen = [line for part in parts for line in ([part.title, part.abstract] if isinstance(part, page.Pair) else [part])]
    assert seen == listed
    records = list(page.read(saved, "page.txt"))
    assert len([record for record in records if isinstance(record, Paper)]) == len(listed) - len(parts)
    assert len(records) <= len(parts)
    page.is_page(saved)


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_losing_abstracts_loses_no_other_paper(lost: list[bool]) -> None:
    saved = text(*(line for paper, gone in zip(PAPERS, lost, strict=True) for line in (paper[:1] if gone else paper)))
    assert read(saved)[0] == [paper for paper, gone in zip(PAPERS, lost, strict=True) if not gone]


def test_the_trending_page_is_read_word_for_word(shared: Path) -> None:
    saved = (shared / "seed" / "000_170fe2fa1aa63f36.txt").read_text(encoding="utf-8")
    gold = [json.loads(line) for line in (shared / "seed" / "papers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert page.is_page(saved)
    assert read(saved) == ([(paper["title"], paper["abstract"]) for paper in gold], [])
