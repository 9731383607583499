"""A worker answers every frame, and what it gives has been through the steps."""

from __future__ import annotations

import io

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from spanwright_processors import Counters
from spanwright_processors.settings import build_chain, load_settings
from spanwright_processors.stage import frame
from spanwright_processors.stage.frame import Kind
from spanwright_processors.stage.worker import Worker
from support.stage import ADDRESS, logs_request, sent_spans, texts, traces_request


class NoMetrics:
    def text(self) -> bytes:
        return b"metrics"


@pytest.fixture(scope="module")
def worker() -> Worker:
    chain = build_chain(load_settings({"SPANWRIGHT_STEPS": "mask"}), Counters())
    return Worker(chain, 2000, NoMetrics())  # type: ignore[arg-type]


def answered(worker: Worker, *asked: tuple[Kind, list[bytes]]) -> list[tuple[Kind, list[bytes]]]:
    source = io.BytesIO(b"".join(frame.encode(kind, parts) for kind, parts in asked))
    target = io.BytesIO()
    worker.serve(source, target)
    target.seek(0)
    return [frame.read(target) for _ in asked]


def test_spans_and_log_records_are_masked(worker: Worker) -> None:
    """One frame after the other; metrics between them."""
    spans, metrics, logs = answered(
        worker,
        (Kind.TRACES, [traces_request({"note": ADDRESS}).SerializeToString()]),
        (Kind.METRICS, []),
        (Kind.LOGS, [logs_request(ADDRESS).SerializeToString()]),
    )
    assert spans[0] is Kind.DONE
    assert texts(sent_spans(*spans[1])[0])["note"] == "[EMAIL]"
    assert metrics == (Kind.DONE, [b"metrics"])
    record = ExportLogsServiceRequest.FromString(logs[1][0]).resource_logs[0].scope_logs[0].log_records[0]
    assert record.body.string_value == "[EMAIL]"


def test_what_grew_too_large_is_cut(worker: Worker) -> None:
    """Into requests of the size the next hop takes."""
    request = traces_request(*({"note": "x" * 500} for _ in range(10)))
    ((_, parts),) = answered(worker, (Kind.TRACES, [request.SerializeToString()]))
    assert len(parts) > 1
    assert max(map(len, parts)) <= 2000
    assert len(sent_spans(*parts)) == 10


def test_without_content_where_asked_for(worker: Worker) -> None:
    """What ended a worker before gets through as ids and numbers."""
    body = traces_request({"note": ADDRESS, "gen_ai.request.model": "gpt-4o"}).SerializeToString()
    ((kind, parts),) = answered(worker, (Kind.EMPTIED_TRACES, [body]))
    assert kind is Kind.DONE
    assert texts(sent_spans(*parts)[0]) == {"gen_ai.request.model": "gpt-4o"}
    ((_, parts),) = answered(worker, (Kind.EMPTIED_LOGS, [logs_request(ADDRESS).SerializeToString()]))
    assert ADDRESS.encode() not in parts[0]


@pytest.mark.parametrize("body", [b"\xff", b"\x0a\xff\xff\xff\xff\x7f", b"\x0a\x02\x12"])
def test_what_is_no_message_is_told_and_the_next_is_answered(worker: Worker, body: bytes) -> None:
    """Random bytes, a length beyond the end, a cut message."""
    invalid, valid = answered(worker, (Kind.TRACES, [body]), (Kind.TRACES, [b""]))
    assert invalid == (Kind.INVALID, [])
    assert valid == (Kind.DONE, [b""])


def test_nesting_without_end_is_no_message(worker: Worker) -> None:
    """A value in 5,000 lists: the parser's own bound holds."""
    value = b""
    for _ in range(5000):
        array = b"\x0a" + varint(len(value)) + value
        value = b"\x2a" + varint(len(array)) + array
    pair = b"\x0a\x01k\x12" + varint(len(value)) + value
    for field in (b"\x4a", b"\x12", b"\x12", b"\x0a"):  # span.attributes, scope.spans, scopes, resources
        pair = field + varint(len(pair)) + pair
    assert answered(worker, (Kind.TRACES, [pair])) == [(Kind.INVALID, [])]


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
