"""Amazon's binary event stream, in which Bedrock sends what it streams.

A message is its length, the length of its headers (4 bytes each, big-endian), a checksum (4 bytes), the
headers, the payload, another checksum (4 bytes). https://smithy.io/2.0/aws/amazon-eventstream.html
"""

from __future__ import annotations

import base64
import json
import struct

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_LENGTHS = struct.Struct(">II")
_PRELUDE = 12
_CHECKSUM = 4


class EventLines:
    """Makes ``data:`` lines, as server-sent events have them, of an event stream that comes in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def __call__(self, data: bytes) -> bytes:
        """The lines of the messages that are whole with this piece."""
        self._rest += data
        lines = []
        while len(self._rest) >= _PRELUDE:
            length, headers = _LENGTHS.unpack_from(self._rest)
            if len(self._rest) < length or length < _PRELUDE + headers + _CHECKSUM:
                break
            payload = self._rest[_PRELUDE + headers : length - _CHECKSUM]
            lines.append(b"data:" + _unwrapped(payload).replace(b"\n", b" ") + b"\n")
            self._rest = self._rest[length:]
        return b"".join(lines)


def _unwrapped(payload: bytes) -> bytes:
    """What a model's own event is wrapped in is JSON with the event in base64."""
    try:
        return base64.b64decode(json.loads(payload)["bytes"])
    except (ValueError, KeyError, TypeError):
        return payload
