"""The pipeline that a user would write in thirty lines, to compare with: nearest abstracts, one prompt, no checks.

    python benchmarks/plain_rag.py How much does RouteLLM cut cost?

The four abstracts nearest in meaning are put whole into one prompt in the model's own chat template; what the model
writes is the answer. Packages and default models are those of Carrel, used as their introductions say.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import shared

from assistant.models.catalogue import find
from assistant.models.cpu import has_amx
from assistant.offline import forbid_network
from assistant.types import Paper

PAPERS = 4
"""Abstracts in the prompt."""

WRITTEN = 96
"""Tokens the model may write."""

CONTEXT = 4096
"""Tokens that prompt and answer may take together; four long abstracts do not fit the package's own 512."""

SYSTEM = "Answer the question from the abstracts. If they do not answer it, say so."


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainAnswer:
    """What came of a question."""

    text: str
    papers: tuple[Paper, ...]
    """Those whose abstracts were in the prompt, nearest first."""
    seconds_to_evidence: float
    """Until the abstracts are found."""
    seconds_to_first_token: float
    seconds: float
    tokens_read: int
    """Of the whole prompt, also those that the package keeps from the question before."""
    tokens_written: int


class PlainRag:
    """Answers from the nearest abstracts.

    Args:
        papers: All there are; they are embedded at once.
    """

    def __init__(self, papers: Sequence[Paper]) -> None:
        forbid_network()
        from llama_cpp import Llama
        from sentence_transformers import SentenceTransformer

        self.papers = list(papers)
        self.embedder: Any = SentenceTransformer(str(find("minilm", "embedder")[0]), device="cpu")
        self.vectors = self.embedder.encode(
            [f"{paper.title}\n{paper.abstract}" for paper in self.papers], normalize_embeddings=True
        )
        with _no_tiles():
            self.llm: Any = Llama(str(find("smollm2-135m", "chat")[0]), n_ctx=CONTEXT, verbose=False)

    def ask(self, question: str) -> PlainAnswer:
        """Answer a question."""
        start = time.perf_counter()
        vector = self.embedder.encode(question, normalize_embeddings=True)
        papers = [self.papers[one] for one in (self.vectors @ vector).argsort()[::-1][:PAPERS]]
        evidence = time.perf_counter()
        abstracts = "\n\n".join(f"{paper.title}\n{paper.abstract}" for paper in papers)
        messages = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"{abstracts}\n\nQuestion: {question}"},
        ]
        text, first = "", None
        for chunk in self.llm.create_chat_completion(messages, max_tokens=WRITTEN, temperature=0, stream=True):
            piece = chunk["choices"][0]["delta"].get("content", "")
            if piece and first is None:
                first = time.perf_counter()
            text += piece
        end = time.perf_counter()
        return PlainAnswer(
            text=text.strip(),
            papers=tuple(papers),
            seconds_to_evidence=evidence - start,
            seconds_to_first_token=(first or end) - start,
            seconds=end - start,
            tokens_read=len(self.prompt(messages)),
            tokens_written=len(self.llm.tokenize(text.encode(), add_bos=False)),
        )

    def prompt(self, messages: list[dict[str, str]]) -> list[int]:
        """Return the tokens that messages become in the model's own template."""
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        template: Any = Jinja2ChatFormatter(self.llm.metadata["tokenizer.chat_template"], "<|im_end|>", "<|im_start|>")
        tokens: list[int] = self.llm.tokenize(template(messages=messages).prompt.encode(), add_bos=False, special=True)
        return tokens

    def close(self) -> None:
        """Free the model's memory."""
        self.llm.close()


@contextmanager
def _no_tiles() -> Iterator[None]:
    """Keep llama.cpp from the tiles of AMX, which crash on some processors (see models/native_weights.py)."""
    from llama_cpp import llama_cpp as api

    params = api.llama_model_default_params

    def without() -> Any:
        given = params()
        given.use_extra_bufts = not has_amx()
        return given

    with mock.patch.object(api, "llama_model_default_params", without):
        yield


def seed_papers() -> list[Paper]:
    """Return the seed's papers."""
    return [
        Paper(id=one["id"], title=one["title"], abstract=one["abstract"])
        for one in shared.records(shared.folder() / "seed" / "papers.jsonl")
    ]


def main() -> None:
    """Answer one question from the seed's papers and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("question", nargs="+")
    answer = PlainRag(seed_papers()).ask(" ".join(parser.parse_args().question))
    print(answer.text)
    for paper in answer.papers:
        print(f"  {paper.title}")
    print(
        f"evidence {answer.seconds_to_evidence:.2f} s, first token {answer.seconds_to_first_token:.2f} s, "
        f"end {answer.seconds:.2f} s; {answer.tokens_read} tokens read, {answer.tokens_written} written"
    )


if __name__ == "__main__":
    main()
