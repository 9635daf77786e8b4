"""The small frozen values that go between the rooms."""

from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A numbered quotation; `quote` is verbatim at `start:end` of the field of the paper."""

    number: int
    paper: Paper
    quote: str
    start: int
    end: int
    field: Field = "abstract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of an answer, with the citations that carry it."""

    text: str
    citations: tuple[int, ...]
    """Numbers of the `Answer.citations` that carry the claim."""
    support: float
    """How far the cited words support the claim, 0 to 1; a quotation has 1."""
    supported: bool
    quoted: bool = False
    """True where the claim is the quotation itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds from the question to each step, and tokens read and written by the model."""

    retrieve: float = 0.0
    first_evidence: float = 0.0
    first_token: float | None = None
    """None where the model was not asked."""
    total: float = 0.0
    tokens_read: int = 0
    tokens_written: int = 0
    """Those of the answer."""
    tokens_thought: int = 0


AnswerKind = Literal["answer", "refusal", "smalltalk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What `ask()` returns."""

    question: str
    answered: bool
    """False where nothing in the library answers; then `text` says so and `hits` are the nearest papers."""
    text: str
    """The answer, with [1] markers that refer to `citations`."""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    timings: Timings = field(default_factory=Timings)
    standalone: str = ""
    """The question as it was searched for, made independent of the conversation."""
    kind: AnswerKind = "answer"
    model: str = ""
    thinking: str = ""
    """What the model thought before it wrote, if it did; it is not checked, and no part of the answer."""
    asked_larger: bool = False
    """True where the larger model was asked too; `model` is whose words the claims are."""
    larger_failed: str = ""
    """Why the larger model could not be asked, and what to do about it; empty where it could, or need not."""
    scope: Scope = field(default_factory=Scope)
    """The papers that were looked at."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and its answer, as an earlier part of a conversation."""

    question: str
    text: str
    paper_ids: tuple[str, ...] = ()
    """Papers the answer cited, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Event: what was found, before the model speaks."""

    question: str
    hits: tuple[Hit, ...]
    citations: tuple[Citation, ...]
    """The quotations chosen; the model's words are checked against these."""
    answerable: bool
    library_size: int
    seconds: float
    scope: Scope = field(default_factory=Scope)
    """The papers that were looked at."""
    is_list: bool = False
    """True where papers are asked for: the quotations are the answer, and no model is asked."""


@dataclass(frozen=True, slots=True)
class Token:
    """Event: a piece of text from the model, not yet checked."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """Event: a piece of what the model thinks before it answers."""

    text: str
    takes_back: bool = False
    """True where the `Token`s so far turn out to be thinking too."""


@dataclass(frozen=True, slots=True)
class Larger:
    """Event: too little of what the model wrote passed the checks. The larger one is asked, from the beginning."""


@dataclass(frozen=True, slots=True)
class Done:
    """Event: the whole answer; always the last."""

    answer: Answer


Event = Evidence | Thought | Token | Larger | Claim | Done


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record or file that was not added: where it is, and why."""

    file: str
    place: str
    """Such as `line 12` or `entry smith2020`; empty for the whole file."""
    reason: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, self.place) if part) + f": {self.reason}"


@dataclass(frozen=True, slots=True)
class Noted:
    """What a person should know about a file that was read, such as how the columns of a table were taken."""

    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.text}"


@dataclass(frozen=True, slots=True)
class Merged:
    """A record that was taken together with others of the same paper: where it is, and why."""

    file: str
    place: str
    """Its citation key, or its title where it has none."""
    paper: str
    """The paper's id; `Library.split` takes its records apart again."""
    reason: str
    """Such as `same DOI 10.1000/1 as lee24 (refs.bib)`."""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.file, self.place) if part) + f": {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReport:
    """What `Library.add` did, paper by paper; a record is counted once, for its paper or as merged or skipped."""

    added: tuple[str, ...] = ()
    """Ids of papers that are new."""
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    """A paper's id once for each of its records that changed nothing."""
    merged: tuple[Merged, ...] = ()
    """Records joined to a paper that has another record, in the library or earlier in the same call."""
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Noted, ...] = ()
    files_read: int = 0

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the papers that this call read a record of."""
        merged = (one.paper for one in self.merged)
        yield from dict.fromkeys((*self.added, *self.updated, *self.unchanged, *merged))

    def __add__(self, other: "AddReport") -> "AddReport":
        """Return one report of two calls."""
        return AddReport(
            added=self.added + other.added,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            merged=self.merged + other.merged,
            skipped=self.skipped + other.skipped,
            notes=self.notes + other.notes,
            files_read=self.files_read + other.files_read,
        )

    @property
    def records(self) -> int:
        """The number of records read, those that were skipped included."""
        return sum(map(len, (self.added, self.updated, self.unchanged, self.merged, self.skipped)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A step of a long task; `total` is None while it is not known."""

    stage: str
    done: int
    total: int | None
