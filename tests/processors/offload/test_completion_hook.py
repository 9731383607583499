from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.util.genai.completion_hook import load_completion_hook
from opentelemetry.util.genai.handler import TelemetryHandler
from opentelemetry.util.genai.types import InputMessage, OutputMessage, TextPart, ToolCallRequestPart
from spanwright_processors.counters import Counters
from spanwright_processors.offload import completion_hook
from spanwright_processors.offload.completion_hook import BASE_PATH_VARIABLE, CompletionHook
from spanwright_processors.offload.layout import referred
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.prompt_registry import prompts
from spanwright_processors.offload.reading import trace_texts

Call = Callable[..., ReadableSpan]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Makes a model call as an instrumentor that is built on the utilities does; gives its span."""
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "NO_CONTENT")
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def make(hook: Any, logger_provider: LoggerProvider | None = None) -> ReadableSpan:
        handler = TelemetryHandler(provider, logger_provider=logger_provider, completion_hook=hook)
        with handler.inference("openai", request_model="gpt-4o") as invocation:
            invocation.system_instruction = [TextPart("Be brief.")]
            invocation.input_messages = [InputMessage("user", [TextPart("I am bob@example.com")])]
            answer: list[Any] = [TextPart("Hello."), ToolCallRequestPart({"id": 7}, "look_up", "c1")]
            invocation.output_messages = [OutputMessage("assistant", answer, "stop")]
        return exporter.get_finished_spans()[-1]

    yield make
    provider.shutdown()


def kept(folder: Path, span: ReadableSpan) -> dict[str, str]:
    assert span.context is not None
    found = trace_texts(FolderPlace(folder), f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
    return {value.key: value.text for one in found for value in one.span.values}


def test_the_utilities_find_it(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name; texts are kept masked though no content is to stand on spans, and none does."""
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK", "spanwright")
    monkeypatch.setenv("SPANWRIGHT_OFFLOAD_URL", str(tmp_path))
    hook: Any = load_completion_hook()
    span = call(hook)
    assert isinstance(hook._wrapped, CompletionHook)
    assert hook._wrapped.flush()
    texts = kept(tmp_path, span)
    assert [*texts] == ["gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"]
    assert json.loads(texts["gen_ai.input.messages"])[0]["parts"][0]["content"] == "I am [EMAIL]"
    assert json.loads(texts["gen_ai.output.messages"])[0]["parts"][1]["arguments"] == {"id": 7}
    attributes = dict(span.attributes or {})
    assert span.context is not None
    where = referred(str(attributes.pop("spanwright.content.ref")))
    assert where is not None
    assert where[1:] == (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
    assert not any("Be brief" in str(value) or "bob@" in str(value) for value in attributes.values())
    assert [prompt.text for prompt in prompts(FolderPlace(tmp_path))] == ["Be brief."]


def test_the_utilities_own_variable_names_the_place(tmp_path: Path, call: Call) -> None:
    """Where ours says nothing."""
    hook = CompletionHook({BASE_PATH_VARIABLE: str(tmp_path)})
    span = call(hook)
    assert hook.flush()
    assert len(kept(tmp_path, span)) == 3


def test_events_refer_too(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the utilities make an event of a call."""
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    logs = LoggerProvider()
    logs.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT", "true")
    span = call(CompletionHook({"SPANWRIGHT_OFFLOAD_URL": str(tmp_path)}), logs)
    (event,) = exporter.get_finished_logs()
    ref = (span.attributes or {})["spanwright.content.ref"]
    assert (event.log_record.attributes or {})["spanwright.content.ref"] == ref


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({}, "no place is named. Set SPANWRIGHT_OFFLOAD_URL or OTEL_INSTRUMENTATION_GENAI_UPLOAD_BASE_PATH"),
        ({"SPANWRIGHT_OFFLOAD_URL": "gs://bucket"}, "the place cannot be used"),
        ({"SPANWRIGHT_STEPS": "offload"}, "the steps mask and offload do not both run"),
        ({"SPANWRIGHT_OFFLOAD_RETENTION_DAYS": "x"}, 'Cannot use SPANWRIGHT_OFFLOAD_RETENTION_DAYS="x"'),
    ],
)
def test_what_is_not_set_up_keeps_nothing(
    environ: dict[str, str], why: str, call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    """Above all nothing unmasked; the log says why, once."""
    with caplog.at_level(logging.ERROR):
        span = call(CompletionHook(environ))
    assert "spanwright.content.ref" not in (span.attributes or {})
    assert why in caplog.records[-1].getMessage()


def test_the_application_never_waits(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """What finds the queue full is lost, counted, and refers to nothing."""
    monkeypatch.setattr(completion_hook, "MOST_WAITING", 0)
    counters = Counters()
    span = call(CompletionHook({"SPANWRIGHT_OFFLOAD_URL": str(tmp_path)}, counters))
    assert "spanwright.content.ref" not in (span.attributes or {})
    assert counters.counts().content_lost == {"queue_full": 1}


def test_strange_arguments_do_no_harm(tmp_path: Path) -> None:
    """No span, no trace, nothing at all, objects of no known kind."""
    hook = CompletionHook({"SPANWRIGHT_OFFLOAD_URL": str(tmp_path)})
    nothing: dict[str, Any] = {"inputs": [], "outputs": [], "system_instruction": []}
    hook.on_completion(**nothing)
    hook.on_completion(**{**nothing, "inputs": [object()]})
    hook.on_completion(**{**nothing, "inputs": 7, "later": True})
    provider = TracerProvider()
    with provider.get_tracer("t").start_as_current_span("chat") as span:
        hook.on_completion(**{**nothing, "inputs": [object(), {"raw": b"\x00"}]}, span=span)
    assert hook.flush()
    (text,) = kept(tmp_path, span).values()  # type: ignore[arg-type]
    assert text.endswith('{"raw":"AA=="}]')
    provider.shutdown()


def test_a_forked_child_has_a_queue_of_its_own(tmp_path: Path, call: Call) -> None:
    """Its completions are kept by a thread of its own."""
    hook = CompletionHook({"SPANWRIGHT_OFFLOAD_URL": str(tmp_path)})
    call(hook)
    assert hook.flush()
    pid = os.fork()
    if not pid:
        span = call(hook)
        os._exit(0 if hook.flush() and len(kept(tmp_path, span)) == 3 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
