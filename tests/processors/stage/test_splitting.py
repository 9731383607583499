"""Requests are cut between their items, and nothing of them is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanwright_processors.stage.splitting import split
from support.stage import logs_request, sent_spans, traces_request

#: Sizes of items by scope by resource.
SIZES = st.lists(st.lists(st.lists(st.integers(0, 400), max_size=5), max_size=3), max_size=3)


def built(sizes: list[list[list[int]]]) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    for number, scopes in enumerate(sizes):
        resource = request.resource_spans.add(schema_url=f"schema-{number}")
        resource.resource.attributes.add(key="service.name").value.string_value = f"service-{number}"
        for place, items in enumerate(scopes):
            scope = resource.scope_spans.add()
            scope.scope.name = f"scope-{number}-{place}"
            for index, size in enumerate(items):
                scope.spans.add(name=f"{number}.{place}.{index}" + "x" * size)
    return request


def told(request: ExportTraceServiceRequest) -> list[tuple[str, str, str, str]]:
    return [
        (resource.schema_url, str(resource.resource), scope.scope.name, span.name)
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


@settings(deadline=None)
@given(sizes=SIZES, limit=st.integers(300, 1500))
def test_nothing_is_lost_and_each_part_is_small_enough(sizes: list[list[list[int]]], limit: int) -> None:
    """Spans stay in order under their resource and scope; a part over the limit holds one span."""
    request = built(sizes)
    expected = told(request)
    parts = [ExportTraceServiceRequest.FromString(part) for part in split(request, limit)]
    assert [entry for part in parts for entry in told(part)] == expected
    for part in parts:
        assert part.ByteSize() <= limit or len(told(part)) == 1


def test_a_small_request_stays_as_it_is() -> None:
    """Also one without any span, which the next hop shall see."""
    request = traces_request({"a": "b"})
    assert list(split(request, 10_000)) == [request.SerializeToString()]
    assert list(split(ExportTraceServiceRequest(), 10)) == [b""]


def test_few_parts() -> None:
    """A part is filled before the next one begins."""
    request = traces_request(*({"a": "x" * 1000} for _ in range(100)))
    parts = list(split(request, 20_000))
    assert len(parts) <= 6
    assert len(sent_spans(*parts)) == 100


def test_log_records_are_cut_alike() -> None:
    """Both signals."""
    parts = list(split(logs_request("a" * 500, "b" * 500, "c" * 500), 1100))
    requests = [ExportLogsServiceRequest.FromString(part) for part in parts]
    records = [request.resource_logs[0].scope_logs[0].log_records for request in requests]
    bodies = [[record.body.string_value[0] for record in of_part] for of_part in records]
    assert bodies == [["a", "b"], ["c"]]
