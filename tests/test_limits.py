"""What a question says of years, authors and venue; and much that sounds like it, but is not."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import limits
from assistant.limits import Limits
from assistant.types import Filters, Turn
from assistant.words import fold

TODAY = date(2026, 5, 1)


class Shelf:
    """The authors and venues of a small library."""

    AUTHORS = (
        "Vladimir Karpukhin",
        "Ann Lee",
        "A. B. Lee",
        "Bo Lee",
        "Chloé Dubois",
        "李明",
        "Laurens van der Maaten",
        "Thomas Young",
        "Adam Smith",
        "Jane Brown",
        "David Hand",
    )
    VENUES = (
        "NeurIPS 2020",
        "Nature",
        "Nature Communications",
        "China Communications",
        "MIT Press",
        "International Conference on Learning Representations (ICLR)",
    )

    def count(self, filters: Filters | None = None) -> int:
        return len(self.AUTHORS)

    def authors(self, part: str) -> list[str]:
        return self._with(part, self.AUTHORS)

    def venues(self, part: str) -> list[str]:
        return self._with(part, self.VENUES)

    def _with(self, part: str, names: Sequence[str]) -> list[str]:
        return [name for name in names if fold(part) in fold(name)]


def read(question: str) -> Limits:
    return limits.read(question, Shelf(), TODAY)


@pytest.mark.parametrize(
    ("question", "years", "rest"),
    [
        ("What has been done on routing since 2022?", (2022, None), "What has been done on routing?"),
        ("Which papers since 2022 use graphs?", (2022, None), "Which papers use graphs?"),
        ("Which papers since 2022 reduce cost?", (2022, None), "Which papers reduce cost?"),
        ("dense retrieval since 2022", (2022, None), "dense retrieval"),
        ("Since 2021, what saves cost?", (2021, None), "what saves cost?"),
        ("DENSE RETRIEVAL SINCE 2022", (2022, None), "DENSE RETRIEVAL"),
        ("What is new in dense retrieval after 2019?", (2020, None), "What is new in dense retrieval?"),
        ("papers after June 2019 on cats", (2019, None), "papers on cats"),
        ("papers from 2022 or later on cats", (2022, None), "papers on cats"),
        ("papers from 2018 onwards on cats", (2018, None), "papers on cats"),
        ("papers no older than 2020 on cats", (2020, None), "papers on cats"),
        ("papers published before 2015 on cats", (None, 2014), "papers published on cats"),
        ("articles until 2015 on cats", (None, 2015), "articles on cats"),
        ("Which papers from 2018 to 2020 deal with cats?", (2018, 2020), "Which papers deal with cats?"),
        ("papers on dense retrieval from 2018 to 2020", (2018, 2020), "papers on dense retrieval"),
        ("studies published between March 2018 and May 2020", (2018, 2020), "studies published"),
        ("publications in 2018–2020 about cats", (2018, 2020), "publications about cats"),
        ("What was published in 2021 on cats?", (2021, 2021), "What was published on cats?"),
        ("In 2021, which papers dealt with cats?", (2021, 2021), "which papers dealt with cats?"),
        ("2021 papers on cats", (2021, 2021), "papers on cats"),
        ("What was written on cats in the last five years?", (2021, None), "What was written on cats?"),
        ("cats in the past 3 years", (2023, None), "cats"),
        ("papers since 2018 and before 2021 on cats", (2018, 2020), "papers on cats"),
        ("surveys on graphs since 2022", (2022, None), "surveys on graphs"),
    ],
)
def test_years_of_publication(question: str, years: tuple[int | None, int | None], rest: str) -> None:
    found = read(question)
    assert (found.filters, found.question) == (Filters(years=years), rest)


@pytest.mark.parametrize(
    "question",
    [
        "What is in the 2016 US election dataset?",
        "How accurate is it on ImageNet 2012?",
        "Which BLEU does it reach on WMT 2014?",
        "Which system won SemEval 2018?",
        "How warm are year 2100 temperatures?",
        "temperatures until 2100",
        "ice loss after 2100",
        "How has the sea level changed since 1950?",
        "sea ice since 1979",
        "deaths since 2020",
        "temperature change over the last five years",
        "How will coasts look after 2025?",
        "What happened in the election in 2016?",
        "papers on the election in 2016",
        "papers on mortality from 2018 to 2020",
        "What was published on the floods in 2021?",
        "How did sales grow from 2018 to 2020?",
        "What did remote work in 2020 change?",
        "Which household survey in 2020 was used?",
        "How was the law introduced in 2018 received?",
        "patients presented in 2015",
        "a study in 2020 patients",
        "What is known after 2000 steps?",
        "results after 2010 epochs",
        "Which patients were seen in 2000 hospitals?",
        "absorption between 1900 and 2000 nm",
        "heated from 1900 to 2000 K",
        "published in 2019-04",
        "How many parameters in 2022B?",
        "papers with 2048 dimensions",
        "the corpus of 2021 articles from news",
        "What does version 2022 of the data hold?",
        "recent work on graphs",
        "What is “papers since 2022” about?",
        "Are transformers better than methods before 2017?",
        "How do papers since 2022 differ from older ones?",
        "papers not published in 2020",
        "papers since 2020 and since 2022",
        "papers from 2020 to 2018",
    ],
)
def test_other_numbers_are_no_years(question: str) -> None:
    assert read(question) == Limits(question)


@pytest.mark.parametrize(
    ("question", "authors", "rest"),
    [
        ("What do papers by Karpukhin say on retrieval?", ("Karpukhin",), "What do papers say on retrieval?"),
        ("what do papers by karpukhin say on retrieval?", ("karpukhin",), "what do papers say on retrieval?"),
        ("dense retrieval by Karpukhin et al.", ("Karpukhin",), "dense retrieval"),
        ("Karpukhin's papers on retrieval", ("Karpukhin",), "papers on retrieval"),
        ("How does Karpukhin’s recent work index?", ("Karpukhin",), "How does recent work index?"),
        ("papers of Bo Lee on cats", ("Bo Lee",), "papers on cats"),
        ("papers by Ann Lee on cats", ("Ann Lee", "A. B. Lee"), "papers on cats"),
        ("papers by V. Karpukhin on cats", ("Vladimir Karpukhin",), "papers on cats"),
        ("papers by Lee and Karpukhin on cats", ("Lee", "Karpukhin"), "papers on cats"),
        ("papers by Chloe Dubois on cats", ("Chloé Dubois",), "papers on cats"),
        ("papers by DUBOIS on cats", ("DUBOIS",), "papers on cats"),
        ("Which papers by Karpukhin combine both?", ("Karpukhin",), "Which papers combine both?"),
        ("papers by 李明 on graphs", ("李明",), "papers on graphs"),
        ("papers by van der Maaten on maps", ("van der Maaten",), "papers on maps"),
        ("What did Karpukhin et al. find about BM25?", ("Karpukhin",), "What did Karpukhin et al. find about BM25?"),
        ("What has Karpukhin written on BM25?", ("Karpukhin",), "What has Karpukhin written on BM25?"),
    ],
)
def test_authors_of_the_library(question: str, authors: tuple[str, ...], rest: str) -> None:
    found = read(question)
    assert (found.filters, found.question) == (Filters(authors=authors), rest)


@pytest.mark.parametrize(
    "question",
    [
        "How does it improve by gradient descent?",
        "Is it optimised by Adam?",
        "a network trained by Adam on images",
        "papers by Adam on images",
        "How is it measured by Young's modulus?",
        "What was shown by Brown bears?",
        "What did Brown rice show?",
        "Does it work by hand?",
        "papers by nobody of this library, such as Sutskever",
        "papers by Eve Lee on cats",
        "papers by two authors",
        "papers by young people",
        "papers by the same authors",
        "Which of these was published by Elsevier?",
        "works of art",
        "the paper of the year",
        "Compare papers by Karpukhin with BM25",
        "papers not by Karpukhin",
        "a variant of what was previously proposed by Karpukhin",
        "papers other than those by Ann Lee",
        "papers that cite the work by Karpukhin",
    ],
)
def test_by_is_mostly_no_author(question: str) -> None:
    assert read(question) == Limits(question)


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("papers at NeurIPS 2020 on cats", Filters(venue="NeurIPS", years=(2020, 2020))),
        ("Which NeurIPS papers deal with cats?", Filters(venue="NeurIPS")),
        ("Which ICLR papers deal with cats?", Filters(venue="ICLR")),
        ("What was published in Nature on cats?", Filters(venue="Nature")),
        ("what was published in nature on cats?", Filters(venue="nature")),
        ("articles in Nature Communications on cats", Filters(venue="Nature Communications")),
        ("What was published in China on cats?", Filters()),
        ("What was published in Nature or Science on cats?", Filters()),
        ("papers published in German on cats", Filters()),
        ("patterns in Nature", Filters()),
        ("What is taught at MIT?", Filters()),
        ("Which papers at the ACL deal with cats?", Filters()),
    ],
)
def test_venues_of_the_library(question: str, filters: Filters) -> None:
    assert read(question).filters == filters


def test_several_at_once_in_any_order() -> None:
    wanted = Filters(authors=("Karpukhin",), venue="NeurIPS", years=(2019, None))
    for question in (
        "papers by Karpukhin at NeurIPS since 2019 on cats",
        "papers at NeurIPS since 2019 by Karpukhin on cats",
        "Since 2019, which NeurIPS papers by Karpukhin deal with cats?",
    ):
        assert read(question).filters == wanted, question
    assert read("dense retrieval by Karpukhin et al. (2020)").filters == Filters(
        authors=("Karpukhin",), years=(2020, 2020)
    )


def test_places_of_what_was_understood() -> None:
    question = "papers by Karpukhin since 2019 on cats"
    assert [question[start:end] for start, end in read(question).spans] == ["by Karpukhin", "since 2019"]


@pytest.mark.parametrize(
    ("question", "is_all"),
    [
        ("papers by Ann Lee", True),
        ("since 2022", True),
        ("Show me all papers published since 2022.", True),
        ("What did Ann Lee publish?", True),
        ("papers by Ann Lee on cats", False),
        ("cats", False),
        ("Show me all papers.", False),
    ],
)
def test_question_of_nothing_but_limits(question: str, is_all: bool) -> None:
    assert read(question).is_all is is_all


def continued(question: str, *earlier: str) -> tuple[str, Filters, int]:
    turns = [Turn(question=one, text="") for one in earlier]
    found, before = limits.continued(question, turns, Shelf(), TODAY)
    return found.question, found.filters, len(before)


def test_limits_alone_ask_the_last_question_again() -> None:
    assert continued("And since 2022?", "Why do cats purr?") == ("Why do cats purr?", Filters(years=(2022, None)), 0)
    assert continued("And by Karpukhin?", "Why do papers by Lee since 2020 deal with cats?") == (
        "Why do papers deal with cats?",
        Filters(years=(2020, None), authors=("Karpukhin",)),
        0,
    )
    assert continued("And since 2023?", "What is BM25?", "Why do cats purr?", "And since 2022?") == (
        "Why do cats purr?",
        Filters(years=(2023, None)),
        1,
    )


def test_other_questions_stand_for_themselves() -> None:
    assert continued("Why do dogs bark since 2022?", "Why do cats purr?") == (
        "Why do dogs bark?",
        Filters(years=(2022, None)),
        1,
    )
    assert continued("And since 2022?")[1:] == (Filters(years=(2022, None)), 0)
    assert continued("And dogs?", "Why do cats purr since 2022?") == ("And dogs?", Filters(), 1)


WORDS = (
    "papers",
    "by",
    "Karpukhin",
    "since",
    "2022",
    "from",
    "to",
    "2018",
    "Lee",
    "and",
    "in",
    "Nature",
    "on",
    "(",
    "'s",
)


@given(st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join) | st.text(max_size=60))
def test_places_lie_in_the_question(question: str) -> None:
    found = read(question)
    assert all(0 <= start < end <= len(question) for start, end in found.spans)
    assert bool(found.spans) == bool(found.filters)
    if not found.filters:
        assert found.question == question


def test_long_question_is_read_quickly() -> None:
    assert read("papers by Lee and Lee’s and since 20 " * 100).filters.years is None
