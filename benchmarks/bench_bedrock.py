"""Bedrock calls: CPU that instrumenting adds to an application's call, over bare botocore."""

from __future__ import annotations

import io
import json
import struct
from binascii import crc32
from collections.abc import Callable
from typing import Any

import boto3
import urllib3
from botocore.awsrequest import AWSResponse
from spanwright_instrumentation.providers.bedrock import BedrockInstrumentor

from .bench_calls import CHUNKS, observed_rows
from .measure import Row
from .spans import PROSE

_MODEL = "anthropic.claude-sonnet-5-5-v1:0"
_USAGE = {"inputTokens": 512, "outputTokens": 64, "totalTokens": 576, "cacheReadInputTokens": 128}
_ANSWER = "Hold the power button for ten seconds until the light turns amber, then open the app. " * 3
_EVENT_STREAM = "application/vnd.amazon.eventstream"


def _converse() -> bytes:
    message = {"role": "assistant", "content": [{"text": _ANSWER}]}
    return json.dumps({"output": {"message": message}, "stopReason": "end_turn", "usage": _USAGE}).encode()


def _stream(events: int) -> bytes:
    return b"".join(
        [
            _event("messageStart", {"role": "assistant"}),
            *(_delta(at) for at in range(events - 4)),
            _event("contentBlockStop", {"contentBlockIndex": 0}),
            _event("messageStop", {"stopReason": "end_turn"}),
            _event("metadata", {"usage": _USAGE, "metrics": {"latencyMs": 1000}}),
        ]
    )


def _delta(at: int) -> bytes:
    return _event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": f" word{at}"}})


def _event(kind: str, payload: dict[str, Any]) -> bytes:
    """One event in Amazon's binary framing: lengths, headers, body, checksums."""
    named = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    head = b"".join(
        struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
        for name, value in named.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    framed = prelude + struct.pack(">I", crc32(prelude)) + head + body
    return framed + struct.pack(">I", crc32(framed))


class _Session:
    """In place of botocore's HTTP session."""

    def __init__(self, answer: bytes, stream: bytes) -> None:
        self._answer = answer
        self._stream = stream

    def send(self, request: Any) -> AWSResponse:
        streams = request.url.endswith("-stream")
        headers = {"content-type": _EVENT_STREAM if streams else "application/json"}
        body = io.BytesIO(self._stream if streams else self._answer)
        raw = urllib3.HTTPResponse(body=body, headers=headers, status=200, preload_content=False)
        return AWSResponse(request.url, 200, raw.headers, raw)


def _client() -> Any:
    session = boto3.Session(
        aws_access_key_id="none", aws_secret_access_key="none", region_name="eu-central-1"
    )
    client = session.client("bedrock-runtime")
    client._endpoint.http_session = _Session(_converse(), _stream(CHUNKS))
    return client


def _calls(sdk: Any) -> dict[str, Callable[[], object]]:
    def turns(size: int) -> list[dict[str, Any]]:
        roles, text = ("user", "assistant"), (PROSE * 6)[:1000]
        return [{"role": roles[i % 2], "content": [{"text": f"{i}. {text}"}]} for i in range(size // 1000)]

    short, long = turns(2_000), turns(16_000)
    sent = {"modelId": _MODEL, "system": [{"text": "You answer briefly."}]}
    return {
        "converse, 2 kB": lambda: sdk.converse(messages=short, **sent),
        "converse, 16 kB history": lambda: sdk.converse(messages=long, **sent),
        f"stream, {CHUNKS} events": lambda: list(sdk.converse_stream(messages=short, **sent)["stream"]),
    }


def rows(quick: bool) -> list[Row]:
    return observed_rows("bedrock", BedrockInstrumentor(), _calls(_client()), quick)
