"""What of a paper is embedded: title and abstract as a whole, and each sentence with its title."""

from collections.abc import Iterator, Sequence

from assistant import sentences
from assistant.protocols import Embedder
from assistant.types import Paper, Span
from assistant.vectorstore.records import Embedding, Entry


def embed(papers: Sequence[Paper], embedder: Embedder) -> Iterator[Entry]:
    """Embed papers and their sentences, all in one go."""
    for paper, embedding in zip(papers, embeddings(papers, embedder), strict=True):
        yield Entry(paper=paper, embedding=embedding)


def embeddings(papers: Sequence[Paper], embedder: Embedder) -> list[Embedding]:
    """Return the vectors of papers and of their sentences, made in one go."""
    spans = [_spans(paper) for paper in papers]
    texts = [whole(paper) for paper in papers]
    texts += [titled(paper, span) for paper, own in zip(papers, spans, strict=True) for span in own]
    if not texts:
        return []
    vectors = embedder.embed(texts, "passage")
    found, at = [], len(papers)
    for number, own in enumerate(spans):
        found.append(Embedding(vector=vectors[number], spans=own, sentence_vectors=vectors[at : at + len(own)]))
        at += len(own)
    return found


def whole(paper: Paper) -> str:
    """Return the text a paper is embedded by."""
    return "\n".join(part for part in (paper.title, paper.abstract) if part)


def titled(paper: Paper, span: Span) -> str:
    """Return the text a sentence is embedded by: the title says what "it" and "our method" are."""
    sentence = paper.text(span.field)[span.start : span.end]
    return f"{paper.title}. {sentence}" if span.field == "abstract" and paper.title else sentence


def _spans(paper: Paper) -> tuple[Span, ...]:
    title = (Span("title", 0, len(paper.title)),) if paper.title else ()
    return title + tuple(Span("abstract", start, end) for start, end in sentences.split(paper.abstract))
