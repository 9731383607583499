"""Every provider's tools get spans where a loop written by hand opens none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode
from spanwright_instrumentation.tool import tool
from support.contract import each, settled
from support.provider_drivers import driver_module, drivers
from support.recording import Recording, instrumented, recorded_operations
from support.tool_loops import ARGUMENTS, LOOPS, RESULTS, WITHOUT_ERRORS
from support.wire import Wire

WAYS = [
    pytest.param(name, is_async, streams, id=f"{name}-{'async' if is_async else 'sync'}-{streams}")
    for name in LOOPS
    for is_async in (False, True)
    for streams in ("whole", "streamed")
]


class Loop:
    """An application that calls the model, runs the tools and calls the model again."""

    def __init__(self, name: str, is_async: bool, streams: bool) -> None:
        self.module = driver_module(name)
        self.is_async = is_async and not getattr(self.module, "IS_SYNC_ONLY", False)
        self.streams = streams
        answers = [self.module.answer(kind, stream=streams) for kind in ("tools", "text", "text")]
        self.client = self.module.client(Wire(answers), is_async=self.is_async, max_retries=0)

    async def ask(self, request: dict[str, Any], kind: str) -> None:
        """One call, its answer read to the end."""
        with patch.dict(self.module.REQUEST, request):
            result = await settled(self._create(request, kind))
        if self.streams:
            async for _ in each(result):
                pass

    def _create(self, request: dict[str, Any], kind: str) -> Any:
        if "toolConfig" not in request:
            return self.module.create(self.client, stream=self.streams, kind=kind)
        sent = {"modelId": self.module.REQUEST["model"], **request}
        if self.streams:
            return self.module.Events(self.client.converse_stream(**sent))
        return self.client.converse(**sent)


@asynccontextmanager
async def looping(name: str, is_async: bool, streams: str) -> AsyncIterator[tuple[Loop, Recording]]:
    if name not in drivers():
        pytest.skip(f"the library of {name} is not installed")
    loop, recording = Loop(name, is_async, streams == "streamed"), Recording()
    with recorded_operations(recording), instrumented(loop.module.instrumentor(), recording):
        yield loop, recording


def tools_of(recording: Recording) -> list[ReadableSpan]:
    return [span for span in recording.spans if span.name == "execute_tool lookup_order"]


def test_every_driver_has_a_loop() -> None:
    """A provider joins this suite by one entry of the table."""
    assert {*drivers()} <= {*LOOPS}


@pytest.mark.parametrize(("name", "is_async", "streams"), WAYS)
def test_inferred(name: str, is_async: bool, streams: str) -> None:
    """Each tool is a child of the model call that asked, with what was generated and what came back; once."""

    async def run() -> None:
        async with looping(name, is_async, streams) as (loop, recording):
            first, second = LOOPS[name]("string")
            await loop.ask(first, "tools")
            await loop.ask(second, "text")
            await loop.ask(second, "text")
            spans = recording.spans
            tools = tools_of(recording)
            models = [span for span in spans if span not in tools]
            assert len(models) == 3
            assert {span.parent.span_id for span in tools if span.parent} == {models[0].context.span_id}
            for span in tools:
                # A stream may tell of a call long before its end.
                answered = models[0].start_time if loop.streams else models[0].end_time
                assert (answered or 0) <= (span.start_time or 0)
                assert (span.end_time or 0) <= (models[1].start_time or 0)
            assert recording.metric_points("gen_ai.execute_tool.duration") == []
            assert [described(span) for span in tools] == expected(name, models[0], "string")

    asyncio.run(run())


def described(span: ReadableSpan) -> dict[str, Any]:
    found = dict(span.attributes or {})
    return {
        "arguments": json.loads(str(found["gen_ai.tool.call.arguments"])),
        "result": str(found["gen_ai.tool.call.result"]),
        "valid": found.get("spanwright.tool.arguments.valid"),
        "problems": found.get("spanwright.tool.arguments.problems"),
        "inferred": found["spanwright.tool.inferred"],
        "error": found.get("error.type"),
        "status": span.status.status_code,
    }


def expected(name: str, model: ReadableSpan, kind: str) -> list[dict[str, Any]]:
    fails = name not in WITHOUT_ERRORS
    results: tuple[Any, ...] = RESULTS
    if name == "google_genai":
        results = tuple(
            json.dumps({key: result}, separators=(",", ":"))
            for key, result in zip(("output", "error"), RESULTS, strict=True)
        )
    return [
        {
            "arguments": ARGUMENTS,
            "result": result,
            "valid": kind == "string",
            "problems": None if kind == "string" else ("type: order",),
            "inferred": True,
            "error": "tool_error" if fails and at else None,
            "status": StatusCode.ERROR if fails and at else StatusCode.UNSET,
        }
        for at, result in enumerate(results)
    ]


@pytest.mark.parametrize("name", LOOPS)
def test_arguments_that_do_not_fit(name: str) -> None:
    """What the request offered the tool with decides."""

    async def run() -> None:
        async with looping(name, False, "whole") as (loop, recording):
            first, second = LOOPS[name]("integer")
            await loop.ask(first, "tools")
            await loop.ask(second, "text")
            model = recording.spans[0]
            assert [described(span) for span in tools_of(recording)] == expected(name, model, "integer")

    asyncio.run(run())


@pytest.mark.parametrize("name", LOOPS)
def test_never_beside_a_real_span(name: str) -> None:
    """A tool that was run under a span of its own has that one, with the verdict on its arguments."""

    @tool
    def lookup_order(order: str) -> str:
        return f"sent {order}"

    async def run() -> None:
        async with looping(name, False, "whole") as (loop, recording):
            first, second = LOOPS[name]("integer")
            with recording.telemetry.tracer.start_as_current_span("request"):
                await loop.ask(first, "tools")
                lookup_order("A-17")
                lookup_order("A-17")
                await loop.ask(second, "text")
            found = [dict(span.attributes or {}) for span in tools_of(recording)]
            assert [each.get("spanwright.tool.inferred") for each in found] == [None, None]
            assert [each["spanwright.tool.arguments.problems"] for each in found] == [("type: order",)] * 2

    asyncio.run(run())
