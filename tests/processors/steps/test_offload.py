from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from spanwright_processors import attach
from spanwright_processors.chain import StepChain
from spanwright_processors.counters import Counters
from spanwright_processors.offload.layout import referred
from spanwright_processors.offload.offloader import Offloader
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.otlp import process_traces
from spanwright_processors.span import EditableEvent, EditableLogRecord
from spanwright_processors.steps.mask import Mask
from spanwright_processors.steps.offload import Offload, OffloadSettings, offloader
from spanwright_processors.steps.truncate import Truncate
from spanwright_semconv.checker import violations
from support.editable import editable_span
from support.full_texts import conversation, hexed, settings

QUESTION = (
    '[{"role":"user","parts":[{"type":"text","content":"I am bob@example.com, ' + "help! " * 900 + '"}]}]'
)
MASKED = QUESTION.replace("bob@example.com", "[EMAIL]")


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Offloader]:
    one = Offloader(settings(tmp_path, retention_days=0), counters=Counters(), linger_seconds=0.0)
    yield one
    one.close()


def stored(keeper: Offloader, folder: Path, trace: int = 1) -> dict[str, str]:
    assert keeper.flush()
    found = trace_texts(FolderPlace(folder), hexed(trace))
    return {value.key: value.text for one in found for value in one.span.values}


def test_the_masked_text_is_kept_before_it_is_cut(keeper: Offloader, tmp_path: Path) -> None:
    """What the SDK's exporter gets is short and refers to what is whole, masked, byte for byte."""
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    steps: list[Any] = [Mask(), Offload(keeper=keeper), Truncate()]
    attach(provider, StepChain(steps, Counters()))
    with provider.get_tracer("test").start_as_current_span("chat gpt-4o") as span:
        span.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.input.messages": QUESTION})
    (exported,) = exporter.get_finished_spans()
    attributes = exported.attributes or {}
    assert exported.context is not None
    trace_id, span_id = exported.context.trace_id, exported.context.span_id
    ref = str(attributes["spanwright.content.ref"])
    assert ref.startswith(f"file://{tmp_path}/20")
    assert referred(ref) == (ref.split("/")[-4], hexed(trace_id), f"{span_id:016x}")
    assert attributes["spanwright.content.truncated"] is True
    assert len(str(attributes["gen_ai.input.messages"])) < 3000
    assert stored(keeper, tmp_path, trace_id) == {"gen_ai.input.messages": MASKED}
    digest = attributes["spanwright.truncated.sha256.gen_ai.input.messages"]
    assert digest == hashlib.sha256(MASKED.encode()).hexdigest()
    provider.shutdown()


def test_the_same_over_otlp(keeper: Offloader, tmp_path: Path) -> None:
    """In the Collector's path a span's text is kept as in the process."""
    request = ExportTraceServiceRequest()
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(trace_id=bytes(15) + b"\x01", span_id=b"12345678")
    )
    span.attributes.add(key="gen_ai.input.messages").value.string_value = QUESTION
    documents = span.attributes.add(key="gen_ai.retrieval.documents").value.array_value
    documents.values.add().kvlist_value.values.add(key="id").value.string_value = "d1"
    process_traces(request, StepChain([Mask(), Offload(keeper=keeper)], Counters()))
    refs = [one.value.string_value for one in span.attributes if one.key == "spanwright.content.ref"]
    assert [ref[-17:] for ref in refs] == ["#3132333435363738"]
    assert stored(keeper, tmp_path) == {
        "gen_ai.input.messages": MASKED,
        "gen_ai.retrieval.documents": '[{"id":"d1"}]',
    }


def test_a_span_with_a_reference_keeps_to_the_conventions(keeper: Offloader) -> None:
    """The reference is an attribute of the registry's."""
    span = editable_span({"gen_ai.operation.name": "chat", "gen_ai.input.messages": conversation(1)})
    Offload(keeper=keeper)(span)
    ref = {"spanwright.content.ref": span.attributes["spanwright.content.ref"]}
    assert violations(editable_span(ref, name="span")) == []


def test_text_may_leave_the_span(keeper: Offloader, tmp_path: Path) -> None:
    """By choice the reference alone goes on: no text in attributes, events, status; figures stay."""
    span = editable_span(
        {"gen_ai.operation.name": "chat", "gen_ai.input.messages": "[]", "gen_ai.usage.input_tokens": 7},
        events=[EditableEvent("exception", 0, {"exception.message": "no", "exception.type": "ValueError"})],
        description="it failed",
    )
    step = Offload(settings(tmp_path, text_on_span=False), keeper)
    step(span)
    assert [*span.attributes] == [
        "gen_ai.operation.name",
        "gen_ai.usage.input_tokens",
        "spanwright.content.ref",
    ]
    assert span.events[0].attributes == {"exception.type": "ValueError"}
    assert span.status_description is None
    assert stored(keeper, tmp_path) == {
        "gen_ai.input.messages": "[]",
        "exception.message": "no",
        "": "it failed",
    }


def test_what_could_not_be_kept_stays(keeper: Offloader, tmp_path: Path) -> None:
    """A span whose text has no room goes on with it, like any other, and without a reference."""
    keeper.close()
    span = editable_span({"gen_ai.operation.name": "chat", "gen_ai.input.messages": "[]"})
    Offload(settings(tmp_path, text_on_span=False), keeper)(span)
    assert span.attributes == {"gen_ai.operation.name": "chat", "gen_ai.input.messages": "[]"}


def test_log_records_too(keeper: Offloader, tmp_path: Path) -> None:
    """A GenAI event gets a reference of its own; other records are left alone."""
    event = EditableLogRecord({"content": "hi"}, {"user.hash": "3f"}, "gen_ai.user.message", 1, 2, {})
    Offload(settings(tmp_path, text_on_span=False), keeper).log(event)
    assert [*event.attributes] == ["user.hash", "spanwright.content.ref"]
    assert event.body is None
    other = EditableLogRecord("hello", {}, None, 1, 2, {})
    Offload(keeper=keeper).log(other)
    assert (other.body, other.attributes) == ("hello", {})
    assert stored(keeper, tmp_path) == {"": '{"content":"hi"}'}


def test_nothing_happens_without_a_url() -> None:
    """The step is in every chain and costs nothing until it is told where."""
    span = editable_span({"gen_ai.input.messages": "[]"})
    step = Offload()
    step(span)
    step.log(EditableLogRecord("hello", {}, "gen_ai.x", 1, 2, {}))
    assert span.attributes == {"gen_ai.input.messages": "[]"}


def test_what_is_missing_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """Without its library nothing is stored; spans go on without references."""
    assert offloader(OffloadSettings()) is None
    with caplog.at_level(logging.ERROR):
        assert offloader(OffloadSettings(url="gs://bucket")) is None
    (record,) = caplog.records
    assert record.getMessage() == (
        "Cannot store full texts at gs://bucket: gcsfs is not installed. Run: pip install gcsfs "
        "Until this is corrected, no full text is kept."
    )


def test_the_libraries_are_not_needed_until_then() -> None:
    """Without the extra the step loads, and says what to install where texts are to be kept."""
    code = (
        "import sys, logging; logging.basicConfig(format='%(message)s')\n"
        "sys.modules.update(dict.fromkeys(['fsspec', 'backports', 'compression']))\n"
        "from spanwright_processors.steps.offload import Offload, OffloadSettings\n"
        "Offload(); Offload(OffloadSettings(url='/tmp/texts'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == (
        "Cannot store full texts: zstd is not installed. Run: pip install 'spanwright-processors[content]' "
        "Until this is corrected, no full text is kept.\n"
    )
