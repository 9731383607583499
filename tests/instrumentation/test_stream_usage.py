"""Usage of streams, asked for on the user's word and kept from the application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from spanwright_instrumentation.stream_usage import USAGE_VARIABLE
from support.contract import settled
from support.drivers.openai import REQUEST, answer, client, refusal
from support.recording import Recording, instrumented
from support.wire import Answer, Wire


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    monkeypatch.setenv(USAGE_VARIABLE, "true")
    with instrumented(OpenAIInstrumentor(), Recording()) as recording:
        yield recording


async def chunks(wire: Wire, *, is_async: bool, **options: Any) -> list[Any]:
    """All that the application gets of a stream."""
    completions = client(wire, is_async=is_async, max_retries=0).chat.completions
    result: Any = completions.create(**REQUEST, stream=True, **options)
    if not is_async:
        return list(result)
    return [chunk async for chunk in await result]


def sent(wire: Wire) -> Any:
    return json.loads(wire.requests[0].content)


@pytest.mark.parametrize("is_async", [False, True])
async def test_usage_is_asked_for_and_hidden(recording: Recording, is_async: bool) -> None:
    """The provider is asked, the span has its count, and the application sees no chunk without a choice."""
    wire = Wire([answer("text", stream=True)])
    seen = await chunks(wire, is_async=is_async)
    assert sent(wire)["stream_options"] == {"include_usage": True}
    assert all(chunk.choices for chunk in seen)
    assert len(seen) == len(answer("text", stream=True).parts) - 2
    assert recording.call_attributes()["gen_ai.usage.input_tokens"] == 12


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("options", [{"include_usage": True}, {"include_usage": False}])
async def test_what_the_application_asks_for_stands(
    recording: Recording, is_async: bool, options: dict[str, Any]
) -> None:
    """Options of its own are sent as they are, and what comes for them is its own."""
    wire = Wire([answer("text", stream=True)])
    seen = await chunks(wire, is_async=is_async, stream_options=options)
    assert sent(wire)["stream_options"] == options
    assert seen[-1].usage is not None


async def test_off_by_default(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's request is changed without being told to."""
    monkeypatch.delenv(USAGE_VARIABLE)
    wire = Wire([answer("text", stream=True)])
    assert (await chunks(wire, is_async=False))[-1].usage is not None
    assert "stream_options" not in sent(wire)


def test_neither_plain_nor_raw(recording: Recording) -> None:
    """A plain answer has its usage anyway; of a raw one nothing can be kept from its reader."""
    plain, raw = Wire([answer("text", stream=False)]), Wire([answer("text", stream=True)])
    client(plain, is_async=False, max_retries=0).chat.completions.create(**REQUEST)
    completions = client(raw, is_async=False, max_retries=0).chat.completions
    list(completions.with_raw_response.create(**REQUEST, stream=True).parse())
    assert "stream_options" not in sent(plain)
    assert "stream_options" not in sent(raw)


async def test_chunks_without_choices_that_are_no_usage(recording: Recording) -> None:
    """Azure begins a stream with a chunk about its filters: that is the application's."""
    whole = answer("text", stream=True)
    assert isinstance(whole.parts[0], bytes)
    first = json.loads(whole.parts[0][6:])
    filters = b"data: " + json.dumps({**first, "choices": []}).encode() + b"\n\n"
    seen = await chunks(Wire([Answer((filters, *whole.parts), headers=whole.headers)]), is_async=False)
    assert seen[0].choices == []
    assert seen[-1].choices


@pytest.mark.parametrize("is_async", [False, True])
async def test_refusals_and_streams_left(recording: Recording, is_async: bool) -> None:
    """Errors are the application's; a stream that is closed early ends its span as ever."""
    made = client(Wire([refusal(404), answer("text", stream=True)]), is_async=is_async, max_retries=0)
    with pytest.raises(Exception, match="refused with 404"):
        await settled(made.chat.completions.create(**REQUEST, stream=True))
    result: Any = made.chat.completions.create(**REQUEST, stream=True)
    stream = await result if is_async else result
    await anext(stream) if is_async else next(stream)
    await stream.close() if is_async else stream.close()
    assert [span.name for span in recording.spans] == ["chat gpt-4o"] * 2
    assert "gen_ai.usage.input_tokens" not in recording.call_attributes(1)
