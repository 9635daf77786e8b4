"""Papers, and what is found of them."""

from dataclasses import dataclass, field
from typing import Literal

Field = Literal["title", "abstract"]
"""The part of a paper that a passage lies in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper as the library keeps it."""

    id: str
    """Unique within a library: the record's own id or citation key, else derived from the content."""
    title: str
    abstract: str = ""
    is_summary: bool = False
    """True where `abstract` holds a summary written by someone else; it is then shown as such."""
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    pmid: str | None = None
    """PubMed's number."""
    url: str | None = None
    code_url: str | None = None
    topics: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """Citation keys and record ids under which the paper came in."""
    source: str = ""
    """The file it was read from."""
    kind: str = ""
    """Type of the raw record, such as `article`."""

    def text(self, part: Field) -> str:
        """Return the title or the abstract."""
        return self.title if part == "title" else self.abstract


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a paper's text: `paper.text(field)[start:end]`."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A sentence of a paper, word for word, with its place and its score for a question."""

    paper: Paper
    span: Span
    score: float
    """Similarity to the question, about 0 to 1."""

    @property
    def text(self) -> str:
        """The words at the span."""
        return self.paper.text(self.span.field)[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a search is limited to; the empty filter admits every paper."""

    years: tuple[int | None, int | None] | None = None
    """First and last year, both admitted; None for an open end."""
    authors: tuple[str, ...] = ()
    """Parts of names, each from the beginning of a word; a paper is admitted with any of them."""
    venue: str = ""
    topics: tuple[str, ...] = ()
    source: str = ""
    ids: tuple[str, ...] = ()
    """Only these papers."""
    with_abstract: bool = False
    """Only papers that have an abstract."""

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which papers were looked at for a question, and why."""

    filters: Filters = field(default_factory=Filters)
    """Those in force: given by the caller, and understood."""
    understood: Filters = field(default_factory=Filters)
    """Those of them that were read from the words of the question."""
    dropped: Filters = field(default_factory=Filters)
    """Read from the words too, but no paper they admit answers, so that the others were looked at too."""
    papers: int = 0
    """How many papers the filters in force admit."""
    undated: int = 0
    """How many more they would admit, were it known in which year these appeared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A paper found for a question."""

    paper: Paper
    score: float
    """Fused score, 0 to 1 within one search."""
    evidence: tuple[Passage, ...] = ()
    """The paper's sentences nearest to the question, best first."""
    similarity: float = 0.0
    """Cosine between the question and title + abstract."""
    lexical: float = 0.0
    """BM25 of the question's words; 0 where none occurs."""
    sentence: float = 0.0
    """Cosine between the question and the paper's nearest sentence."""
    closeness: float | None = None
    """How well the best of the sentences that were read again holds what is asked for; None where none was."""
    completeness: float | None = None
    """How well these sentences together hold the words of the question that they hold least."""

    @property
    def why(self) -> "Why":
        """Why the paper was found."""
        return Why(
            meaning=self.similarity,
            words=self.lexical,
            sentence=self.sentence,
            closeness=self.closeness,
            passage=self.evidence[0] if self.evidence else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What each leg of a search said of a paper."""

    meaning: float
    """Cosine between the question and title + abstract."""
    words: float
    """BM25 of the question's words."""
    sentence: float
    """Cosine between the question and the nearest sentence."""
    closeness: float | None
    """How well the best sentence, read word by word, holds what is asked for; None where none was read."""
    passage: Passage | None
    """The best sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A group of papers that are near each other."""

    label: tuple[str, ...]
    """Up to three terms that tell the group from the others, the most telling first."""
    count: int
    """How many papers it has."""
    share: float
    """Of all papers of the library, 0 to 1."""
    papers: tuple[str, ...]
    """Ids of the most central ones, the most central first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A stretch of the library's papers in some order."""

    papers: tuple[Paper, ...]
    total: int
    """How many papers there are in all, this stretch included."""
