"""botocore's bodies and event streams, observed while the application reads them in any way it likes."""

from __future__ import annotations

import gc
import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import botocore.exceptions
import pytest
import urllib3
from botocore.response import StreamingBody
from botocore.stub import Stubber
from opentelemetry.trace import StatusCode
from spanwright_instrumentation.botocore_result import request_id
from spanwright_instrumentation.providers.bedrock import BedrockInstrumentor
from support.drivers import bedrock
from support.drivers.bedrock_invoke import invoked, over
from support.recording import Recording, instrumented
from support.wire import Answer, Failure

ANSWER = {"generation": "Hi", "prompt_token_count": 3, "generation_token_count": 1, "stop_reason": "stop"}
WHOLE = invoked(ANSWER)
CHUNKED = Answer(WHOLE.parts, headers={"content-type": "application/json", "x-amzn-requestid": "req_1"})


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(BedrockInstrumentor(), Recording()) as recording:
        yield recording


def body(answer: Answer) -> Any:
    """The body of an invoked model's answer."""
    return over(answer).invoke_model(modelId="meta.llama3", body=json.dumps({"prompt": "Hi"}))["body"]


def wait_for_span(recording: Recording) -> None:
    """What the collector ends, ends on a thread of its own."""
    deadline = time.monotonic() + 5
    while not recording.spans and time.monotonic() < deadline:
        time.sleep(0.01)


def with_raw(found: Any) -> bytes:
    with found as raw:
        assert isinstance(raw, urllib3.HTTPResponse)
        return raw.read()


def into_buffer(found: Any) -> bytes:
    buffer = bytearray(1000)
    size = found.readinto(buffer)
    assert found.readinto(buffer[size:]) == 0
    return bytes(buffer[:size])


WAYS: list[Callable[[Any], bytes]] = [
    lambda found: found.read(),
    lambda found: b"".join(iter(lambda: found.read(7), b"")),
    b"".join,
    lambda found: b"".join(found.iter_chunks(16)),
    lambda found: b"".join(found.iter_lines()),
    lambda found: b"".join(found._raw_stream.stream(5)),
    with_raw,
    *([into_buffer] if "readinto" in vars(StreamingBody) else []),
]


@pytest.mark.parametrize("answer", [WHOLE, CHUNKED], ids=["sized", "chunked"])
@pytest.mark.parametrize("way", WAYS)
def test_ways_of_reading(recording: Recording, way: Callable[[Any], bytes], answer: Answer) -> None:
    """However the body is read, the application gets its bytes and the span is whole."""
    assert json.loads(way(body(answer))) == ANSWER
    found = recording.call_attributes()
    assert found["gen_ai.usage.output_tokens"] == 1
    assert found["gen_ai.output.messages"][0]["parts"] == [{"type": "text", "content": "Hi"}]


def test_body_of_a_temporary(recording: Recording) -> None:
    """A body that only the call of its method holds on to is read as without us."""
    client = over(WHOLE)
    assert json.loads(client.invoke_model(modelId="m", body='{"prompt": "Hi"}')["body"].read()) == ANSWER
    assert len(recording.spans) == 1


def test_lines(recording: Recording) -> None:
    """What else a body can do, it does."""
    found = body(WHOLE)
    assert found.readable()
    assert found.readlines() == [WHOLE.parts[0]]
    assert len(recording.spans) == 1


def test_closed_unread(recording: Recording) -> None:
    """A body closed unread ends the span, with what the headers tell."""
    found = body(invoked(ANSWER, input_token_count="3", output_token_count="1"))
    assert recording.spans == []
    found.close()
    attributes = recording.call_attributes()
    assert attributes["gen_ai.usage.input_tokens"] == 3
    assert "gen_ai.response.finish_reasons" not in attributes


def test_dropped_unread(recording: Recording) -> None:
    """A body dropped unread ends the span, on a thread of its own."""
    found = body(WHOLE)
    del found
    gc.collect()
    wait_for_span(recording)
    assert recording.spans[0].status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            Answer((b'{"gen', Failure("ReadError")), headers={"content-length": "90"}),
            botocore.exceptions.ResponseStreamingError,
        ),
        (Answer((b'{"gen',), headers={"content-length": "90"}), botocore.exceptions.ResponseStreamingError),
    ],
    ids=["reset", "cut short"],
)
def test_broken_body(recording: Recording, answer: Answer, error: type[Exception]) -> None:
    """The span has the exception that botocore makes of the HTTP library's."""
    with pytest.raises(error):
        body(answer).read()
    found = recording.call_attributes()
    assert found["error.type"] == f"botocore.exceptions.{error.__name__}"


def test_stubbed_answer(recording: Recording) -> None:
    """A stub's body in memory is read at once; the application reads it all the same."""
    client = over(WHOLE)
    data = json.dumps(ANSWER).encode()
    reply = {"body": StreamingBody(io.BytesIO(data), len(data)), "contentType": "application/json"}
    with Stubber(client) as stubber:
        stubber.add_response("invoke_model", reply)
        answer = client.invoke_model(modelId="m", body='{"prompt": "Hi"}')
    assert recording.call_attributes()["gen_ai.usage.input_tokens"] == 3
    assert json.loads(answer["body"].read()) == ANSWER


def test_stream_read_again(recording: Recording) -> None:
    """An event stream left by ``break`` goes on where it was, and the span ends with it."""
    stream = over(bedrock.answer("text", stream=True)).converse_stream(
        modelId="m", messages=bedrock.REQUEST["messages"]
    )["stream"]
    for _event in stream:
        break
    gc.collect()
    assert recording.spans == []
    assert len(list(stream)) == 6
    assert recording.call_attributes()["gen_ai.usage.output_tokens"] == 5


def test_request_id() -> None:
    """Answers without metadata, as stubs give them, have no id."""
    assert request_id({}) is None
    assert request_id({"ResponseMetadata": {"RequestId": "r"}}) == "r"


@pytest.mark.parametrize("reads", [0, 1])
def test_dropped_stream(recording: Recording, reads: int) -> None:
    """An event stream that is dropped, unread or half read, ends its span at once."""
    stream = over(bedrock.answer("text", stream=True)).converse_stream(
        modelId="m", messages=bedrock.REQUEST["messages"]
    )["stream"]
    events = iter(stream)
    for _ in range(reads):
        next(events)
    del stream, events
    gc.collect()
    wait_for_span(recording)
    assert recording.spans[0].status.status_code is StatusCode.UNSET
