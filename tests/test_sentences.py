import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.sentences import split

PIECES = """
We can't cannot isn't e.g. i.e. Fig. 2 et al. (2020) U.S. 3.14 https://x.org/a.b?c "Yes." … ... ‘no’ «oui» naïve
图神经 网络。很好！ A.I. Dr. vs. — - 1) [3] $x_i$ . ! ? ; Ω ﬁ İ end.Next cells.12 p53 mRNA RESULTS: (see $a. b$ ii) 2. a
"""
SPACES = ("\u00ad", "\u200b", "\ufeff", "\u2003", "\n", "\n\n", "\t")
WORDS = st.sampled_from((*PIECES.split(), *SPACES))
TEXTS = st.text() | st.lists(WORDS, max_size=40).map(" ".join) | st.lists(WORDS, max_size=20).map("".join)


def _seen(text: str) -> str:
    """Return the text without space and marks that are not seen, such as the zero-width space."""
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char) != "Cf")


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@pytest.mark.parametrize(
    "text",
    [
        "We route each query to one of two models. | It saves half of the cost!",
        "Is it worth the trouble, then? | We do think so, all in all.",
        "The error falls from 3.14 to 2.71 on all sets. | Is it worth the trouble, then?",
        # Abbreviations.
        "Graphs (see Fig. 2 and Smith et al. 2020) are everywhere, e.g. in the U.S. power grid. They grow.",
        "We used large models, e.g. Mamba, and small ones, i.e., Falcon. | Both were good vs. Llama, approx. Ten.",
        "Dr. Smith served in the U.S. Army for long. | Later he moved to the U.S. | The rest of the team stayed.",
        "The model of Gong et al. does as well as this. | So does that of Smith et al. | The others are no better.",
        "All of this holds, see Fig. 2. | It reaches an R2 of 0.93 on all sets, as in Eq. 3 and ref. 4.",
        "The effect was significant at p < 0.05. | We therefore stopped the trial (No. 17) early.",
        "Patients were treated for 30 min. | Blood was taken at 10 a.m. and 2 p.m. on both days.",
        "The study was led by J. Smith and A. B. Clark at home. | It took all of ten years.",
        "Patients were given vitamin D. | Some had been ill with hepatitis C. | Treatment was the same for all.",
        # Names in lower case.
        "We then looked at the pathway. | p53 is known to bind DNA in cells. | mTORC1 is not, nor is c-myc.",
        # Brackets, quotations, formulas, addresses.
        'He asked us "Why does it work? And when?" | We could not say anything. | (See the appendix. It has more.)',
        "It was funded by a firm (trial number. NCT01. Amsterdam) for years. | After that it went bankrupt.",
        "This was known for years (see the appendix of the book.) | Nobody had read it so far.",
        "Let us assume that $x_i = 0.5$. | Next we show that $f. G$ is small.",
        "It costs no less than $5. | We paid no more than $6 for it.",
        "The code is at https://github.com/a/b.Next?x=1.Yes and www.a.Bc/d. | We release all of it now.",
        # Lists and headings.
        "We show that (1) routing saves cost; (2) caching saves time; (3) both work. | It all pays well in the end.",
        "We had these aims: 1. Find all of the papers. | 2. Read all of the papers. | 3. Write all of it down again.",
        "What do we ask of such a model? | (i) How well does it work in the lab? | (ii) Does it work at all elsewhere?",
        "BACKGROUND: Little is known about it. | METHODS: We asked forty people. | RESULTS. None of them knew it.",
        "Very little is known about it\n| RESULTS: None of forty people knew it\n| - as we had expected at first",
        # A space that is missing or too much.
        "This is the end.Next comes the beginning of it all. | It was a long wait (P<0.05).Then it came to us all.",
        "Little is known about it in cells.| METHODS: We asked many people (n=20).| We also asked their old friends.",
        "This is a known cause of disease.12 | Here we ask for the reason.",
        "So did others long before us.3,4 | None of them found the reason for it.",
        'They are known as "privileged. " | Here we show that they are not any more.',
        # Ellipses.
        "It goes on and on... and on for ever and ever… and then it stops... | Then it starts once more.",
        # Lower case.
        "we use bert for all tasks. | it is good, e.g. on mnli, as lee et al. say. | it does not work on e. coli.",
        "the wing was tested at mach 2 . | the results were good, at about 0.5 . | it is due to the slipstream .",
        # Other scripts.
        "图神经网络在分子性质预测中表现出色。| 我们提出的路由方法显著降低了成本！",
        "我们提出了一种新的图神经网络方法.| 实验结果表明BERT模型的准确率达到95.3%.| 这一方法比现有方法快2.5倍以上.",
        "Мы предлагаем новый метод для этой задачи. | Он работает хорошо и быстро.",
        "First paragraph without a full stop at its end | \n\nSecond paragraph, which has one at its end.",
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str) -> None:
    expected = [part.strip() for part in text.split("|")]
    assert _sentences(text.replace("| ", "").replace("|", "")) == expected


def test_short_pieces_belong_to_their_neighbour() -> None:
    text = "We study two tasks at home: (1) Cooking dinner; (2) Shopping. Both are hard for machines."
    assert _sentences(text) == [text[:61], text[62:]]


def test_a_short_heading_belongs_to_what_follows() -> None:
    text = "Nobody knew anything about it. CONCLUSIONS. We know a little more about it now."
    assert _sentences(text) == [text[:30], text[31:]]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
def test_empty_text_has_no_sentences(text: str) -> None:
    assert split(text) == []


def test_text_without_an_end_is_one_sentence() -> None:
    assert _sentences("no capital and no stop") == ["no capital and no stop"]


@given(TEXTS)
@example("a\u00adb can't. \u200b x\ufeffy")
def test_sentences_lie_in_order_and_only_space_lies_between(text: str) -> None:
    end = 0
    for start, stop in split(text):
        assert end <= start < stop <= len(text)
        assert not _seen(text[end:start])
        assert text[start:stop] == text[start:stop].strip()
        end = stop
    assert not _seen(text[end:])


@given(TEXTS)
def test_a_sentence_is_one_sentence(text: str) -> None:
    for start, end in split(text):
        assert split(text[start:end]) == [(0, end - start)]
