"""A scripted other end for botocore: its HTTP session replaced, everything above it real, the HTTP library's
response and the standard library's parsing of it too."""

from __future__ import annotations

import binascii
import http.client
import io
import json
import struct
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.awsrequest
import botocore.exceptions
import botocore.session
import urllib3
from botocore.config import Config
from support.wire import Answer, Failure, Part, Wire

REGION = "eu-west-1"


def bedrock_client(wire: Wire, *, service: str = "bedrock-runtime", max_retries: int = 0) -> Any:
    """A client whose requests go over this wire; a refusal with 429 is tried again at once."""
    config = Config(retries={"max_attempts": 0}, parameter_validation=True)
    session = boto3.Session(aws_access_key_id="AKIATEST", aws_secret_access_key="test", region_name=REGION)
    client = session.client(service, config=config)

    def needs_retry(response: Any, attempts: int, **_: Any) -> float | None:
        is_throttled = response is not None and response[0].status_code == 429
        return 0.001 if is_throttled and attempts <= max_retries else None

    client.meta.events.register(f"needs-retry.{service}", needs_retry)
    client._endpoint.http_session = _Session(wire)
    return client


def knows(operation: str, parameter: str) -> bool:
    """Whether this version of botocore has the parameter."""
    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    return parameter in model.operation_model(operation).input_shape.members


class _Session:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def send(self, request: Any) -> Any:
        answer = self._wire.next_answer(request)
        if isinstance(answer, Failure):
            raise _error(answer, request)
        raw = _response(answer)
        return botocore.awsrequest.AWSResponse(request.url, raw.status, raw.headers, raw)


def _error(failure: Failure, request: Any) -> Exception:
    """What botocore's session raises where other libraries raise this."""
    if failure.exception == "ReadTimeout":
        timeout: Exception = botocore.exceptions.ReadTimeoutError(
            endpoint_url=request.url, error=failure.message
        )
        return timeout
    closed: Exception = botocore.exceptions.ConnectionClosedError(
        endpoint_url=request.url, error=failure.message
    )
    return closed


class _Connection(io.RawIOBase):
    """The bytes of an HTTP response as a socket gives them, one part at a time."""

    def __init__(self, answer: Answer) -> None:
        self._parts = _sent(answer)

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = next(self._parts, b"")
        buffer[: len(part)] = part
        return len(part)


def _sent(answer: Answer) -> Iterator[bytes]:
    is_chunked = "content-length" not in answer.headers
    headers = {**answer.headers, **({"transfer-encoding": "chunked"} if is_chunked else {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    yield f"HTTP/1.1 {answer.status} Status\r\n{lines}\r\n".encode()
    for part in answer.parts:
        data = _bytes(part)
        for at in range(0, len(data), 4096):
            piece = data[at : at + 4096]
            yield b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece
    if is_chunked:
        yield b"0\r\n\r\n"


def _bytes(part: Part) -> bytes:
    if isinstance(part, Failure):
        raise ConnectionResetError(part.message)
    assert isinstance(part, bytes)
    return part


def _response(answer: Answer) -> urllib3.HTTPResponse:
    parsed = http.client.HTTPResponse(_Connection(answer), method="POST")  # type: ignore[arg-type]
    parsed.begin()
    return urllib3.HTTPResponse(
        body=parsed,
        headers=dict(parsed.headers),
        status=parsed.status,
        preload_content=False,
        original_response=parsed,
        enforce_content_length=True,
    )


def message(payload: dict[str, Any], **headers: str) -> bytes:
    """One message of an event stream; ``event_type="chunk"`` becomes the header ``:event-type``."""
    described = {"content_type": "application/json", "message_type": "event", **headers}
    head = b"".join(_header(f":{name.replace('_', '-')}", value) for name, value in described.items())
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(head) + len(body), len(head))
    sent = prelude + _checksum(prelude) + head + body
    return sent + _checksum(sent)


def failed(name: str, text: str) -> bytes:
    """An error in the middle of an event stream."""
    return message({"message": text}, message_type="exception", exception_type=name)


def _header(name: str, value: str) -> bytes:
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()


def _checksum(data: bytes) -> bytes:
    return struct.pack(">I", binascii.crc32(data))
