"""Several processes use one home at once."""

import json
import os
import subprocess
import sys
from pathlib import Path

from assistant.library import Library
from assistant.models.fake import FakeEmbedder

OPEN = """
import sys
import assistant.vectorstore.store
from assistant.library import Library
sys.stdin.readline()
print(len(Library(sys.argv[1])))
"""

ADD = """
import sys
from assistant import adding
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
adding.BATCH = 10
with Library(sys.argv[1], embedder=FakeEmbedder()) as library:
    report = library.add(sys.argv[2])
print(len(report.added), len(report.updated) + len(report.unchanged))
"""

SEARCH = """
import sys, threading
from assistant.library import Library
from assistant.models.fake import FakeEmbedder
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
most = 0
with Library(sys.argv[1], embedder=FakeEmbedder()) as library:
    while not ended.is_set():
        hits = library.search("paper about routing", k=500)
        assert len(hits) >= most, (len(hits), most)
        assert all(passage.text for hit in hits for passage in hit.evidence)
        most = len(hits)
    print(len(library.search("paper about routing", k=500)))
"""


def _start(code: str, *arguments: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _end(*children: subprocess.Popen[str]) -> list[str]:
    """Tell children to end; return what they said."""
    said = [child.communicate("\n") for child in children]
    assert [error for _, error in said] == [""] * len(children)
    return [text.strip() for text, _ in said]


def _file(path: Path, name: str, common: int = 20, own: int = 100) -> Path:
    """Write papers that the other file has too, and others under keys that the other file uses for its own."""
    records = [{"id": f"common{number}", "title": f"A paper about routing {number}"} for number in range(common)]
    records += [
        {"id": f"own{number}", "title": f"A paper of {name} about routing {number}", "abstract": f"By {name}."}
        for number in range(own)
    ]
    path.write_text("\n".join(map(json.dumps, records[::-1] if name == "Bo" else records)))
    return path


def test_new_home_may_be_opened_by_many_at_once(home: Path) -> None:
    children = [_start(OPEN, home / "new") for _ in range(6)]
    assert _end(*children) == ["0"] * 6


def test_two_add_while_a_third_searches(home: Path, tmp_path: Path) -> None:
    searching = _start(SEARCH, home)
    adding = [_start(ADD, home, _file(tmp_path / f"{name}.jsonl", name)) for name in ("Ann", "Bo")]
    reports = [tuple(map(int, text.split())) for text in _end(*adding)]
    assert sum(added for added, _ in reports) == 220
    assert [sum(report) for report in reports] == [120, 120]
    assert _end(searching) == ["220"]
    with Library(home, embedder=FakeEmbedder()) as library:
        assert library.check() == []
        titles = [paper.title for paper in library.papers()]
        assert len(set(titles)) == len(titles) == 220
        assert len(library.search("routing", k=500)) == 220


def test_open_library_finds_what_another_process_adds_and_no_more_what_it_removes(home: Path, tmp_path: Path) -> None:
    with Library(home, embedder=FakeEmbedder()) as library:
        assert library.search("routing 7") == []
        _end(_start(ADD, home, _file(tmp_path / "Ann.jsonl", "Ann")))
        assert library.search("A paper about routing 7")[0].paper.title == "A paper about routing 7"
        library.check()
        assert library.search("A paper about routing 7")[0].paper.title == "A paper about routing 7"
        _end(_start("import sys\nfrom assistant.library import Library\nLibrary(sys.argv[1]).remove('common7')", home))
        titles = [hit.paper.title for hit in library.search("A paper about routing 7", k=500)]
        assert len(titles) == 119
        assert "A paper about routing 7" not in titles
