"""Amazon Bedrock's InvokeModel over botocore, with Claude's bodies, driven through the contract suite."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from spanwright_instrumentation.providers.bedrock import BedrockInstrumentor
from support.aws_wire import bedrock_client, message
from support.drivers import anthropic, bedrock
from support.wire import Answer, Wire

instrumentor = BedrockInstrumentor
REQUEST: dict[str, Any] = {
    "model": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "body": {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": "Say hello"}],
    },
}
IS_SYNC_ONLY = True
#: The first event of a stream tells the input's tokens already.
USAGE_COMES_FIRST = True
NOT_APPLICABLE = bedrock.NOT_APPLICABLE

client = bedrock.client
refusal = bedrock.refusal
expected_finish_reasons = anthropic.expected_finish_reasons
ERROR_EVENT = bedrock.ERROR_EVENT


class Events(bedrock.Events):
    """The chunks of a streamed answer, parsed as the application does."""

    def __init__(self, response: dict[str, Any]) -> None:
        super().__init__({"stream": response["body"]})

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return json.loads(next(self._events)["chunk"]["bytes"])


def create(client: Any, *, stream: bool, kind: str, way: str = "plain") -> Any:
    """Make the call, and read the body of a plain answer."""
    request = {"modelId": REQUEST["model"], "body": json.dumps(REQUEST["body"])}
    if stream:
        return Events(client.invoke_model_with_response_stream(**request))
    return json.loads(client.invoke_model(**request)["body"].read())


def over(*answers: Answer) -> Any:
    """A client whose other end answers so."""
    return bedrock_client(Wire(answers))


def answer(kind: str, *, stream: bool) -> Answer:
    """The provider's answer, as Anthropic itself gives it."""
    sent = anthropic.answer(kind, stream=stream)
    if not stream:
        (whole,) = sent.parts
        assert isinstance(whole, bytes)
        return invoked(json.loads(whole))
    return streamed(*(_data(part) for part in sent.parts))


def _data(part: Any) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(part.partition(b"data: ")[2])
    return parsed


def invoked(body: Any, **headers: str) -> Answer:
    """A plain answer with this body; ``input_token_count=3`` becomes one of Bedrock's headers."""
    data = json.dumps(body).encode()
    counted = {f"x-amzn-bedrock-{name.replace('_', '-')}": value for name, value in headers.items()}
    described = {"content-type": "application/json", "content-length": str(len(data))}
    return Answer((data,), headers={**described, "x-amzn-requestid": "req_1", **counted})


def streamed(*chunks: dict[str, Any]) -> Answer:
    """A streamed answer of these chunks of a model's own format."""
    return bedrock.streamed(*map(chunk, chunks))


def chunk(data: dict[str, Any]) -> bytes:
    """One chunk as it comes over the wire."""
    wrapped = base64.b64encode(json.dumps(data).encode()).decode()
    return message({"bytes": wrapped, "p": "abc"}, event_type="chunk")
