"""Anthropic's SDK traces itself: one call has one span, by whoever is to record it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.native import NATIVE_VARIABLE
from spanwright_instrumentation.providers.anthropic import AnthropicInstrumentor
from support.drivers.anthropic import REQUEST, answer, client, event, events, whole
from support.recording import Recording, instrumented
from support.wire import Answer, Wire

TRACES_ITSELF = hasattr(anthropic.Anthropic, "open_telemetry")
needs_own_spans = pytest.mark.skipif(not TRACES_ITSELF, reason="this version makes no spans of its own")
OWN_SCOPE = "com.anthropic.sdk.python"


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(AnthropicInstrumentor(), Recording()) as recording:
        yield recording


def tracing(recording: Recording, wire: Wire, *, is_async: bool = False, **options: Any) -> Any:
    """A client whose own spans go where ours go."""
    if TRACES_ITSELF:
        options = {"open_telemetry": {"tracer_provider": recording.tracer_provider, **options}}
    return client(wire, is_async=is_async, max_retries=0, **options)


def scopes(recording: Recording) -> list[str]:
    return [span.instrumentation_scope.name for span in recording.spans if span.instrumentation_scope]


def calls_with_tokens(recording: Recording) -> int:
    return sum("gen_ai.usage.input_tokens" in (span.attributes or {}) for span in recording.spans)


def sent_parents(wire: Wire) -> list[str]:
    """Span ids in the requests' ``traceparent``."""
    found = [request.headers.get("traceparent") for request in wire.requests]
    return [header.split("-")[2] for header in found if header]


def span_ids(recording: Recording) -> list[str]:
    return [trace.format_span_id(span.context.span_id) for span in recording.spans]


async def test_one_call_one_span(recording: Recording) -> None:
    """Ours alone, for every way to call, and its ids are what the requests carry."""
    wires = [Wire([answer("text", stream=streams)]) for streams in (False, True, True, False, True)]
    plain, streamed, helped, plain_async, helped_async = wires
    tracing(recording, plain).messages.create(**REQUEST)
    list(tracing(recording, streamed).messages.create(**REQUEST, stream=True))
    with tracing(recording, helped).messages.stream(**REQUEST) as stream:
        stream.get_final_message()
    await tracing(recording, plain_async, is_async=True).messages.with_raw_response.create(**REQUEST)
    async with tracing(recording, helped_async, is_async=True).messages.stream(**REQUEST) as stream:
        await stream.get_final_message()
    assert [span.name for span in recording.spans] == ["chat claude-sonnet-5-5"] * 5
    if TRACES_ITSELF:
        assert [each for wire in wires for each in sent_parents(wire)] == span_ids(recording)


def test_spans_that_are_no_calls_stay(recording: Recording) -> None:
    """What the SDK alone records, such as a count of tokens, it goes on to record."""
    counted = Answer((b'{"input_tokens": 3}',), headers={"content-type": "application/json"})
    connection = tracing(recording, Wire([counted]))
    connection.beta.messages.count_tokens(model="claude-sonnet-5-5", messages=REQUEST["messages"])
    assert scopes(recording) == ([OWN_SCOPE] if TRACES_ITSELF else [])


@needs_own_spans
def test_own_spans_are_kept_where_wanted(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting leaves the calls to the SDK; a client with its spans switched off has ours all the same."""
    monkeypatch.setenv(NATIVE_VARIABLE, "mistralai, anthropic")
    tracing(recording, Wire([answer("text", stream=False)])).messages.create(**REQUEST)
    assert scopes(recording) == [OWN_SCOPE]
    assert calls_with_tokens(recording) == 1
    tracing(recording, Wire([answer("text", stream=False)]), traces=False).messages.create(**REQUEST)
    assert [span.name for span in recording.spans] == ["anthropic.messages.create", "chat claude-sonnet-5-5"]


@contextmanager
def recorded_outside(recording: Recording, how: str) -> Iterator[None]:
    """A gateway's call of ours around it, or instrumentation suppressed."""
    if how == "suppressed":
        with suppress_instrumentation():
            yield
        return
    known = {"gen_ai.provider.name": "any", "gen_ai.request.model": "router"}
    gateway = Invocation(recording.telemetry, "chat", "router", attributes=known)
    with gateway.current():
        yield
    gateway.stop()


@pytest.mark.parametrize("how", ["gateway", "suppressed"])
@pytest.mark.parametrize("native", ["", "anthropic"])
def test_nested_and_suppressed_calls_have_no_span(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, how: str, native: str
) -> None:
    """What is recorded further out, or by nobody, the SDK does not record either."""
    monkeypatch.setenv(NATIVE_VARIABLE, native)
    wire = Wire([answer("text", stream=False)])
    with recorded_outside(recording, how):
        tracing(recording, wire).messages.create(**REQUEST)
    assert [span.name for span in recording.spans] == (["chat router"] if how == "gateway" else [])
    if TRACES_ITSELF:
        assert sent_parents(wire) == span_ids(recording)


@needs_own_spans
def test_propagation_is_the_clients_choice(recording: Recording) -> None:
    """Requests carry no ids where the client says so, and those of an unsampled call where it has one."""
    wire = Wire([answer("text", stream=False)])
    tracing(recording, wire, propagation=False).messages.create(**REQUEST)
    assert sent_parents(wire) == []
    outside = SpanContext(0x1, 0x2, is_remote=False, trace_flags=TraceFlags(0))
    with trace.use_span(NonRecordingSpan(outside)):
        tracing(recording, wire).messages.create(**REQUEST)
    assert wire.requests[1].headers["traceparent"].startswith(f"00-{1:032x}-")
    assert wire.requests[1].headers["traceparent"].endswith("-00")
    assert len(recording.spans) == 1


@needs_own_spans
def test_conversation_of_the_client(recording: Recording) -> None:
    """The conversation that the client's option names is that of our span."""
    wire = Wire([answer("text", stream=False)])
    tracing(recording, wire, conversation_id="conv_1").messages.create(**REQUEST)
    assert recording.call_attributes()["gen_ai.conversation.id"] == "conv_1"


@needs_own_spans
def test_version_whose_spans_cannot_be_held_back(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the SDK's span is the one: two would count the tokens twice."""
    from anthropic import _base_client

    hook: Any = vars(_base_client)["start_api_call_span"]
    monkeypatch.setattr(_base_client, "start_api_call_span", hook.__wrapped__)
    tracing(recording, Wire([answer("text", stream=False)])).messages.create(**REQUEST)
    assert scopes(recording) == [OWN_SCOPE]


def test_tools_run_by_the_sdk(recording: Recording) -> None:
    """The SDK's runner of tools keeps its spans; each call of the model in it is one of ours."""
    if not hasattr(anthropic, "beta_tool"):
        pytest.skip("this version runs no tools")

    def lookup_order(order: str) -> str:
        """Look an order up.

        Args:
            order: Its number.
        """
        return f"{order} is on its way"

    asks = [{"type": "tool_use", "id": "toolu_1", "name": "lookup_order", "input": {"order": "A-17"}}]
    wire = Wire([whole(asks, "tool_use"), answer("text", stream=False)])
    messages = tracing(recording, wire).beta.messages
    runner = messages.tool_runner(**REQUEST, tools=[anthropic.beta_tool(lookup_order)])
    runner.until_done()
    assert calls_with_tokens(recording) == 2
    names = [span.name for span in recording.spans]
    assert names.count("chat claude-sonnet-5-5") == 2
    if TRACES_ITSELF:
        assert {"anthropic.messages.tool_runner", "anthropic.custom_tool_use lookup_order"} <= {*names}


def test_streams_left_to_the_sdk(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own span of a stream is as whole with us loaded as without."""
    monkeypatch.setenv(NATIVE_VARIABLE, "anthropic")
    blocks = [{"type": "text", "text": "Hello to you"}]
    sent = tuple(map(event, events(blocks, "end_turn")))
    wire = Wire([Answer(sent, headers={"content-type": "text/event-stream"})])
    list(tracing(recording, wire).messages.create(**REQUEST, stream=True))
    assert calls_with_tokens(recording) == 1
    assert len(recording.spans) == 1
