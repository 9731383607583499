"""The engine is loaded once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from spanwright_processors.presidio import Selection, compilation, load_engine
from spanwright_processors.presidio.definitions import Definitions


def test_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, definitions: Definitions) -> None:
    """The same selection gives the same engine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compilation, "_compiled", lambda *_: definitions.to_json())
    load_engine.cache_clear()
    try:
        engine = load_engine(Selection(("us",)))
        assert engine is load_engine(Selection(("us",)))
        assert engine is not None
        assert engine.find("a@example.com", {"EMAIL_ADDRESS"})
    finally:
        load_engine.cache_clear()


def test_is_asked_for_without_the_library_it_runs_on() -> None:
    """The default engine has to start where presidio-analyzer, and with it ``regex``, is not installed."""
    code = (
        "import sys; sys.modules['regex'] = None; "
        "from spanwright_processors.presidio import Selection, compilation, is_installed; "
        "compilation._version = lambda _: ''; "
        "from spanwright_processors.steps.mask import Mask; "
        "print(is_installed(), type(Mask()._detector).__name__)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "Detector"]
