"""What is left of a library whose processes are killed.

    python benchmarks/crash.py [--kills N] [--seed N]

Processes that add, update and remove papers and build the index are killed at random moments. After each kill the
library is opened and looked into: what a process had acknowledged must be there, nothing may be there by half, the
index must be brought up to date, and search must find what a look at every single paper finds. Stops at the first
library that is not whole.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import wholeness

from assistant.adding import BATCH
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.vectorstore.store import Store

PHASES = ("adding", "updating", "removing", "building")

PAPERS = 160
"""Added in one go; 64 are stored at once."""

REMOVED = 20
"""Removed at once."""

CHILD = """
import sys
from pathlib import Path
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
from assistant.vectorstore.store import Store

phase, home, file, step = sys.argv[1:]
say = lambda progress: print(progress.stage, progress.done, flush=True)
library = Library(home, embedder=FakeEmbedder())
print("open 0", flush=True)
if phase == "removing":
    ids = open(file).read().split()
    for start in range(0, len(ids), int(step)):
        library.remove(*ids[start : start + int(step)])
        print("removed", min(start + int(step), len(ids)), flush=True)
elif phase == "building":
    Store(Path(home)).settle(say)
else:
    library.add(file, progress=say)
"""

MOMENTS = {
    "adding": ("open", "papers 64", "papers 128", f"papers {PAPERS}", "words", "index"),
    "updating": ("open", "papers 64", "papers 128", f"papers {PAPERS}"),
    "removing": ("open", "removed 20", "removed 60", "removed 100"),
    "building": ("open", "words", "index"),
}
"""What a process says when the time to its end begins to run."""

SECONDS = {"open": 0.15, "removed": 0.02, "papers": 0.15, "words": 0.6, "index": 0.6}
"""From there to its end, at most."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One process and its end."""

    phase: str
    after: str
    """The last that it said before its time began to run."""
    seconds: float
    """From then on."""
    was_done: bool
    """True where it was done before it could be killed."""
    acknowledged: int
    """Papers that it said were stored or removed."""
    found: int
    """Papers that were."""
    was_due: bool
    """True where the index was missing or outdated afterwards, and was built."""


@dataclass(slots=True)
class Course:
    """A library and what must be in it."""

    home: Path
    chance: random.Random
    papers: dict[str, str] = field(default_factory=dict)
    """Abstracts by id."""
    turn: int = 0

    @property
    def file(self) -> Path:
        """What the process reads."""
        return self.home.with_name("papers.jsonl")

    def kills(self, number: int) -> Iterator[Kill]:
        """Kill processes of each phase in turn.

        Raises:
            NotWholeError: The library is not as it must be.
        """
        for count in range(number):
            yield self._kill(PHASES[count % len(PHASES)])

    def _kill(self, phase: str) -> Kill:
        self.turn += 1
        wanted = self._wanted(phase)
        after = self.chance.choice(MOMENTS[phase])
        seconds = self.chance.uniform(0, SECONDS[after.split()[0]])
        acknowledged, was_done = _killed(phase, self.home, self.file, after, seconds)
        with closing(Store(self.home)) as store:
            wholeness.look_into(store)
            found = self._found(store, phase, wanted, acknowledged)
            wholeness.search(store)
            was_due = store.index.is_due
            store.settle()
            if len(store.ledger) and store.index.manifest is None:
                raise wholeness.NotWholeError("the index could not be built")
            wholeness.search(store)
        self._complete(phase, wanted, found)
        return Kill(phase, after, seconds, was_done, acknowledged, found, was_due)

    def _wanted(self, phase: str) -> list[tuple[str, str]]:
        """Write what the process is to read; returns ids and abstracts in the order of their storing."""
        if phase == "building":
            (self.home / "index" / "current.json").unlink(missing_ok=True)
            return []
        if phase == "removing":
            wanted = [(one, "") for one in self.chance.sample(sorted(self.papers), len(self.papers) * 3 // 4)]
            self.file.write_text("\n".join(one for one, _ in wanted))
            return wanted
        known = list(self.papers)[-PAPERS:] if phase == "updating" else []
        ids = known or [f"{self.turn}-{number}" for number in range(PAPERS)]
        records = [_record(one, self.turn) for one in ids]
        self.file.write_text("\n".join(map(json.dumps, records)))
        return [(record["id"], record["abstract"]) for record in records]

    def _found(self, store: Store, phase: str, wanted: Sequence[tuple[str, str]], acknowledged: int) -> int:
        """Compare what is there with what must be; returns how many of the papers wanted were stored or removed."""
        there = {paper.id: paper.abstract for paper in store.ledger.page()}
        found = sum((one not in there) if phase == "removing" else there.get(one) == text for one, text in wanted)
        step = REMOVED if phase == "removing" else BATCH
        if not acknowledged <= found <= acknowledged + step:
            raise wholeness.NotWholeError(f"{phase}: {acknowledged} papers were acknowledged and {found} found")
        if there != _after(self.papers, phase, wanted[:found]):
            raise wholeness.NotWholeError(f"{phase}: other papers are there than must be")
        return found

    def _complete(self, phase: str, wanted: Sequence[tuple[str, str]], found: int) -> None:
        """Do again what was cut off: it goes on from there."""
        with Library(self.home, embedder=FakeEmbedder()) as library:
            if phase == "removing":
                done = len(wanted) - library.remove(*(one for one, _ in wanted))
            elif wanted:
                done = len(library.add(self.file).unchanged)
            else:
                done = found
        if done != found:
            raise wholeness.NotWholeError(f"{phase}: {found} papers were stored, and {done} of them recognised")
        self.papers = _after(self.papers, phase, wanted)


def _record(one: str, turn: int) -> dict[str, str]:
    number = int(one.partition("-")[2])
    word = wholeness.TOPICS[number % len(wholeness.TOPICS)]
    return {
        "id": one,
        "title": f"On {word} of kind {one}",
        "abstract": f"In turn {turn} the {word} are counted anew. There are {number} of them in all, we find.",
    }


def _after(papers: dict[str, str], phase: str, wanted: Sequence[tuple[str, str]]) -> dict[str, str]:
    if phase == "removing":
        gone = {one for one, _ in wanted}
        return {one: text for one, text in papers.items() if one not in gone}
    return papers | dict(wanted)


def _killed(phase: str, home: Path, file: Path, after: str, seconds: float) -> tuple[int, bool]:
    """Kill a process some time after it said something.

    Returns:
        How many papers it acknowledged, and whether it was done before.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-c", CHILD, phase, str(home), str(file), str(REMOVED)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        said = []
        for line in child.stdout or ():
            said.append(line.split())
            if line.startswith(after):
                break
        time.sleep(seconds)
        was_done = child.poll() is not None
        child.kill()
        said += [line.split() for line in child.stdout or ()]
    if was_done and child.returncode:
        raise wholeness.NotWholeError(f"{phase} failed with status {child.returncode}")
    return max((int(words[1]) for words in said if words[0] in ("papers", "removed")), default=0), was_done


def main() -> None:
    """Kill processes, and print what became of the library."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=40, help="processes to kill (40)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder) / "home", random.Random(given.seed))
        kills = []
        for kill in course.kills(given.kills):
            kills.append(kill)
            if sys.stderr.isatty():
                print(f"\r{len(kills)}/{given.kills} ", end="", file=sys.stderr, flush=True)
    print(report(kills))


def report(kills: Sequence[Kill]) -> str:
    """Write down what was killed when, and what was found."""
    lines = []
    for phase in PHASES:
        own = [kill for kill in kills if kill.phase == phase]
        killed = [kill for kill in own if not kill.was_done]
        beyond = sum(kill.found > kill.acknowledged for kill in killed)
        lines.append(f"{phase}: {len(killed)} killed, {len(own) - len(killed)} done before")
        for after in MOMENTS[phase]:
            times = [kill.seconds for kill in killed if kill.after == after]
            if times:
                lines.append(f"    {len(times):3} within {max(times):.3f} s after '{after}'")
        lines.append(f"    {beyond:3} had stored more than they had said")
        lines.append(f"    {sum(kill.was_due for kill in own):3} left an index to be built")
    lines.append("Nothing acknowledged was lost, nothing was there by half, and every search was right.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
