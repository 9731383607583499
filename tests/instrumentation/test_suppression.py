"""One call, one span, whoever else is installed."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from opentelemetry.context import Context, attach, detach, get_current, set_value
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import set_span_in_context
from spanwright_instrumentation.emitter import EMITTER_VARIABLE
from spanwright_instrumentation.suppression import is_ours, is_suppressed, marked, recording

FOREIGN_KEY = "opentelemetry.genai.client.inference.context"


class InferenceData:
    """What opentelemetry-util-genai puts into the context."""


def test_nothing_around() -> None:
    """A call on its own is recorded."""
    assert not is_suppressed("chat")


def test_suppressed_altogether() -> None:
    """OpenTelemetry's keys for "do not instrument" hold for every operation, the old plain one too."""
    with suppress_instrumentation():
        assert is_suppressed("chat")
        assert is_suppressed("execute_tool")
    assert is_suppressed("chat", Context({"suppress_instrumentation": True}))


@pytest.mark.parametrize(
    ("outer", "inner", "suppressed"),
    [
        ("chat", "chat", True),
        ("chat", "generate_content", True),
        ("chat", "embeddings", False),
        ("retrieval", "embeddings", False),
        ("embeddings", "embeddings", True),
        ("execute_tool", "execute_tool", False),
        ("invoke_workflow", "chat", False),
    ],
)
def test_own_operation_around(outer: str, inner: str, suppressed: bool) -> None:
    """Of nested calls of one kind the outer one is recorded; tools and workflows hide nothing."""
    assert is_suppressed(inner, marked(get_current(), outer)) is suppressed


def test_tool_inside_a_call_begins_anew() -> None:
    """A model call made by a tool that runs inside a recorded call is a call of its own, for others' marks as
    well."""
    inside = marked(set_value(FOREIGN_KEY, InferenceData()), "chat")
    assert is_suppressed("chat", inside)
    assert not is_suppressed("chat", marked(inside, "execute_tool"))


def test_official_mark_is_honoured() -> None:
    """A call inside one that opentelemetry-util-genai records adds no span."""
    assert is_suppressed("chat", set_value(FOREIGN_KEY, InferenceData()))
    assert not is_suppressed("embeddings", set_value(FOREIGN_KEY, InferenceData()))


def test_official_mark_is_set_where_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where opentelemetry-util-genai is loaded, our calls carry the mark it looks for."""
    monkeypatch.delitem(sys.modules, "opentelemetry.util.genai.invocation", raising=False)
    assert marked(get_current(), "chat").get(FOREIGN_KEY) is None
    module = ModuleType("opentelemetry.util.genai.invocation")
    module.InferenceData = InferenceData  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert isinstance(marked(get_current(), "chat").get(FOREIGN_KEY), InferenceData)


@pytest.mark.parametrize(
    ("scope", "suppressed"), [("opentelemetry.instrumentation.openai_v2", True), ("my.application", False)]
)
def test_span_of_an_instrumentor_without_marks(scope: str, suppressed: bool) -> None:
    """An instrumentor's live inference span around us is the call's span; the application's own never is."""
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer(scope)
    span = tracer.start_span("chat", attributes={"gen_ai.operation.name": "chat"})
    token = attach(set_span_in_context(span))
    try:
        assert is_suppressed("chat") is suppressed
        assert not is_suppressed("embeddings")
        span.end()
        assert not is_suppressed("chat")
    finally:
        detach(token)


@pytest.mark.parametrize(
    ("scope", "found", "suppressed"),
    [
        ("pydantic-ai", {"gen_ai.operation.name": "chat"}, True),
        ("pydantic-ai", {"gen_ai.operation.name": "invoke_agent"}, False),
        ("openinference.instrumentation.openai_agents", {"openinference.span.kind": "LLM"}, True),
        ("openinference.instrumentation.openai_agents", {"openinference.span.kind": "CHAIN"}, False),
        ("openinference.instrumentation.litellm", {"llm.model_name": "gpt-5"}, True),
        # Its span of a model call has no tokens.
        ("opentelemetry.instrumentation.openai_agents", {"gen_ai.operation.name": "chat"}, False),
        ("the.application", {"gen_ai.operation.name": "chat"}, False),
    ],
)
def test_frameworks_around(
    monkeypatch: pytest.MonkeyPatch, scope: str, found: dict[str, str], suppressed: bool
) -> None:
    """A framework's inference span that has the tokens is the call's, unless the setting says otherwise."""
    span = TracerProvider(shutdown_on_exit=False).get_tracer(scope).start_span("x", attributes=found)
    inside = set_span_in_context(span)
    assert is_suppressed("chat", inside) is suppressed
    monkeypatch.setenv(EMITTER_VARIABLE, "spanwright")
    assert not is_suppressed("chat", inside)


def test_a_call_inside_one_of_ours_is_the_same_call() -> None:
    """Of the same kind only: what embeds inside a chat is another call."""
    token = attach(marked(get_current(), "chat"))
    try:
        assert is_ours("generate_content")
        assert not is_ours("embeddings")
    finally:
        detach(token)
    assert not is_ours("chat")


@pytest.mark.parametrize("operation", ["chat", "retrieval", "execute_tool", "invoke_agent"])
@pytest.mark.parametrize("foreign", [False, True])
def test_context_inside_a_call(operation: str, foreign: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what was around, with the call's span current, and marked."""
    if foreign:
        module = ModuleType("opentelemetry.util.genai.invocation")
        module.InferenceData = module.RetrievalData = str  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
    else:
        monkeypatch.delitem(sys.modules, "opentelemetry.util.genai.invocation", raising=False)
    span = TracerProvider(shutdown_on_exit=False).get_tracer("test").start_span("call")
    outer = marked(set_value("application's", 1), "embeddings")
    assert recording(span, outer, operation) == marked(set_span_in_context(span, outer), operation)
