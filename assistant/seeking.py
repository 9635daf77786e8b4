"""From a question to the quotations that answer it: which papers are looked at, in what form, and what is chosen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest
from typing import TypeVar

from assistant import (
    compose,
    contrasts,
    conversation,
    evidence,
    forms,
    gate,
    intent,
    limits,
    listing,
    mentions,
    prompts,
    scope,
)
from assistant.contrasts import Contrast
from assistant.forms import Form
from assistant.limits import Limits
from assistant.protocols import Holdings, Retriever
from assistant.settings import Settings
from assistant.types import Citation, Filters, Hit, Paper, Passage, Scope, Turn
from assistant.words import asks_for_number

NONE = Filters()
One = TypeVar("One")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What retrieval and selection made of a question."""

    question: str
    """Standing on its own."""
    hits: tuple[Hit, ...]
    citations: tuple[Citation, ...]
    answerable: bool
    is_list: bool = False
    """True where the papers that fit are asked for; there is then one citation each."""
    scope: Scope = field(default_factory=Scope)
    refusal: str = ""
    """What to say where nothing answers."""
    absent: tuple[str, ...] = ()
    """What the question names and the papers found do not mention."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one search found, and whether it holds an answer."""

    hits: Sequence[Hit]
    chosen: Sequence[Passage]
    is_open: bool


class Seeker:
    """Finds what answers a question.

    Args:
        library: Where the papers are.
        settings: How many papers and quotations.
        holdings: Of the library; without it, no years, authors and venues are read from the words of a question.
        today: Tells the date, for `the last five years`.
    """

    def __init__(
        self,
        library: Retriever,
        settings: Settings,
        *,
        holdings: Holdings | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._library = library
        self._settings = settings
        self._holdings = holdings
        self._today = today

    def find(self, question: str, turns: Sequence[Turn], given: Filters, *, literal: bool) -> Found:
        """Search within the filters given and those understood; if nothing answers, without the latter."""
        limited, before = Limits(question), turns
        if self._holdings and not literal:
            limited, before = limits.continued(question, turns, self._holdings, self._today())
        understood = scope.added(limited.filters, given)
        if not understood:
            return self._within(question, turns, given)
        asked = question if limited.is_all else limited.question
        first: Found | None = None
        for kept in scope.loosened(understood):
            found = self._within(asked, before, given, kept, dropped=scope.added(understood, kept))
            if limited.is_all and found.hits:
                return replace(found, answerable=False, refusal=prompts.ONLY_LIMITS)
            if found.answerable:
                return found
            first = first or (found if found.hits else None)
        whole = self._within(question, turns, given, dropped=understood)
        if whole.answerable or first is None:
            return whole
        return replace(first, refusal=prompts.REFUSAL_WITHIN if given else prompts.REFUSAL_BEYOND)

    def _within(
        self, question: str, turns: Sequence[Turn], given: Filters, understood: Filters = NONE, dropped: Filters = NONE
    ) -> Found:
        filters = scope.merged(given, understood)
        found = self._follow(question, turns, filters)
        looked_at = Scope(filters=filters, understood=understood, dropped=dropped)
        if not filters:
            return replace(found, scope=looked_at)
        refusal = found.refusal or (prompts.REFUSAL_WITHIN if found.hits else prompts.NO_PAPERS)
        return replace(found, scope=scope.counted(looked_at, self._holdings), refusal=refusal)

    def _follow(self, question: str, turns: Sequence[Turn], filters: Filters) -> Found:
        """Search for a question as it continues the conversation."""
        # Read before a title is put behind the question: it may be worded like one.
        form = forms.form(question)
        papers = self._papers(turns)
        asked = conversation.standalone(question, papers, turns)
        titles = [papers[one].title for one in asked.paper_ids]
        found = self._look(asked.question, filters, _resolved(form, titles))
        if asked.paper_ids and not asked.points_back:
            alone = self._look(question, filters, _resolved(form))
            # What only sounds like a follow-up, and by itself leads to another paper, is a new question.
            if alone.answerable and alone.hits[0].paper.id not in asked.paper_ids and evidence.leads(alone.hits):
                return alone
        return found

    def _papers(self, turns: Sequence[Turn]) -> dict[str, Paper]:
        ids = [paper for turn in turns for paper in turn.paper_ids]
        return {paper.id: paper for paper in self._library.get(*ids)}

    def _look(self, question: str, filters: Filters, form: Form) -> Found:
        question = question[: intent.LONGEST]  # a title may have made it longer
        if form.kind == "list":
            seen = self._list(question, filters)
        elif form.contrast:
            seen = self._compare(question, filters, form.contrast)
        else:
            seen = self._search(question, filters)
        # One side of a comparison, like one paper of a list, need not be among the very first.
        first = len(seen.hits) if form.kind == "list" or form.contrast else mentions.FIRST
        absent = mentions.absent(question, [hit.paper for hit in seen.hits[:first]]) if seen.hits else []
        return Found(
            question=question,
            hits=tuple(seen.hits),
            citations=tuple(compose.number(seen.chosen)),
            answerable=seen.is_open and not absent,
            is_list=form.kind == "list",
            refusal=prompts.REFUSAL_UNMENTIONED if seen.is_open and absent else "",
            absent=tuple(absent),
        )

    def _search(self, question: str, filters: Filters) -> Seen:
        hits = self._library.retrieve(question, self._settings.papers, filters or None)
        chosen = evidence.choose(hits, self._settings.quotes, number=asks_for_number(question))
        return self._seen(hits, chosen, named=mentions.is_named(question, [hit.paper for hit in hits]))

    def _list(self, question: str, filters: Filters) -> Seen:
        """Look at more papers, and choose each one that fits; the nearest of the others stay behind them."""
        hits = self._library.retrieve(question, max(listing.POOL, self._settings.papers), filters or None)
        chosen = listing.choose(hits)
        return self._seen(_shown(hits, chosen, self._settings.papers), chosen)

    def _compare(self, question: str, filters: Filters, contrast: Contrast) -> Seen:
        """Search for each side as well, and let them speak in turn; where one is unknown, as for any question."""
        whole = self._search(question, filters)
        number = asks_for_number(question)
        sides = [self._side(contrast, side, filters, whole.hits, number=number) for side in contrast.sides]
        if not all(side.is_open for side in sides):
            return next((seen for seen in (whole, *sides) if seen.is_open), whole)
        turns = in_turn(*(seen.chosen for seen in (*sides, whole)))
        chosen: list[Passage] = []
        for passage in turns:
            if len(chosen) < self._settings.quotes and evidence.is_new(passage, chosen):
                chosen.append(passage)
        hits: dict[str, Hit] = {}
        for hit in in_turn(*(seen.hits for seen in (*sides, whole))):
            hits.setdefault(hit.paper.id, hit)
        return Seen(_shown(list(hits.values()), chosen, self._settings.papers), chosen, is_open=True)

    def _side(self, contrast: Contrast, side: str, filters: Filters, whole: Sequence[Hit], *, number: bool) -> Seen:
        """Search for one side; where it is a name, the papers that have it are enough."""
        hits = self._library.retrieve(contrast.query(side), self._settings.papers, filters or None)
        own = [hit for hit in hits if contrasts.tells_of(f"{hit.paper.title} {hit.paper.abstract}", side)]
        # A name was coined, and an embedder knows little of it: it finds the paper, but the sentences that tell
        # something are near to the whole question, and the gate would stay shut.
        told = {hit.paper.id: hit.evidence for hit in whole}
        hits = [replace(hit, evidence=told.get(hit.paper.id, hit.evidence)) for hit in own] or hits
        seen = self._seen(hits, evidence.choose(hits, self._settings.quotes, number=number))
        return replace(seen, is_open=bool(seen.chosen) and (seen.is_open or bool(own)))

    def _seen(self, hits: Sequence[Hit], chosen: Sequence[Passage], *, named: bool = False) -> Seen:
        signals = gate.signals(hits, chosen)
        return Seen(hits, chosen, bool(chosen) and gate.is_open(signals, self._library.embedder.identity, named=named))


def in_turn(*lists: Sequence[One]) -> Iterator[One]:
    """Return the first of each list, then the second of each.

    >>> list(in_turn("abc", "12"))
    ['a', '1', 'b', '2', 'c']
    """
    for turn in zip_longest(*lists):
        yield from (one for one in turn if one is not None)


def _shown(hits: Sequence[Hit], chosen: Sequence[Passage], most: int) -> list[Hit]:
    """Return the papers quoted, and of the others the first as far as there is room."""
    quoted = {passage.paper.id for passage in chosen}
    others = [hit.paper.id for hit in hits if hit.paper.id not in quoted]
    kept = quoted.union(others[: max(most - len(quoted), 0)])
    return [hit for hit in hits if hit.paper.id in kept]


def _resolved(form: Form, titles: Sequence[str] = ()) -> Form:
    """Put the paper talked about for a side such as `it`; where there is none, the question is like any other."""
    if form.contrast is None or not any(map(contrasts.points_back, form.contrast.sides)):
        return form
    if len(titles) != 1:
        return Form()
    one, other = (titles[0] if contrasts.points_back(side) else side for side in form.contrast.sides)
    return Form(form.kind, replace(form.contrast, sides=(one, other))) if one != other else Form()
