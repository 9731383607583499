"""Who records a framework's tools and agents."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from spanwright_instrumentation.emitter import EMITTER_VARIABLE
from spanwright_instrumentation.framework import is_recorded_by_others

MODULE = "opentelemetry.instrumentation.llamaindex"


def present(monkeypatch: pytest.MonkeyPatch, is_on: bool) -> None:
    module = ModuleType(MODULE)
    kind = type("LlamaIndexInstrumentor", (), {})
    kind._instance = SimpleNamespace(_is_instrumented_by_opentelemetry=is_on)  # type: ignore[attr-defined]
    module.LlamaIndexInstrumentor = kind  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, MODULE, module)


def test_nobody_else_is_there() -> None:
    """Ours are made."""
    assert not is_recorded_by_others("llama-index")


@pytest.mark.parametrize("is_on", [False, True])
def test_another_one_that_is_on(monkeypatch: pytest.MonkeyPatch, is_on: bool) -> None:
    """Importing it is not enough; another framework's does not count."""
    present(monkeypatch, is_on)
    assert is_recorded_by_others("llama-index") is is_on
    assert not is_recorded_by_others("langchain")


def test_the_setting_prefers_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for model calls inside frameworks."""
    present(monkeypatch, True)
    monkeypatch.setenv(EMITTER_VARIABLE, "spanwright")
    assert not is_recorded_by_others("llama-index")


def test_handlers_that_make_spans() -> None:
    """Those given to the framework by hand; others tell nothing of spans."""
    handler = type("CallbackHandler", (), {"__module__": "langfuse.langchain"})()
    assert is_recorded_by_others("langchain", [object(), handler])
    assert not is_recorded_by_others("langchain", [object()])
