"""Which traces are worth keeping, told on each of their spans: a decision over whole traces, held nowhere.

Stands behind the steps, since it goes by what they have found: cost, scores, outcome. It needs the spans of a
trace in one request (``stage.group_wait_ms``, or ``groupbytrace`` before the stage).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status
from spanwright_semconv.attributes import (
    SPANWRIGHT_GUARDRAIL_ACTION,
    SPANWRIGHT_HITL_REASON,
    SPANWRIGHT_OUTCOME,
    SPANWRIGHT_SAMPLING_KEPT,
    SPANWRIGHT_SAMPLING_REASON,
    SPANWRIGHT_SAMPLING_SHARE,
    SPANWRIGHT_TRACE_COST_USD,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_FIRST,
)
from spanwright_semconv.enums import SamplingReason

from .settings import SamplingSettings

#: The random part of a trace id: its last 7 bytes (W3C Trace Context, level 2).
_RANDOM_BYTES = 7
_RANDOM_RANGE = 1 << (8 * _RANDOM_BYTES)

Values = dict[str, Any]


class Sampling:
    """Marks the spans of each trace as kept or not; ``drop`` takes the others out."""

    def __init__(self, settings: SamplingSettings) -> None:
        self._settings = settings
        self._threshold = round((1.0 - settings.share) * _RANDOM_RANGE)

    def __call__(self, request: Any) -> None:
        """Decide over every trace of ``request`` and edit it in place."""
        if self._settings.share >= 1.0:
            return
        traces: dict[bytes, list[tuple[Any, Values]]] = {}
        for span in _spans(request):
            traces.setdefault(span.trace_id, []).append((span, _values(span)))
        dropped = {trace_id for trace_id, spans in traces.items() if not self._kept(trace_id, spans)}
        if self._settings.drop and dropped:
            _drop(request, dropped)

    def _kept(self, trace_id: bytes, spans: list[tuple[Any, Values]]) -> bool:
        reason = self._reason(trace_id, spans)
        for span, _ in spans:
            _set(span, SPANWRIGHT_SAMPLING_KEPT, AnyValue(bool_value=reason is not None))
            if reason is not None and not any(span.parent_span_id):
                _set(span, SPANWRIGHT_SAMPLING_REASON, AnyValue(string_value=reason.value))
                share = 1.0 if reason is not SamplingReason.SHARE else self._settings.share
                _set(span, SPANWRIGHT_SAMPLING_SHARE, AnyValue(double_value=share))
        return reason is not None

    def _reason(self, trace_id: bytes, spans: list[tuple[Any, Values]]) -> SamplingReason | None:
        for reason, applies in self._rules():
            if any(applies(span, values) for span, values in spans):
                return reason
        random = int.from_bytes(trace_id[-_RANDOM_BYTES:], "big")
        return SamplingReason.SHARE if random >= self._threshold else None

    def _rules(self) -> Iterable[tuple[SamplingReason, Callable[[Any, Values], bool]]]:
        settings = self._settings
        if settings.errors:
            yield SamplingReason.ERROR, _has_failed
        if settings.reviewed:
            yield SamplingReason.REVIEW, _is_reviewed
        if settings.cost_usd is not None:
            yield SamplingReason.COST, _over(SPANWRIGHT_TRACE_COST_USD, settings.cost_usd)
        if settings.score_below is not None:
            normalised = SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_FIRST
            yield SamplingReason.SCORE, _under(normalised, settings.score_below)
        if settings.raw_score_below is not None:
            raw = SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST
            yield SamplingReason.SCORE, _under(raw, settings.raw_score_below)
        if settings.slower_than_ms is not None:
            limit = settings.slower_than_ms * 1_000_000
            yield (
                SamplingReason.DURATION,
                lambda span, _: span.end_time_unix_nano - span.start_time_unix_nano > limit,
            )


def _has_failed(span: Any, values: Values) -> bool:
    return bool(
        span.status.code == Status.STATUS_CODE_ERROR or values.get(SPANWRIGHT_OUTCOME, "success") != "success"
    )


def _is_reviewed(span: Any, values: Values) -> bool:
    """A person was asked, or a guardrail stepped in: as attribute, or as an event of the span."""
    held = [values, *(_values(event) for event in span.events)]
    return any(
        SPANWRIGHT_HITL_REASON in one or one.get(SPANWRIGHT_GUARDRAIL_ACTION, "passed") != "passed"
        for one in held
    )


def _over(key: str, limit: float) -> Callable[[Any, Values], bool]:
    return lambda _, values: values.get(key, limit) > limit


def _under(key: str, limit: float) -> Callable[[Any, Values], bool]:
    return lambda _, values: values.get(key, limit) < limit


def _spans(request: Any) -> Iterable[Any]:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            yield from scope.spans


def _values(holder: Any) -> Values:
    """The scalar attributes of a span or event that the rules go by."""
    values = {}
    for pair in holder.attributes:
        if pair.key in _READ:
            values[pair.key] = getattr(pair.value, pair.value.WhichOneof("value") or "string_value")
    return values


_READ = frozenset(
    (
        SPANWRIGHT_GUARDRAIL_ACTION,
        SPANWRIGHT_HITL_REASON,
        SPANWRIGHT_OUTCOME,
        SPANWRIGHT_TRACE_COST_USD,
        SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST,
        SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_FIRST,
    )
)


def _set(span: Any, key: str, value: AnyValue) -> None:
    for pair in span.attributes:
        if pair.key == key:
            pair.value.CopyFrom(value)
            return
    span.attributes.append(KeyValue(key=key, value=value))


def _drop(request: Any, trace_ids: set[bytes]) -> None:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            kept = [span for span in scope.spans if span.trace_id not in trace_ids]
            if len(kept) != len(scope.spans):
                del scope.spans[:]
                scope.spans.extend(kept)
