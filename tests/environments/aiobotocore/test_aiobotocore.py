"""Bedrock over the real aiobotocore and its real HTTP, with a server on this machine at the other end."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import pytest
from opentelemetry import context as otel_context
from opentelemetry.trace import StatusCode
from spanwright_instrumentation import stream
from spanwright_instrumentation.providers.bedrock import BedrockInstrumentor
from spanwright_instrumentation.watcher import Watcher
from support.drivers import bedrock
from support.recording import Recording, instrumented
from support.wire import Answer

pytest.importorskip("aiobotocore")

MODEL = "eu.amazon.nova-lite-v1:0"
CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
ASKED: dict[str, Any] = {
    "modelId": MODEL,
    "messages": [{"role": "user", "content": [{"text": "Say hello"}]}],
}
CLAUDES: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "Hello to you"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 12, "output_tokens": 5},
}
BODY = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hi"}],
}


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    monkeypatch.setattr(stream, "watcher", Watcher(0.2))
    with instrumented(BedrockInstrumentor(), Recording()) as recording:
        yield recording


@asynccontextmanager
async def served(*answers: Answer) -> AsyncIterator[Any]:
    """A client of a server that gives these answers one after the other."""
    web = import_module("aiohttp.web")
    left = list(answers)

    async def handle(request: Any) -> Any:
        await request.read()
        answer = left.pop(0)
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        response = web.StreamResponse(status=answer.status, headers=headers)
        await response.prepare(request)
        for part in answer.parts:
            assert isinstance(part, bytes)
            await response.write(part)
        return response

    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    session = import_module("aiobotocore.session").get_session()
    config = import_module("aiobotocore.config").AioConfig(retries={"max_attempts": 2, "mode": "standard"})
    try:
        async with session.create_client(
            "bedrock-runtime",
            region_name="eu-west-1",
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id="AKIATEST",
            aws_secret_access_key="test",
            config=config,
        ) as client:
            yield client
    finally:
        await runner.cleanup()


async def ended(recording: Recording) -> dict[str, Any]:
    """Attributes of the only span, once it has ended."""
    for _ in range(200):
        if recording.spans:
            break
        await asyncio.sleep(0.02)
    (span,) = recording.spans
    return dict(span.attributes or {})


def whole(body: dict[str, Any]) -> Answer:
    headers = {"content-type": "application/json", "x-amzn-requestid": "req_1"}
    return Answer((json.dumps(body).encode(),), headers=headers)


async def test_converse(recording: Recording) -> None:
    """A plain call: what was asked and answered, with tokens and the request's id."""
    async with served(bedrock.answer("text", stream=False)) as client:
        before = otel_context.get_current()
        answered = await client.converse(**ASKED)
        assert otel_context.get_current() is before
    assert answered["stopReason"] == "end_turn"
    found = recording.call_attributes()
    assert found.pop("server.port") > 0
    assert found == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "aws.bedrock",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.finish_reasons": ("end_turn",),
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 5,
        "server.address": "127.0.0.1",
        "spanwright.finish_reason": "stop",
        "spanwright.request.id": "req_1",
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Say hello"}]}],
        "gen_ai.output.messages": [
            {
                "role": "assistant",
                "finish_reason": "end_turn",
                "parts": [{"type": "text", "content": "Hello to you"}],
            }
        ],
    }


async def test_converse_stream(recording: Recording) -> None:
    """A stream that is read to its end has all that a plain answer has, and when its first pieces came."""
    async with served(bedrock.answer("text", stream=True)) as client:
        before = otel_context.get_current()
        stream = (await client.converse_stream(**ASKED))["stream"]
        events = [event async for event in stream]
        assert otel_context.get_current() is before
    assert "metadata" in events[-1]
    found = recording.call_attributes()
    assert (found["gen_ai.usage.output_tokens"], found["spanwright.finish_reason"]) == (5, "stop")
    assert "spanwright.time_to_first_token" in (recording.spans[0].attributes or {})


@pytest.mark.parametrize("leaving", ["closed", "dropped", "kept"])
async def test_half_read_stream(recording: Recording, leaving: str) -> None:
    """Closed, dropped or kept, a half-read stream ends, without tokens and without an error."""
    async with served(bedrock.answer("text", stream=True)) as client:
        stream = (await client.converse_stream(**ASKED))["stream"]
        async for _ in stream:
            break
        if leaving == "closed":
            stream.close()
        elif leaving == "dropped":
            del stream
            gc.collect()
        found = await ended(recording)
    assert "gen_ai.usage.input_tokens" not in found
    assert recording.spans[0].status.status_code is StatusCode.UNSET


async def test_error_in_a_stream(recording: Recording) -> None:
    """An event that tells of a failure is the application's exception, and the span's."""
    parts = (*bedrock.answer("text", stream=True).parts[:3], bedrock.ERROR_EVENT)
    headers = bedrock.answer("text", stream=True).headers
    async with served(Answer(parts, headers=headers)) as client:
        stream = (await client.converse_stream(**ASKED))["stream"]
        with pytest.raises(Exception, match="Too many requests") as raised:
            _ = [event async for event in stream]
    found = await ended(recording)
    assert found["error.type"].endswith(type(raised.value).__name__)
    assert recording.spans[0].status.status_code is StatusCode.ERROR


async def test_refused_and_repeated(recording: Recording) -> None:
    """A refusal is an error with the request's id; repetitions of a request are counted."""
    broken = bedrock.refusal(503)
    async with served(bedrock.refusal(403), broken, bedrock.answer("text", stream=False)) as client:
        with pytest.raises(Exception, match="refused with 403"):
            await client.converse(**ASKED)
        await client.converse(**ASKED)
    refused, repeated = (dict(span.attributes or {}) for span in recording.spans)
    assert refused["spanwright.request.id"] == "req_1"
    assert "http.request.resend_count" not in refused
    assert repeated["http.request.resend_count"] == 1


@pytest.mark.parametrize("reading", ["at once", "in pieces", "with"])
async def test_invoked_model(recording: Recording, reading: str) -> None:
    """A body that the application reads in its own way is understood when it is whole."""
    async with served(whole(CLAUDES)) as client:
        answered = await client.invoke_model(modelId=CLAUDE, body=json.dumps(BODY))
        assert recording.spans == []
        if reading == "with":
            async with answered["body"] as body:
                data = await body.read()
        elif reading == "at once":
            data = await answered["body"].read()
        else:
            data = b"".join([piece async for piece in answered["body"].iter_chunks(7)])
    assert json.loads(data) == CLAUDES
    found = recording.call_attributes()
    assert found["gen_ai.response.model"] == "claude-sonnet-4-5-20250929"
    assert found["gen_ai.usage.output_tokens"] == 5


@pytest.mark.parametrize("leaving", ["closed", "dropped"])
async def test_body_that_nobody_reads(recording: Recording, leaving: str) -> None:
    """A body that is closed or dropped unread ends its span."""
    async with served(whole(CLAUDES)) as client:
        answered = await client.invoke_model(modelId=CLAUDE, body=json.dumps(BODY))
        if leaving == "closed":
            async with answered["body"]:
                pass
        del answered
        gc.collect()
        found = await ended(recording)
    assert "gen_ai.usage.input_tokens" not in found


async def test_other_services_and_cancelling(recording: Recording) -> None:
    """Calls of other services have no span; one that is cancelled has an error."""
    async with served(bedrock.answer("text", stream=False)) as client:
        task = asyncio.ensure_future(client.converse(**ASKED))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [span.status.status_code for span in recording.spans] in ([], [StatusCode.ERROR])
