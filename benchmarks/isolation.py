"""What it costs to keep the language model in a process of its own (models/isolated.py).

    python benchmarks/isolation.py --rounds 9

The same prompts are answered by the model in this process and by the one in a child, by turns, so that whatever else
the machine does slows both. Printed are the ratios of the medians, child to this process: of the seconds until the
first token, and of those for each token after it.
"""

import argparse
import time
from statistics import median

from assistant.models import load_chat, load_isolated
from assistant.protocols import ChatModel, Message
from assistant.settings import load

TOKENS = 64


def main() -> None:
    """Ask by turns and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    models = {"here": load_chat(load()), "child": load_isolated(load())}
    firsts: dict[str, list[float]] = {name: [] for name in models}
    others: dict[str, list[float]] = {name: [] for name in models}
    for turn in range(rounds):
        # Nothing of the last prompt may be kept, or only the first round would read.
        messages = [Message("user", f"{turn} cats went to sea. " * 20 + "Tell what became of them.")]
        for name, model in models.items():
            first, other = _seconds(model, messages)
            firsts[name].append(first)
            others[name].append(other)
    for what, seconds in {"first token": firsts, "each token after": others}.items():
        print(f"{what}: child to this process {median(seconds['child']) / median(seconds['here']):.3f}")
    for model in models.values():
        model.close()


def _seconds(model: ChatModel, messages: list[Message]) -> tuple[float, float]:
    """Return the seconds until the first token, and those of each after it."""
    start = time.perf_counter()
    pieces = model.stream(messages, max_tokens=TOKENS)
    next(pieces)
    first = time.perf_counter()
    count = sum(piece.tokens for piece in pieces)
    return first - start, (time.perf_counter() - first) / max(count, 1)


if __name__ == "__main__":
    main()
