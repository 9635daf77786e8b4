"""Answers as plain data, the same for `carrel ask --json` and for programs that ask the page."""

from dataclasses import asdict
from typing import Any

from assistant import scope
from assistant.types import Answer, Citation, Claim, Hit, Scope


def found_dict(hit: Hit) -> dict[str, Any]:
    """Return a paper that a search found, with its sentences, as one object that JSON can hold."""
    evidence = [{"quote": passage.text, **asdict(passage.span)} for passage in hit.evidence]
    paper = hit.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "score": hit.score,
        "year": paper.year,
        "evidence": evidence,
        "why": _why(hit),
    }


def answer_dict(answer: Answer) -> dict[str, Any]:
    """Return an answer as one object that JSON can hold."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "text": answer.text,
        "claims": [_claim(claim) for claim in answer.claims],
        "citations": [_citation(citation) for citation in answer.citations],
        "hits": [_hit(hit) for hit in answer.hits],
        "model": answer.model,
        "asked_larger": answer.asked_larger,
        "thinking": answer.thinking,
        "timings": asdict(answer.timings),
        "scope": _scope(answer.scope),
    }


def _scope(looked_at: Scope) -> dict[str, Any]:
    names = ("filters", "understood", "dropped")
    return {name: scope.plain(getattr(looked_at, name)) for name in names} | {
        "papers": looked_at.papers,
        "undated": looked_at.undated,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "citations": list(claim.citations),
        "support": claim.support,
        "supported": claim.supported,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "id": citation.paper.id,
        "title": citation.paper.title,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "field": citation.field,
    }


def _why(hit: Hit) -> dict[str, float | None]:
    # The best sentence is the first of the evidence.
    why = hit.why
    return {"meaning": why.meaning, "words": why.words, "sentence": why.sentence, "closeness": why.closeness}


def _hit(hit: Hit) -> dict[str, Any]:
    return {"id": hit.paper.id, "title": hit.paper.title, "score": hit.score}
