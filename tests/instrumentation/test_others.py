"""Spans of other instrumentors give way to ours, and nothing else does."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.context import set_value
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.sdk import trace as sdk
from spanwright_instrumentation import others
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.suppression import is_suppressed
from support.recording import Recording

OPENINFERENCE = "openinference.instrumentation.openai"
TRACELOOP = "opentelemetry.instrumentation.openai.v1"


@pytest.fixture(autouse=True)
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenAI's SDK is ours to record, and the SDK's tracer asks."""
    monkeypatch.setattr(sdk.Tracer, "start_span", sdk.Tracer.start_span)
    monkeypatch.setattr(others, "_active", {"openai"})
    others.patch_tracer(sdk)


@pytest.fixture
def recording() -> Recording:
    return Recording()


def started(recording: Recording, scope: str, name: str, **options: Any) -> trace.Span:
    """What an instrumentor's tracer gives."""
    return recording.tracer_provider.get_tracer(scope).start_span(name, **options)


def call(recording: Recording, operation: str = "chat") -> Invocation:
    """A call of ours that is under way."""
    return Invocation(recording.telemetry, operation, "m", attributes={"gen_ai.provider.name": "openai"})


@pytest.mark.parametrize(
    ("scope", "name", "gives_way"),
    [
        (TRACELOOP, "openai.chat", True),
        (TRACELOOP, "openai.image_generate", False),
        (TRACELOOP, "openai.completion", False),
        ("opentelemetry.instrumentation.genai.openai", "chat gpt-5", True),
        ("opentelemetry.instrumentation.genai.openai", "chatter", False),
        ("opentelemetry.instrumentation.openai_agents", "openai.response", False),
        ("opentelemetry.instrumentation.anthropic", "anthropic.chat", False),
        ("opentelemetry.instrumentation.httpx", "POST", False),
        ("openlit.instrumentation.openai", "chat gpt-5", True),
        ("openlit.instrumentation.chroma", "chat gpt-5", False),
        ("the.application", "openai.chat", False),
    ],
)
def test_around_ours(recording: Recording, scope: str, name: str, gives_way: bool) -> None:
    """Spans named as calls of a library that ours records; others' of what it does not record stay."""
    assert started(recording, scope, name).is_recording() is not gives_way


@pytest.mark.parametrize(
    ("operation", "scope", "gives_way"),
    [
        ("chat", OPENINFERENCE, True),
        ("chat", "openinference.instrumentation.groq", True),
        ("chat", "logfire.openai", True),
        ("chat", "opentelemetry.instrumentation.httpx", False),
        ("chat", "opentelemetry.instrumentation.botocore", False),
        ("embeddings", OPENINFERENCE, True),
        ("retrieval", OPENINFERENCE, False),
        ("execute_tool", OPENINFERENCE, False),
    ],
)
def test_inside_ours(recording: Recording, operation: str, scope: str, gives_way: bool) -> None:
    """Whatever an emitter of inference spans starts inside a call that is recorded; never HTTP, and not what
    a tool or a retrieval calls."""
    with call(recording, operation).current():
        assert started(recording, scope, "some name").is_recording() is not gives_way


def test_ids_are_those_of_the_span_around(recording: Recording) -> None:
    """What stands in another's place has the ids of the current span, so that nothing is orphaned."""
    tracer = recording.tracer_provider.get_tracer("the.application")
    with tracer.start_as_current_span("request") as request:
        given = started(recording, TRACELOOP, "openai.chat")
        elsewhere = started(recording, TRACELOOP, "openai.chat", context=trace.set_span_in_context(given))
    assert given.get_span_context() == request.get_span_context() == elsewhere.get_span_context()


def test_marks_inside_what_gave_way_do_not_count(recording: Recording) -> None:
    """An instrumentor that silences others, or says that it records, inside a span that gave way, means its
    own: ours records."""
    given = started(recording, TRACELOOP, "openai.chat")
    with trace.use_span(given), suppress_instrumentation():
        assert not is_suppressed("chat")
    marked = set_value("opentelemetry.genai.client.inference.context", object())
    assert is_suppressed("chat", marked)
    assert not is_suppressed("chat", trace.set_span_in_context(given, marked))


def test_silence_is_theirs_too(recording: Recording) -> None:
    """Where nothing is to be recorded, no span gives way to one that will not be."""
    with suppress_instrumentation():
        assert started(recording, TRACELOOP, "openai.chat").is_recording()


def test_nothing_gives_way_to_nobody(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once ours is uninstrumented, theirs record again."""
    others.unwatch("openai")
    assert started(recording, TRACELOOP, "openai.chat").is_recording()


def test_a_failure_keeps_the_span(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it cannot be told, theirs is kept: twice is better than not at all."""
    monkeypatch.setattr(others, "_known", lambda scope: 1 / 0)
    assert started(recording, TRACELOOP, "openai.chat").is_recording()


def test_patched_once() -> None:
    """Asking twice would cost every span twice."""
    before = sdk.Tracer.start_span
    others.patch_tracer(sdk)
    assert sdk.Tracer.start_span is before


def test_the_library_of_a_shared_tracer(recording: Recording) -> None:
    """Instrumentors with one tracer together are told by the module that starts the span."""
    module = ModuleType("opentelemetry.instrumentation.openai_v2.patch")
    exec("def start(tracer): return tracer.start_span('chat gpt-5')", vars(module))
    tracer = recording.tracer_provider.get_tracer("opentelemetry.util.genai.handler")
    assert not module.start(tracer).is_recording()
    assert tracer.start_span("chat gpt-5").is_recording()


def test_nothing_is_patched_before_one_of_them_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Applications without other emitters pay nothing."""
    patched: list[str] = []
    monkeypatch.setattr(others, "_when_present", lambda module=None: patched.append("now"))
    monkeypatch.setattr(others, "PACKAGES", ("no.such.package", "spanwright_test_emitter"))
    others._prepare.cache_clear()
    others.watch("openai")
    assert patched == []
    others._prepare.cache_clear()
    monkeypatch.setitem(sys.modules, "spanwright_test_emitter", ModuleType("spanwright_test_emitter"))
    others.watch("openai")
    assert patched == ["now"]
