"""The engine is loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.presidio import Selection, compilation, load_engine
from spanwright_processors.presidio.definitions import Definitions


def test_loaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, definitions: Definitions) -> None:
    """The same selection gives the same engine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compilation, "_compiled", lambda _selection: definitions.to_json())
    load_engine.cache_clear()
    try:
        engine = load_engine(Selection(("us",)))
        assert engine is load_engine(Selection(("us",)))
        assert engine is not None
        assert engine.find("a@example.com", {"EMAIL_ADDRESS"})
    finally:
        load_engine.cache_clear()
