"""Keeps the libraries Carrel stands on from calling out.

Each of them reads its switch when it is imported, so `forbid_network` is called before every such import.
It changes nothing a person has set, and it is not called by `import assistant`: a program that only
imports Carrel keeps its environment as it was.
"""

import os

SWITCHES = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    "OTEL_SDK_DISABLED": "true",
    "TOKENIZERS_PARALLELISM": "false",
}


_set_here: set[str] = set()
"""The switches that this process has set, and no person."""


def forbid_network() -> None:
    """Switch telemetry and hub look-ups off for imports that follow."""
    for name, value in SWITCHES.items():
        if name not in os.environ:
            os.environ[name] = value
            _set_here.add(name)


def is_hub_forbidden() -> bool:
    """Tell whether a person has forbidden to contact a model hub."""
    wanted = os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}
    return wanted and "HF_HUB_OFFLINE" not in _set_here
