"""The question as Phoenix's own filter reads it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("phoenix.trace.dsl")


def test_phoenix_reads_the_question() -> None:
    """The filter is one that Phoenix turns into SQL; a wrong one is told."""
    span_filter = import_module("phoenix.trace.dsl").SpanFilter
    root = Path(__file__).resolve().parents[3]
    assert span_filter((root / "backends" / "phoenix" / "question.txt").read_text().strip())
    with pytest.raises(SyntaxError):
        span_filter("attributes['a' <")
