"""Automatic function calling of Google's GenAI SDK: a span for each round trip, and for each function."""

# Without postponed annotations: older versions of the SDK cannot read those of functions.
import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from google.genai import types
from opentelemetry.trace import StatusCode
from spanwright_instrumentation import tool
from spanwright_instrumentation.providers.google_genai import GoogleGenAIInstrumentor
from spanwright_instrumentation.tool_registry import registry
from support.drivers.google_genai import client
from support.recording import Recording, instrumented
from support.wire import Answer, Wire


@pytest.fixture
def recording() -> Iterator[Recording]:
    logging.getLogger("google_genai").setLevel(logging.ERROR)
    with instrumented(GoogleGenAIInstrumentor(), Recording()) as recording:
        yield recording


def look_up(order: str) -> dict[str, str]:
    """Look an order up."""
    return {"order": order, "state": "sent"}


async def refund(order: str) -> str:
    """Pay an order back."""
    raise KeyError(order)


@tool(version="2.1")
def track(order: str) -> str:
    """Follow a parcel."""
    return f"{order} is on its way"


def called(*names: str) -> list[dict[str, Any]]:
    return [{"functionCall": {"name": name, "args": {"order": "A-17"}}} for name in names]


def wire(*answers: list[dict[str, Any]], stream: bool) -> Wire:
    """The other end, answering with these parts one after the other."""
    return Wire([_answer(parts, stream=stream) for parts in answers])


def _answer(parts: list[dict[str, Any]], *, stream: bool) -> Answer:
    candidate = {"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": "STOP"}
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 5}
    body = json.dumps({"candidates": [candidate], "usageMetadata": usage}).encode()
    kind = "text/event-stream" if stream else "application/json"
    return Answer((b"data: " + body + b"\r\n\r\n" if stream else body,), headers={"content-type": kind})


QUESTION = {"model": "gemini-2.5-flash", "contents": "Where is A-17?"}
TREE = """\
generate_content gemini-2.5-flash
  execute_tool look_up
  execute_tool track
  execute_tool look_up
generate_content gemini-2.5-flash"""
ANSWER = [{"text": "On its way."}]


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("rooted", [False, True], ids=["bare", "rooted"])
def test_functions(recording: Recording, stream: bool, rooted: bool) -> None:
    """Each round trip is a call with its own tokens; functions hang under the call that asked, whether the
    application has a span or not, and a decorated one is no second span."""
    made = client(
        wire(called("look_up", "track", "look_up"), ANSWER, stream=stream), is_async=False, max_retries=0
    )
    arguments = {**QUESTION, "config": {"tools": [look_up, track]}}

    def ask() -> str:
        if not stream:
            return str(made.models.generate_content(**arguments).text)
        chunks = made.models.generate_content_stream(**arguments)
        return "".join(part.text or "" for chunk in chunks for part in chunk.candidates[0].content.parts)

    if rooted:
        with recording.telemetry.tracer.start_as_current_span("request"):
            assert ask() == "On its way."
        indented = "\n".join(f"  {line}" for line in TREE.splitlines())
        assert recording.tree() == f"request\n{indented}"
    else:
        assert ask() == "On its way."
        assert recording.tree() == TREE
    calls = [dict(span.attributes or {}) for span in recording.spans if span.name.startswith("generate")]
    assert [call["spanwright.finish_reason"] for call in calls] == ["tool_calls", "stop"]
    assert [call["gen_ai.usage.input_tokens"] for call in calls] == [10, 10]
    definitions = json.loads(str(calls[0]["gen_ai.tool.definitions"]))
    assert [each["name"] for each in definitions] == ["look_up", "track"]
    (tracked,) = [dict(span.attributes or {}) for span in recording.spans if span.name.endswith(" track")]
    assert tracked["spanwright.tool.version"] == "2.1"
    assert tracked["gen_ai.tool.call.result"] == "A-17 is on its way"
    assert registry.claim("look_up", trace_id=recording.spans[-1].context.trace_id) is None


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
async def test_asynchronous_functions(recording: Recording, stream: bool) -> None:
    """Functions that the SDK awaits, or runs in a thread, and one that raises: the model hears of it, and the
    span has the function's own exception."""
    made = client(wire(called("refund", "look_up"), ANSWER, stream=stream), is_async=True, max_retries=0)
    arguments = {**QUESTION, "config": {"tools": [look_up, refund]}}
    if stream:
        chunks = [chunk async for chunk in await made.models.generate_content_stream(**arguments)]
        assert chunks[-1].text == "On its way."
    else:
        await made.models.generate_content(**arguments)
    assert recording.tree().splitlines() == [
        "generate_content gemini-2.5-flash",
        "  execute_tool refund",
        "  execute_tool look_up",
        "generate_content gemini-2.5-flash",
    ]
    span = recording.span("execute_tool refund")
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "KeyError"
    last = json.loads(str(dict(recording.spans[-1].attributes or {})["gen_ai.input.messages"]))
    assert "error" in last[-1]["parts"][0]["response"]


async def test_requests_at_once_keep_their_functions(recording: Recording) -> None:
    """Functions of calls that run side by side, without a span of the application, are not mixed up."""

    async def ask() -> None:
        made = client(wire(called("look_up"), ANSWER, stream=False), is_async=True, max_retries=0)
        await made.models.generate_content(**QUESTION, config={"tools": [look_up]})

    await asyncio.gather(*(ask() for _ in range(5)))
    one = TREE.replace("  execute_tool track\n  execute_tool look_up\n", "")
    first, _ = one.rsplit("\n", 1)
    lines = recording.tree().splitlines()
    assert sorted(lines) == sorted(one.splitlines() * 5)
    asked = [at for at, line in enumerate(lines) if line.startswith("  ")]
    assert all(lines[at - 1] == first.splitlines()[0] for at in asked)


def test_functions_that_the_application_calls(recording: Recording) -> None:
    """Without automatic calling the answer's calls wait for the application's own tool spans."""
    made = client(wire(called("track"), stream=False), is_async=False, max_retries=0)
    off = types.AutomaticFunctionCallingConfig(disable=True)
    config = types.GenerateContentConfig(tools=[track], automatic_function_calling=off)
    with recording.telemetry.tracer.start_as_current_span("request"):
        made.models.generate_content(**QUESTION, config=config)
    known = registry.claim("track", trace_id=recording.spans[0].context.trace_id)
    assert known is not None
    assert known.model_span == recording.spans[1].context
