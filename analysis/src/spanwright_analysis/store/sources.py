"""OTLP as files have it: what exporters and the Collector's file exporter write, plain or compressed.

A file holds JSON (one message a line, or one document), one protobuf message, or protobuf or JSON messages
with their length before each, as the Collector writes them. Which one it is, is told by how it begins.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, cast

from google.protobuf.message import DecodeError
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from .error import StoreError
from .otlp_json import logs_message, traces_message

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_LENGTH_BYTES = 4
#: No exporter writes a message of this size: what claims to be is none.
_LARGEST_MESSAGE = 1 << 30
_NOT_OTLP = (ValueError, TypeError, KeyError, AttributeError, DecodeError)

Message = TracesData | LogsData


@dataclass(slots=True)
class Sources:
    """The messages of files, of all files in folders, and of standard input (``-``), one after the other.

    What cannot be read as OTLP is passed over and told in ``problems``, with its place. Raises ``StoreError``
    where a file is not there.
    """

    paths: Iterable[str]
    problems: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Message]:
        for path in self.paths:
            if path == "-":
                yield from self._messages(cast(BufferedReader, sys.stdin.buffer), "standard input")
            else:
                for file in _files(Path(path)):
                    try:
                        with file.open("rb") as source:
                            yield from self._messages(source, str(file))
                    except OSError as error:
                        raise StoreError(
                            f"Cannot read {file}: {error.strerror}. Name a file or folder with OTLP."
                        ) from error

    def _messages(self, source: BufferedReader, name: str) -> Iterator[Message]:
        try:
            with _uncompressed(source) as stream:
                yield from self._of_stream(stream, name)
        except (EOFError, OSError, zstd_error()) as error:
            self.problems.append(f"{name}: its compression breaks off ({type(error).__name__})")

    def _of_stream(self, stream: BufferedReader, name: str) -> Iterator[Message]:
        begin = stream.peek(1)
        if begin.lstrip()[:1] in (b"{", b"["):
            yield from self._of_lines(stream, name)
        elif begin[:1] == b"\x00":
            yield from self._of_frames(stream, name)
        elif begin:
            yield from self._of_whole(stream.read(), name)

    def _of_lines(self, stream: BinaryIO, name: str) -> Iterator[Message]:
        for number, line in enumerate(stream, 1):
            if line.isspace():
                continue
            try:
                data = json.loads(line)
            except ValueError:
                if number == 1:  # one document, written over several lines
                    yield from self._of_whole(line + stream.read(), name)
                    return
                self.problems.append(f"{name}, line {number}: no JSON, or not all of it")
                continue
            yield from self._of_json(data, f"{name}, line {number}")

    def _of_frames(self, stream: BinaryIO, name: str) -> Iterator[Message]:
        number = 0
        while head := stream.read(_LENGTH_BYTES):
            number += 1
            length = int.from_bytes(head, "big")
            body = stream.read(length) if length < _LARGEST_MESSAGE else b""
            if len(body) < length or len(head) < _LENGTH_BYTES:
                self.problems.append(f"{name}, message {number}: not all of it is there")
                return
            yield from self._of_whole(_unpacked(body), f"{name}, message {number}")

    def _of_whole(self, body: bytes, name: str) -> Iterator[Message]:
        """One message, whichever way it is written."""
        try:
            if body.lstrip()[:1] in (b"{", b"["):
                yield from self._of_json(json.loads(body), name)
            else:
                yield _decoded(body)
        except _NOT_OTLP:
            self.problems.append(f"{name}: no OTLP")

    def _of_json(self, data: Any, name: str) -> Iterator[Message]:
        for one in data if isinstance(data, list) else [data]:
            try:
                if "resourceSpans" in one:
                    yield traces_message(one)
                elif "resourceLogs" in one:
                    yield logs_message(one)
                elif "resourceMetrics" not in one:
                    self.problems.append(f"{name}: no OTLP")
            except _NOT_OTLP:
                self.problems.append(f"{name}: no OTLP")


def _files(path: Path) -> Iterator[Path]:
    """The file, or those of a folder and what is below it, by name."""
    if path.is_dir():
        yield from sorted(
            file
            for file in path.rglob("*")
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
        )
    else:
        yield path


def _uncompressed(stream: BufferedReader) -> AbstractContextManager[BufferedReader]:
    """The stream itself, left open, or one that unpacks it, and can be peeked into as well."""
    magic = stream.peek(_LENGTH_BYTES)[:_LENGTH_BYTES]
    if magic.startswith(_GZIP):
        return cast(AbstractContextManager[BufferedReader], gzip.GzipFile(fileobj=stream))
    if magic == _ZSTD:
        return cast(AbstractContextManager[BufferedReader], _zstd().ZstdFile(stream))
    return nullcontext(stream)


def _unpacked(body: bytes) -> bytes:
    return cast(bytes, _zstd().decompress(body)) if body.startswith(_ZSTD) else body


def _decoded(body: bytes) -> Message:
    """Traces and logs have the same frame; ids of spans stand where records have their time."""
    try:
        traces = TracesData.FromString(body)
    except DecodeError:
        return LogsData.FromString(body)
    spans = [span for group in traces.resource_spans for scope in group.scope_spans for span in scope.spans]
    if spans and not any(span.trace_id for span in spans):
        return LogsData.FromString(body)
    return traces


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def zstd_error() -> type[Exception]:
    return cast(type[Exception], _zstd().ZstdError)
