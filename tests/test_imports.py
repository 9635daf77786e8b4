"""`import assistant` is quick, and offers what it names."""

import json
import subprocess
import sys
from pathlib import Path

import assistant

HEAVY = {"chromadb", "gradio", "llama_cpp", "sentence_transformers", "torch", "transformers"}


def test_import_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import assistant, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "assistant" in loaded
    assert loaded & HEAVY == set()


def test_public_names_are_sorted() -> None:
    assert list(assistant.__all__) == sorted(assistant.__all__)


def test_every_public_name_is_there() -> None:
    missing = [name for name in assistant.__all__ if not hasattr(assistant, name)]
    assert missing == []


def test_the_contract_is_public() -> None:
    assert {"Library", "ask", "ask_stream"} <= set(assistant.__all__)
