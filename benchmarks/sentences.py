"""How well sentences are found, against the ones that scifact gives with its abstracts.

    python benchmarks/sentences.py

A boundary is the place between two sentences, counted in letters and digits, as scifact writes space and punctuation in
another way. Its sentences were found by a program too: a few are cut at "+/-", or not at all.
"""

import time

import collection
import shared

from assistant.sentences import split


def main() -> None:
    """Compare and print."""
    path = shared.folder() / "eval" / "scifact" / "papers.jsonl.gz"
    found = wanted = both = exact = papers = 0
    seconds = 0.0
    for gold in collection.sentences(path).values():
        text = " ".join(gold)
        start = time.perf_counter()
        places = split(text)
        seconds += time.perf_counter() - start
        ours = _boundaries([text[begin:end] for begin, end in places])
        theirs = _boundaries(gold)
        found, wanted, both = found + len(ours), wanted + len(theirs), both + len(ours & theirs)
        exact, papers = exact + (ours == theirs), papers + 1
    precision, recall = both / found, both / wanted
    print(f"{papers} abstracts, {1000 * seconds / papers:.2f} ms each")
    print(f"boundaries: precision {precision:.4f}, recall {recall:.4f}; all of an abstract right: {exact / papers:.3f}")


def _boundaries(sentences: list[str]) -> set[int]:
    ends, letters = set(), 0
    for sentence in sentences:
        letters += sum(character.isalnum() for character in sentence)
        ends.add(letters)
    return ends - {letters, 0}


if __name__ == "__main__":
    main()
