"""Our own log never quotes content."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import spanwright_instrumentation
from spanwright_instrumentation.withheld import withheld

logger = logging.getLogger("test.withheld")


def read(document: str) -> None:
    raise ValueError(f"cannot read {document}")


def test_type_and_place_are_told_and_no_text(caplog: pytest.LogCaptureFixture) -> None:
    """Not that of the error, nor that of those it came from."""
    caplog.set_level(logging.DEBUG)
    document = "@".join(["a.b", "example.com"])
    try:
        try:
            read(document)
        except ValueError as error:
            raise RuntimeError(document) from error
    except RuntimeError:
        logger.debug("Cannot read an answer.", exc_info=withheld())
    assert "example.com" not in caplog.text
    assert "builtins.RuntimeError" in caplog.text
    assert "test_withheld.py" in caplog.text


def test_there_may_be_no_error() -> None:
    """Then there is nothing to tell."""
    assert withheld() is None


def test_no_log_call_takes_errors_as_they_are() -> None:
    """Neither by exc_info=True nor by logger.exception."""
    sources = Path(spanwright_instrumentation.__file__).parent.rglob("*.py")
    wrong = [
        path.name
        for path in sources
        if "exc_info=True" in path.read_text() or "logger.exception(" in path.read_text()
    ]
    assert wrong == []
