"""Amazon's event stream, encoded as Bedrock sends it."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from typing import Any

_HEADERS = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}


def encoded(event: dict[str, Any], *, wraps: bool = True) -> bytes:
    """One message with this event of a model, in its wrapping or without."""
    text = json.dumps(event).encode()
    payload = json.dumps({"bytes": base64.b64encode(text).decode(), "p": "abc"}).encode() if wraps else text
    headers = b"".join(_header(name, value) for name, value in _HEADERS.items())
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + _checksum(prelude) + headers + payload
    return message + _checksum(message)


def _header(name: str, value: str) -> bytes:
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()


def _checksum(data: bytes) -> bytes:
    return struct.pack(">I", binascii.crc32(data))
