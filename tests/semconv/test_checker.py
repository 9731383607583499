"""The checker names every kind of defect and is silent on correct spans, the SDK's and the pipeline's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from spanwright_processors.span import EditableEvent, EditableLink, EditableSpan
from spanwright_semconv import event_violations, violations
from spanwright_semconv.checker import expected_name

CHAT: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
}


def span(
    attributes: dict[str, Any],
    name: str = "chat gpt-4o",
    kind: SpanKind = SpanKind.CLIENT,
    status: StatusCode = StatusCode.UNSET,
    events: list[EditableEvent] | None = None,
    links: list[EditableLink] | None = None,
) -> EditableSpan:
    return EditableSpan(
        name=name,
        kind=kind,
        trace_id=1,
        span_id=2,
        parent_span_id=None,
        parent_is_remote=None,
        start_ns=0,
        end_ns=1,
        attributes=attributes,
        events=events or [],
        links=links or [],
        status_code=status,
        status_description=None,
        resource={},
        scope_name="test",
        scope_version=None,
    )


def recorded(
    name: str, kind: SpanKind, attributes: dict[str, Any], error: Exception | None = None
) -> ReadableSpan:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("test").start_as_current_span(name, kind=kind) as active:
        active.set_attributes(attributes)
        if error is not None:
            active.record_exception(error)
            active.set_status(Status(StatusCode.ERROR))
    provider.shutdown()
    return exporter.get_finished_spans()[0]


def only(found: list[str]) -> str:
    """The single violation; fails when there are more, so that one defect is reported once."""
    assert len(found) == 1, found
    return found[0]


def test_a_complete_span_of_the_sdk_is_correct() -> None:
    """A chat span with content, usage and a recorded exception has no violation."""
    attributes = {
        **CHAT,
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]),
        "gen_ai.prompt.variable.city": "Berlin",
        "spanwright.eval.groundedness": 0.9,
        "error.type": "ValueError",
        "http.request.method": "POST",
    }
    assert violations(recorded("chat gpt-4o", SpanKind.CLIENT, attributes, ValueError("no"))) == []


def test_a_span_of_the_pipeline_is_held_against_the_same_rules() -> None:
    """The checker reads the SDK's span and the pipeline's span alike."""
    wrong = {**CHAT, "gen_ai.usage.input_tokens": "12"}
    assert violations(span(CHAT)) == []
    assert violations(span(wrong)) == violations(recorded("chat gpt-4o", SpanKind.CLIENT, wrong))


def test_spans_of_other_conventions_are_only_checked_for_names() -> None:
    """An HTTP span may have any name, kind and attributes of its own namespaces."""
    assert violations(span({"http.request.method": "GET", "user_agent.x": 1}, "GET /", SpanKind.SERVER)) == []
    assert "gen_ai.nothing" in only(violations(span({"gen_ai.nothing": 1}, "GET /", SpanKind.SERVER)))


@pytest.mark.parametrize(
    "key",
    [
        "gen_ai.requst.model",
        "spanwright.cost",
        "mcp.tool",
        "openai.model",
        "aws.bedrock.model",
        "spanwright.eval",
    ],
)
def test_unknown_attribute(key: str) -> None:
    """A name of a known namespace that the registry does not hold is a violation; so is a bare template."""
    assert only(violations(span({**CHAT, key: "x"}))).startswith(f"{key} is not in the registry")


@pytest.mark.parametrize(
    ("key", "instead"),
    [("gen_ai.system", "gen_ai.provider.name"), ("gen_ai.prompt", "gen_ai.input.messages")],
)
def test_deprecated_attribute(key: str, instead: str) -> None:
    """A deprecated attribute is reported with the one to use."""
    found = only(violations(span({**CHAT, key: "openai"})))
    assert "is deprecated" in found
    assert instead in found


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gen_ai.usage.input_tokens", 3.0),
        ("gen_ai.usage.input_tokens", True),
        ("gen_ai.request.temperature", 1),
        ("gen_ai.request.stream", 1),
        ("gen_ai.response.id", 7),
        ("gen_ai.response.finish_reasons", "stop"),
        ("gen_ai.response.finish_reasons", ["stop", 1]),
        ("spanwright.eval.groundedness", 1),
        ("server.port", "443"),
    ],
)
def test_wrong_type(key: str, value: object) -> None:
    """Values must have exactly the registered type: an int is not a double, a boolean is not an int."""
    assert only(violations(span({**CHAT, key: value}))).startswith(f"{key} is ")


def test_closed_enumeration() -> None:
    """Only closed enumerations refuse other values."""
    found = only(violations(span({**CHAT, "spanwright.outcome": "fine"})))
    assert "success, error, partial, fallback" in found
    assert violations(span({**CHAT, "gen_ai.provider.name": "own-gateway"})) == []


def test_missing_required_attribute() -> None:
    """A span type's required attributes must be there."""
    attributes = {key: value for key, value in CHAT.items() if key != "gen_ai.provider.name"}
    assert only(violations(span(attributes))).startswith("gen_ai.provider.name is missing")


def test_error_without_type() -> None:
    """A span whose status is an error must say which."""
    assert only(violations(span(CHAT, status=StatusCode.ERROR))).startswith("error.type is missing")
    assert violations(span({**CHAT, "error.type": "X"}, status=StatusCode.ERROR)) == []


def test_wrong_kind() -> None:
    """A span type allows certain kinds only."""
    assert "has kind server" in only(violations(span(CHAT, kind=SpanKind.SERVER)))
    assert violations(span(CHAT, kind=SpanKind.INTERNAL)) == []


def test_wrong_name() -> None:
    """The span name follows the type's pattern, a missing attribute being left out."""
    assert "Name it 'chat gpt-4o'" in only(violations(span(CHAT, name="openai.chat")))
    bare = {key: value for key, value in CHAT.items() if key != "gen_ai.request.model"}
    assert violations(span(bare, name="chat")) == []


def test_a_failed_step_may_have_taken_the_name() -> None:
    """The name of a span whose content was dropped is not held against the pattern."""
    assert violations(span({**CHAT, "spanwright.processing.failed_steps": ["mask"]}, name="span")) == []


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("gen_ai.input.messages", '[{"role":"user"', "is not JSON"),
        ("gen_ai.input.messages", "{}", "is an object, not a list"),
        ("gen_ai.input.messages", '[{"parts":[]}]', "[0]: role is missing"),
        (
            "gen_ai.output.messages",
            '[{"role":"a","parts":[{"type":"text"}]}]',
            "[0].parts[0]: content is missing",
        ),
        ("gen_ai.system_instructions", '[{"content":"x"}]', "[0]: type is missing"),
        ("gen_ai.tool.definitions", '[{"type":"function"}]', "[0]: name is missing"),
        ("gen_ai.retrieval.documents", '[{"id":"a","score":"high"}]', "[0].score: is text"),
    ],
)
def test_content_that_does_not_fit_its_shape(key: str, value: str, place: str) -> None:
    """Content attributes hold JSON text of the official shape."""
    assert place in only(violations(span({**CHAT, key: value})))


def test_structured_content_is_checked_too() -> None:
    """Content given as lists and objects, as events carry it, is held against the same shapes."""
    good = [{"role": "user", "parts": [{"type": "own.kind", "x": 1}]}]
    name = "gen_ai.client.inference.operation.details"
    assert event_violations(name, {**CHAT, "gen_ai.input.messages": good}) == []
    assert "parts is missing" in only(
        event_violations(name, {**CHAT, "gen_ai.input.messages": [{"role": "u"}]})
    )


def test_events_and_links_are_checked() -> None:
    """Attributes of events and links follow the registry; events of our namespaces must be in it."""
    events = [EditableEvent("spanwright.hitl.requested", 0, {}), EditableEvent("spanwright.nothing", 0, {})]
    links = [EditableLink(1, 2, {"gen_ai.nothing": 1})]
    found = violations(span(CHAT, events=events, links=links))
    assert len(found) == 3
    assert "spanwright.hitl.reason is missing" in found[0]
    assert "event spanwright.nothing is not in the registry" in found[1]
    assert found[2].startswith("link 0: gen_ai.nothing")


def test_links_of_the_sdk_are_checked() -> None:
    """A link of the SDK's span, whose attributes may be None, does not break the checker."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("a") as first:
        links = [Link(first.get_span_context())]
    with tracer.start_as_current_span("b", links=links):
        pass
    provider.shutdown()
    assert violations(exporter.get_finished_spans()[1]) == []


@pytest.mark.parametrize(
    ("name", "kind", "attributes"),
    [
        ("embeddings m", SpanKind.CLIENT, {"gen_ai.provider.name": "openai", "gen_ai.request.model": "m"}),
        (
            "retrieval docs",
            SpanKind.CLIENT,
            {"gen_ai.data_source.id": "docs", "spanwright.retrieval.returned": 3},
        ),
        ("rerank m", SpanKind.CLIENT, {"gen_ai.request.model": "m"}),
        ("execute_tool t", SpanKind.INTERNAL, {"gen_ai.tool.name": "t"}),
        (
            "invoke_workflow w",
            SpanKind.INTERNAL,
            {"gen_ai.workflow.name": "w", "spanwright.outcome": "success"},
        ),
        ("invoke_agent a", SpanKind.INTERNAL, {"gen_ai.agent.name": "a"}),
        ("invoke_agent a", SpanKind.CLIENT, {"gen_ai.agent.name": "a", "gen_ai.provider.name": "openai"}),
        ("search_memory", SpanKind.CLIENT, {"gen_ai.memory.store.id": "s"}),
    ],
)
def test_span_types_by_operation(name: str, kind: SpanKind, attributes: dict[str, Any]) -> None:
    """The operation, and the kind where two types share it, decides the span type."""
    assert (
        violations(span({"gen_ai.operation.name": name.split(maxsplit=1)[0], **attributes}, name, kind)) == []
    )


def test_remote_agents_need_a_provider() -> None:
    """`invoke_agent` of kind CLIENT is the remote type, which requires the provider."""
    found = violations(span({"gen_ai.operation.name": "invoke_agent"}, "invoke_agent", SpanKind.CLIENT))
    assert only(found).startswith("gen_ai.provider.name is missing")


def test_mcp_spans() -> None:
    """MCP spans are named by method and tool or prompt; a tool span that carries MCP attributes stays one."""
    call = {"mcp.method.name": "tools/call", "gen_ai.tool.name": "t", "gen_ai.operation.name": "execute_tool"}
    assert violations(span(call, "tools/call t", SpanKind.CLIENT)) == []
    assert violations(span(call, "tools/call t", SpanKind.SERVER)) == []
    assert violations(span(call, "execute_tool t", SpanKind.INTERNAL)) == []
    prompt = {"mcp.method.name": "prompts/get", "gen_ai.prompt.name": "p"}
    assert violations(span(prompt, "prompts/get p", SpanKind.CLIENT)) == []
    assert "has kind internal" in only(violations(span(prompt, "prompts/get p", SpanKind.INTERNAL)))


def test_operations_outside_the_registry_have_no_span_type() -> None:
    """The operation is an open enumeration: an unknown one is checked for attribute names only."""
    assert violations(span({"gen_ai.operation.name": "dream"}, "anything", SpanKind.PRODUCER)) == []


@pytest.mark.parametrize(
    ("attributes", "name"),
    [({"a": "x", "b": "y"}, "x y"), ({"a": "x"}, "x"), ({"a": "x", "c": "z"}, "x z"), ({}, "")],
)
def test_expected_name(attributes: dict[str, str], name: str) -> None:
    """`{b|c}` takes the first that is set; what is missing goes with the space before it."""
    assert expected_name("{a} {b|c}", attributes) == name
