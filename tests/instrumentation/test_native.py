"""The setting that says whose spans are recorded."""

from __future__ import annotations

import pytest
from spanwright_instrumentation.native import NATIVE_VARIABLE, keeps_native


@pytest.mark.parametrize(
    ("value", "kept"),
    [(None, False), ("", False), ("anthropic", True), (" mistralai , Anthropic", True), ("mcp", False)],
)
def test_libraries_named_keep_their_spans(
    monkeypatch: pytest.MonkeyPatch, value: str | None, kept: bool
) -> None:
    """Names are separated by commas, in any case; nothing is kept by default."""
    monkeypatch.delenv(NATIVE_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(NATIVE_VARIABLE, value)
    assert keeps_native("anthropic") is kept
