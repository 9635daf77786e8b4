"""The switches that keep other libraries from calling out."""

import json
import os
import subprocess
import sys

import pytest

from assistant import offline
from assistant.offline import SWITCHES, forbid_network, is_hub_forbidden


def test_what_a_person_has_set_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SWITCHES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    forbid_network()
    assert os.environ["HF_HUB_OFFLINE"] == "0"
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    for name in SWITCHES:
        monkeypatch.delenv(name, raising=False)


def test_only_a_person_forbids_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "_set_here", set())
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    forbid_network()
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert not is_hub_forbidden()
    monkeypatch.setattr(offline, "_set_here", set())
    assert is_hub_forbidden()
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    assert not is_hub_forbidden()


def _environment_after(code: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    script = f"import json, os\n{code}\nprint(json.dumps(dict(os.environ)))"
    done = subprocess.run([sys.executable, "-c", script], env=clean, capture_output=True, text=True, check=True)
    return {name: value for name, value in json.loads(done.stdout).items() if name in SWITCHES}


def test_importing_changes_nothing() -> None:
    assert _environment_after("import assistant, assistant.models, assistant.ui, assistant.vectorstore") == {}
