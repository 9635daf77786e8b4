"""Putting an answer together."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.compose import WORDS, complete, listing, marked, number, plain, quotations, repeats
from assistant.types import Answer, Citation, Claim, Paper, Passage, Span
from assistant.words import stems

CATS = Paper(id="cats", title="Why cats purr", abstract="Cats purr at 25 hertz. Kittens purr too. Tigers do not purr.")
FISH = Paper(id="fish", title="How fish sleep", abstract="Fish rest with open eyes. They have no eyelids.")
BLANK = Answer(question="Why?", answered=True, text="")


def cite(number: int, paper: Paper, quote: str) -> Citation:
    start = paper.abstract.index(quote)
    return Citation(number=number, paper=paper, quote=quote, start=start, end=start + len(quote))


PURR = cite(1, CATS, "Cats purr at 25 hertz.")
EYES = cite(2, FISH, "Fish rest with open eyes.")
KITTENS = cite(3, CATS, "Kittens purr too.")
CITATIONS = [PURR, EYES, KITTENS]


def claim(text: str, *citations: int, supported: bool = True) -> Claim:
    return Claim(text=text, citations=citations, support=0.9 if supported else 0.2, supported=supported)


def test_quotations_are_numbered_in_order() -> None:
    kittens = Passage(paper=CATS, span=Span("abstract", 23, 40), score=1.0)
    how = Passage(paper=FISH, span=Span("title", 0, 3), score=0.0)
    one, two = number([kittens, how])
    assert (one.number, one.quote, one.start, one.end, one.field) == (1, "Kittens purr too.", 23, 40, "abstract")
    assert (two.number, two.quote, two.start, two.end, two.field) == (2, "How", 0, 3, "title")


def test_without_a_supported_claim_the_quotations_are_the_answer() -> None:
    answer = complete(BLANK, [claim("Cats bark.", supported=False)], CITATIONS)
    assert answer.text == (
        "- Why cats purr: “Cats purr at 25 hertz.” [1] “Kittens purr too.” [3]\n"
        "- How fish sleep: “Fish rest with open eyes.” [2]"
    )
    assert [(one.text, one.citations, one.support, one.quoted) for one in answer.claims] == [
        ("Cats purr at 25 hertz.", (1,), 1.0, True),
        ("Fish rest with open eyes.", (2,), 1.0, True),
        ("Kittens purr too.", (3,), 1.0, True),
    ]
    assert answer.citations == (PURR, EYES, KITTENS)


def test_claims_come_first_and_what_they_left_out_follows() -> None:
    written = claim("Content cats purr at a pitch of 25 hertz.", 1)
    answer = complete(BLANK, [written, claim("Cats bark.", supported=False)], CITATIONS)
    assert answer.text == (
        "Content cats purr at a pitch of 25 hertz. [1]\n\n"
        "- How fish sleep: “Fish rest with open eyes.” [2]\n"
        "- Why cats purr: “Kittens purr too.” [3]"
    )
    assert answer.claims[0] == written


def test_where_checks_are_not_strict_the_unsupported_stand_among_the_others() -> None:
    answer = complete(
        BLANK, [claim("Cats bark.", supported=False), claim("They purr at 25 hertz.", 1)], CITATIONS[:1], strict=False
    )
    assert answer.text.startswith("Cats bark. They purr at 25 hertz. [1]")
    alone = complete(BLANK, [claim("Cats bark.", supported=False)], CITATIONS[:1], strict=False)
    assert alone.text == "Cats bark.\n\n- Why cats purr: “Cats purr at 25 hertz.” [1]"


def test_short_claim_does_not_hide_the_quotation_that_says_more() -> None:
    answer = complete(BLANK, [claim("The cats purr.", 1)], [PURR])
    assert "25 hertz" in answer.text


def test_claim_that_copies_its_quotation_gives_way_to_it() -> None:
    answer = complete(BLANK, [claim("Cats purr at 25 hertz.", 1)], [PURR])
    assert [one.quoted for one in answer.claims] == [True]


def test_nothing_to_say() -> None:
    assert complete(BLANK, [], []) == BLANK


def test_title_that_is_missing() -> None:
    bare = Paper(id="bare", title="", abstract="Dogs bark.")
    assert complete(BLANK, [], [cite(1, bare, "Dogs bark.")]).text == "- “Dogs bark.” [1]"


def test_markers_and_lines_of_a_paper_are_not_ours() -> None:
    odd = Paper(id="odd", title="Cats [2]", abstract="As in [7],\n- they purr.")
    answer = complete(BLANK, [], [cite(1, odd, odd.abstract)])
    assert answer.text == "- Cats (2): “As in (7), - they purr.” [1]"
    assert answer.claims[0].text == answer.citations[0].quote == odd.abstract


def test_room() -> None:
    long = Paper(id="long", title="A title of five words", abstract=" ".join(["word"] * 200) + ".")
    for size, fits in ((WORDS - 4 - 3 - 5, True), (WORDS - 4 - 3 - 4, False)):
        quote = cite(2, long, long.abstract[: size * 5 - 1])
        found = [one.citations for one in quotations([cite(1, CATS, "Tigers do not purr."), quote], [])]
        assert found == ([(1,), (2,)] if fits else [(1,)])


def test_first_quotation_is_shown_however_long() -> None:
    long = Paper(id="long", title="Long", abstract=" ".join(["word"] * 200) + ".")
    assert [one.text for one in quotations([cite(1, long, long.abstract), PURR], [])] == [long.abstract]
    assert list(quotations([cite(1, long, long.abstract)], [claim("Cats purr.", 1)])) == []


def test_list_names_all_titles_first_and_then_says_why() -> None:
    answer = listing(BLANK, [PURR, EYES])
    assert answer.text == (
        "2 papers fit: Why cats purr [1]; How fish sleep [2].\n\n"
        "- Why cats purr: “Cats purr at 25 hertz.” [1]\n"
        "- How fish sleep: “Fish rest with open eyes.” [2]"
    )
    assert answer.citations == (PURR, EYES)
    assert [(one.text, one.citations, one.supported, one.quoted) for one in answer.claims] == [
        ("Cats purr at 25 hertz.", (1,), True, True),
        ("Fish rest with open eyes.", (2,), True, True),
    ]


def test_list_of_one_paper() -> None:
    assert listing(BLANK, [PURR]).text.splitlines()[0] == "1 paper fits: Why cats purr [1]."


def test_list_is_never_cut() -> None:
    papers = [Paper(id=f"p{one}", title=f"Paper {one}", abstract="word " * 59 + "end.") for one in range(1, 11)]
    answer = listing(BLANK, [cite(one, paper, paper.abstract) for one, paper in enumerate(papers, start=1)])
    first, _, *bullets = answer.text.splitlines()
    assert first.startswith("10 papers fit: Paper 1 [1]; Paper 2 [2]; ")
    assert first.endswith("; Paper 10 [10].")
    assert len(bullets) == len(answer.claims) == 10


def test_titles_in_a_list() -> None:
    titles = ["Ends with a full stop.", "Does it purr?", "Cats [2]\nand dogs", ""]
    papers = [Paper(id=f"p{one}", title=title, abstract="They purr.") for one, title in enumerate(titles, start=1)]
    answer = listing(BLANK, [cite(one, paper, "They purr.") for one, paper in enumerate(papers, start=1)])
    assert answer.text.splitlines()[0] == (
        "4 papers fit: Ends with a full stop [1]; Does it purr? [2]; Cats (2) and dogs [3]; p4 [4]."
    )


@pytest.mark.parametrize(
    ("quote", "told", "expected"),
    [
        ("Cats purr at 25 hertz.", "Cats purr.", False),
        ("Cats purr at 25 hertz.", "Purring cats are at 25 hertz when content.", True),
        ("Cats purr.", "Dogs bark.", False),
    ],
)
def test_repeats(quote: str, told: str, expected: bool) -> None:
    assert repeats(quote, set(stems(told))) is expected


def test_marked_and_plain() -> None:
    assert marked("It [2] works.", (1, 3)) == "It (2) works. [1][3]"
    assert marked("It works.", ()) == "It works."
    assert plain(" a [1]\n[b] [[2]] ") == "a (1) [b] [(2)]"


PLACES = st.tuples(st.sampled_from([CATS, FISH]), st.integers(0, 60), st.integers(1, 60))


@given(
    st.lists(PLACES, min_size=1, max_size=8, unique=True),
    st.lists(st.tuples(st.text("ab [1]9.\n", min_size=1, max_size=40), st.integers(1, 8), st.booleans()), max_size=4),
)
def test_any_claims(places: list[tuple[Paper, int, int]], written: list[tuple[str, int, bool]]) -> None:
    citations = [
        Citation(number=count, paper=paper, quote=quote, start=paper.abstract.index(quote), end=0)
        for count, (paper, start, length) in enumerate(places, start=1)
        if (quote := paper.abstract[start : start + length])
    ]
    known = {citation.number for citation in citations}
    drafts = [claim(text, one, supported=supported) for text, one, supported in written if one in known]
    answer = complete(BLANK, drafts, citations)
    shown = {one.number for one in answer.citations}
    assert {int(one) for one in re.findall(r"\[(\d+)\]", answer.text)} == shown
    assert {one for each in answer.claims for one in each.citations} == shown
    assert all(each.supported for each in answer.claims)
