"""Traces worth keeping are kept, and a share of the others; the decision stands on every span."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from spanwright_processors.otlp import decoded
from spanwright_processors.stage.sampling import Sampling
from spanwright_processors.stage.settings import SamplingSettings

NOTHING = {"share": 0.0, "errors": False, "reviewed": False}
SECOND = 1_000_000_000


def trace(number: int, child: dict[str, Any] | None = None, **root: Any) -> list[Span]:
    """A root and a child. ``number`` in the trace id decides whether it belongs to a share."""
    trace_id = bytes(9) + number.to_bytes(7, "big")
    spans = []
    for parent, attributes in ((b"", root), (b"\1" * 8, child or {})):
        span = Span(trace_id=trace_id, parent_span_id=parent, end_time_unix_nano=SECOND)
        for key, value in attributes.items():
            kind = "double_value" if isinstance(value, float) else "string_value"
            setattr(span.attributes.add(key=key.replace("__", ".")).value, kind, value)
        spans.append(span)
    return spans


def decided(settings: SamplingSettings, *traces: list[Span]) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for spans in traces:
        scope.spans.extend(spans)
    Sampling(settings)(request)
    return request


def told(request: ExportTraceServiceRequest) -> list[dict[str, Any]]:
    """What stands of the decision on each span."""
    return [
        {
            key.removeprefix("spanwright.sampling."): value
            for key, value in decoded(span.attributes).items()
            if key.startswith("spanwright.sampling.")
        }
        for span in request.resource_spans[0].scope_spans[0].spans
    ]


def test_everything_is_kept_and_nothing_marked_by_default() -> None:
    """A stage that was not told to sample does not."""
    assert told(decided(SamplingSettings(), trace(1))) == [{}, {}]


@pytest.mark.parametrize(
    ("settings", "spans", "reason"),
    [
        ({"errors": True}, trace(1, spanwright__outcome="partial"), "error"),
        ({"reviewed": True}, trace(1, {"spanwright__hitl__reason": "low score"}), "review"),
        ({"reviewed": True}, trace(1, {"spanwright__guardrail__action": "rejected"}), "review"),
        ({"cost_usd": 0.1}, trace(1, spanwright__trace__cost__usd=0.11), "cost"),
        (
            {"score_below": 0.86},
            trace(1, spanwright__trace__retrieval__score__normalised__first=0.85),
            "score",
        ),
        ({"raw_score_below": 0.72}, trace(1, spanwright__trace__retrieval__score__first=0.7), "score"),
        ({"slower_than_ms": 999}, trace(1), "duration"),
        ({"share": 0.5}, trace(2**55), "share"),
    ],
)
def test_what_is_worth_keeping(settings: dict[str, Any], spans: list[Span], reason: str) -> None:
    """Whichever span shows it; the reason stands on the root, the decision on both."""
    chosen = SamplingSettings(**{**NOTHING, **settings})
    share = settings.get("share", 1.0)
    root, child = told(decided(chosen, spans))
    assert root == {"kept": True, "reason": reason, "share": share}
    assert child == {"kept": True}


@pytest.mark.parametrize(
    ("settings", "spans"),
    [
        ({"errors": True}, trace(1, spanwright__outcome="success")),
        ({"reviewed": True}, trace(1, {"spanwright__guardrail__action": "passed"})),
        ({"cost_usd": 0.1}, trace(1, spanwright__trace__cost__usd=0.1)),
        ({"cost_usd": 0.1}, trace(1)),
        ({"score_below": 0.86}, trace(1, spanwright__trace__retrieval__score__normalised__first=0.86)),
        ({"score_below": 0.86}, trace(1, spanwright__trace__retrieval__score__first=0.1)),
        ({"raw_score_below": 0.72}, trace(1, spanwright__trace__retrieval__score__first=0.72)),
        ({"raw_score_below": 0.72}, trace(1, spanwright__trace__retrieval__score__normalised__first=0.1)),
        ({"score_below": 0.86, "raw_score_below": 0.72}, trace(1)),
        ({"slower_than_ms": 1000}, trace(1)),
        ({}, trace(1)),
    ],
)
def test_what_is_not(settings: dict[str, Any], spans: list[Span]) -> None:
    """At a limit is not over it; a missing figure is no low one."""
    chosen = SamplingSettings(**{**NOTHING, **settings})
    assert told(decided(chosen, spans)) == [{"kept": False}, {"kept": False}]


def test_a_failed_span_and_an_event_that_tells_of_a_person() -> None:
    """Status and events are looked at as well."""
    failed = trace(1)
    failed[1].status.code = Status.STATUS_CODE_ERROR
    asked = trace(2)
    asked[1].events.add().attributes.add(key="spanwright.hitl.reason").value.string_value = "unsure"
    settings = SamplingSettings(share=0.0)
    assert [span.get("reason") for span in told(decided(settings, failed, asked))] == [
        "error",
        None,
        "review",
        None,
    ]


def test_a_share_by_trace_id() -> None:
    """So that several stages decide alike; the share is the one asked for."""
    traces = [trace(number * 2**46) for number in range(1024)]
    kept = told(decided(SamplingSettings(share=0.25), *traces))[::2]
    assert [one["kept"] for one in kept] == [False] * 768 + [True] * 256


def test_the_others_can_be_taken_out() -> None:
    """Where no filter stands behind the stage; empty scopes stay as they are."""
    settings = SamplingSettings(share=0.0, drop=True)
    kept = trace(1, spanwright__outcome="error")
    request = decided(settings, trace(2), kept, trace(3))
    spans = request.resource_spans[0].scope_spans[0].spans
    assert {span.trace_id for span in spans} == {kept[0].trace_id}
    assert len(spans) == 2


def test_a_decision_that_was_there_is_decided_anew() -> None:
    """An application cannot decide for the stage."""
    spans = trace(1, spanwright__sampling__kept="yes")
    assert told(decided(SamplingSettings(share=0.0), spans)) == [{"kept": False}, {"kept": False}]


def test_a_wrong_share_is_one_clear_error() -> None:
    """It is no percentage."""
    with pytest.raises(ValueError, match=r"Cannot use stage.sampling.share=10: it is no share."):
        SamplingSettings(share=10)
