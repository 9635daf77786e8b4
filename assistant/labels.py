"""What groups of papers are about, in a few of their own words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from math import log

from assistant.types import Paper
from assistant.words import WIDE, WORD, fold, stems

TERMS = 3
"""Terms of a label."""

LONGEST = 4
"""Words of a term at most."""

LONGER = 1.6
"""How much more a term says with each further word."""

ROOT = 6
"""Letters by which two words are one: bacteria, bacterial."""

FEW = 3
"""Papers up to which a term of one of them stands for all."""

PART = 0.6
"""Share of a term's papers that have it within a longer one, from which on only the longer one is a term."""

FEWEST = 0.1
"""Share of a group's papers below which a term does not stand for the group."""

ABSTRACT = 0.5
"""Weight of a term that only the abstract has; the title's have 1."""

BASE = 0.05
"""Weight of a term that all groups have alike."""

_PLAIN = """
    achieve across actual among add address advance aim allow analyse analysis appear apply approach argue art assess
    associate attempt automatic available background base benchmark better beyond big build case certain change
    characteristic common comparative compare complex conclude conclusion condition consider contain contribute cover
    create current data demonstrate derive describe design detail determine develop differ different difficult direct
    discuss diverse due effect effective efficient emerge enable especially essential evaluate evidence examine exist
    experiment experimental explain explicit explore extend fact factor far final find first focus follow form framework
    fully function further furthermore future general give good group help high hypothesis idea identify impact
    implement important improve include increase indicate individual influence information input insight investigate
    involve issue key know lack large lead learn level likely limit little long longer low main major many mean measure
    method model moreover necessary need new note novel number objective observation observe obtain occur offer open
    order outcome output overall parameter part particular past patient perform performance physical play point possible
    practical precise presence present principle problem process produce promise property propose prove provide purpose
    quality quantify question range rate read real recent recently reduce relate remain report represent reproduce
    require research respectively respond result reveal review role same sample scale second select separate serve set
    several short show significant similar similarly simple simultaneous since single size small solution solve special
    specific standard state statistic step still strategy strong study subject substantial success sufficient suggest
    suitable support system take task technique tend term test theory therefore third three thus time tool total toward
    traditional train training true two type typical understand unify unique unknown useful utilize valid value various
    vary version versus view want way well whether wide year yield
"""
"""Words of any field: a term may end with one, but neither begin with one nor be one."""

_WIDE_PLAIN = """
    结果 方法 目的 结论 研究 分析 表明 提出 采用 进行 影响 应用 通过 利用 问题 发展 建立 具有 实验 技术 系统 一种
    介绍 文章 阐述 如何 实现 明显 重要 意义 我国 综述 日益 本文 水平 提高 理论 设计 作用 不同 主要 存在
    特点 探讨 基于 给出 出现
"""
SMALL = "的了在是和与及对为等于以其之上下不有这该由从到而并或被将把使也均可所能时后前中且各个\u3040-\u309f"
"""Characters of Chinese and Japanese that stand between words."""

WIDE_WORD = re.compile(f"(?:(?!{'|'.join(_WIDE_PLAIN.split())})(?![{SMALL}]){WIDE.pattern})+")
"""What lies between words of any field and small characters."""

NOISE = re.compile(
    r"\b(?:https?:|www\.)\S+"
    r"|(?:^|(?<=[.?!]\s))[A-Z][A-Z /&,()]{3,}[A-Z)](?=:|\s[A-Z][a-z]|\s\d)"
)
"""Addresses, and the headings of an abstract."""

PIECE = re.compile(r"(?:[^.,;:!?()\[\]{}\"“”\n。，；：！？（）、]|\.(?=\w))+")
"""What lies between punctuation; a stop within a word is none."""

Term = tuple[str, ...]
"""The stems of its words; of a script without spaces the characters."""

_Piece = list[tuple[str, str]]
"""Words that stand side by side: stem and surface of each."""


@dataclass(slots=True)
class _Group:
    """How much of a group's papers have each term."""

    size: int
    """Papers of the whole group."""
    shares: dict[Term, float]
    surfaces: Mapping[Term, Counter[str]]


def label(groups: Sequence[Sequence[Paper]], sizes: Sequence[int]) -> list[tuple[str, ...]]:
    """Name groups of papers by the terms that are common in one and rare in the others (class-based TF-IDF).

    Args:
        groups: Some papers of each group.
        sizes: How many each group has.

    Returns:
        For each group up to three terms, the most telling first; none shares a word with another.
    """
    counted = [_counted(papers, size) for papers, size in zip(groups, sizes, strict=True)]
    overall: defaultdict[Term, float] = defaultdict(float)
    for group in counted:
        for term, share in group.shares.items():
            overall[term] += share * group.size / sum(sizes)
    return [tuple(islice(_chosen(group, overall), TERMS)) for group in counted]


def _counted(papers: Sequence[Paper], size: int) -> _Group:
    texts = [(list(_pieces(_title(paper))), list(_pieces(paper.abstract))) for paper in papers]
    fewest = max(FEWEST * len(papers), 2 if len(papers) > FEW else 1)
    # Of papers that have nothing in common, any term.
    return _with_shares(texts, size, fewest) or _with_shares(texts, size, 1) or _Group(size, {}, {})


def _with_shares(texts: Sequence[tuple[list[_Piece], list[_Piece]]], size: int, fewest: float) -> _Group | None:
    """Count the terms that are in some titles or abstracts at least; None where there are none."""
    having = Counter(chain.from_iterable({stem for stem, _ in chain(*title, *abstract)} for title, abstract in texts))
    common = {stem for stem, number in having.items() if number >= fewest}
    numbers: Counter[Term] = Counter()
    weights: defaultdict[Term, float] = defaultdict(float)
    surfaces: defaultdict[Term, Counter[str]] = defaultdict(Counter)
    for title, abstract in texts:
        own: dict[Term, float] = {}
        for pieces, weight in ((abstract, ABSTRACT if title else 1.0), (title, 1.0)):
            for term, surface in chain.from_iterable(_terms(piece, common) for piece in pieces):
                own[term] = weight
                surfaces[term][surface] += 1
        numbers.update(own.keys())
        for term, weight in own.items():
            weights[term] += weight
    shares = {term: weight / len(texts) for term, weight in weights.items() if numbers[term] >= fewest}
    return _Group(size, shares, surfaces) if shares else None


def _pieces(text: str) -> Iterator[_Piece]:
    """Cut a text at its punctuation and at the words that say nothing; of a script without spaces into characters."""
    for piece in PIECE.findall(NOISE.sub(".", text).replace("’", "'")):
        words: _Piece = []
        for number, word in enumerate(WORD.findall(piece)):
            if WIDE.search(word):
                yield from (list(zip(run, run, strict=True)) for run in WIDE_WORD.findall(word))
            elif (forms := stems(word)) and any(map(str.isalpha, word)):
                # The first word has its capital for the sentence.
                words.append((forms[0], _plain(word) if number == 0 else word))
                continue
            if words:
                yield words
                words = []
        if words:
            yield words


def _title(paper: Paper) -> str:
    """Return the title and the topics that a person or a database gave."""
    return "\n".join((_uncapitalised(paper.title), *paper.topics))


def _plain(word: str) -> str:
    return word.lower() if word[1:].islower() else word


def _uncapitalised(title: str) -> str:
    """Return a title without the capitals that its words have for being in a title."""
    words = [word for word in WORD.findall(title)[1:] if len(word) > 3]
    if sum(word[0].isupper() for word in words) <= len(words) / 2:
        return title
    return WORD.sub(lambda match: _plain(match[0]), title)


def _terms(words: _Piece, common: Set[str]) -> Iterator[tuple[Term, str]]:
    """Return the terms that a piece holds, each with its surface."""
    is_wide = WIDE.match(words[0][1]) is not None
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            if words[end - 1][0] not in common:
                break
            term = words[start:end]
            if len(term) > 1 if is_wide else _says(term):
                yield tuple(stem for stem, _ in term), ("" if is_wide else " ").join(word for _, word in term)


def _says(term: _Piece) -> bool:
    """Tell whether some words may stand for a group."""
    stem, surface = term[0]
    shortest = 2 if len(term) > 1 or surface.isupper() else 3
    return len(surface) >= shortest and stem not in _plain_stems()


@cache
def _plain_stems() -> frozenset[str]:
    return frozenset(stems(_PLAIN))


def _chosen(group: _Group, overall: Mapping[Term, float]) -> Iterator[str]:
    """Choose terms, best first, none of which shares a word with another."""
    shares = group.shares
    inside = {
        part
        for term, share in shares.items()
        for part in (term[1:], term[:-1])
        if part in shares and share >= PART * shares[part]
    }
    weights = {term: _weight(term, share, overall[term]) for term, share in shares.items() if term not in inside}
    used: set[str] = set()
    for term in sorted(weights, key=lambda term: (-weights[term], term)):
        surface = max(group.surfaces[term].items(), key=lambda item: (item[1], item[0]))[0]
        roots = _roots(surface)
        if used.isdisjoint(roots) and (weights[term] > 0 or not used):
            # LLM is no other word than large language models.
            used |= roots | {"".join(word[0] for word in fold(surface).split())}
            yield surface


def _roots(surface: str) -> set[str]:
    """Return what two terms must not have in common."""
    if WIDE.match(surface):
        return {surface[at : at + 2] for at in range(len(surface) - 1)}
    return {stem.rstrip("s")[:ROOT] for stem in stems(surface)}


def _weight(term: Term, share: float, overall: float) -> float:
    words = min(len(term) / 2 if WIDE.match(term[0]) else len(term), 3)
    return share * (BASE + log(share / overall)) * LONGER ** (words - 1)
