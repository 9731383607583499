"""The metrics of one operation, recorded from its span's final attributes."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from opentelemetry.context import Context
from opentelemetry.metrics import Meter
from spanwright_semconv import attributes, metrics
from spanwright_semconv.definitions import MetricDefinition
from spanwright_semconv.enums import Operation, TokenModality

from .measurements import measurements

#: Times between chunks that are measured of one stream: each costs the SDK 7 µs, in another thread.
MOST_GAPS = 32

#: Of our own: what the application draws from the common one stays as its seed has it.
_chance = random.Random()

INFERENCE_OPERATIONS: frozenset[str] = frozenset(
    {Operation.CHAT, Operation.GENERATE_CONTENT, Operation.TEXT_COMPLETION}
)

_DURATIONS: dict[str, MetricDefinition] = {
    Operation.EXECUTE_TOOL: metrics.GEN_AI_EXECUTE_TOOL_DURATION,
    Operation.INVOKE_AGENT: metrics.GEN_AI_INVOKE_AGENT_DURATION,
    Operation.INVOKE_WORKFLOW: metrics.GEN_AI_INVOKE_WORKFLOW_DURATION,
    "mcp.client": metrics.MCP_CLIENT_OPERATION_DURATION,
    "mcp.server": metrics.MCP_SERVER_OPERATION_DURATION,
}

#: Attribute of the span -> counter of tokens, and the same per call.
_SUBSETS = (
    (
        attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
        metrics.GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_READ_INPUT_TOKENS,
    ),
    (
        attributes.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
        metrics.GEN_AI_CLIENT_INFERENCE_USAGE_CACHE_WRITE_INPUT_TOKENS,
    ),
    (
        attributes.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
        metrics.GEN_AI_CLIENT_INFERENCE_USAGE_REASONING_OUTPUT_TOKENS,
    ),
)
_TOTALS = (
    (
        attributes.GEN_AI_USAGE_INPUT_TOKENS,
        metrics.GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS,
        metrics.GEN_AI_CLIENT_INFERENCE_OPERATION_INPUT_TOKENS,
    ),
    (
        attributes.GEN_AI_USAGE_OUTPUT_TOKENS,
        metrics.GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS,
        metrics.GEN_AI_CLIENT_INFERENCE_OPERATION_OUTPUT_TOKENS,
    ),
)

_Record = Callable[[float, Mapping[str, Any], Context | None], None]


class Instruments:
    """The instruments of one meter, made when first used."""

    __slots__ = ("_meter", "_records")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._records: dict[str, _Record] = {}
        measurements.recorded_before_collections_of(meter)

    def record_operation(
        self,
        operation: str,
        duration: float,
        span_attributes: Mapping[str, Any],
        modality: str,
        context: Context | None,
        *,
        chunk_times: Sequence[int] = (),
    ) -> None:
        """Everything the conventions measure for one operation that took ``duration`` seconds, soon.

        ``chunk_times`` of a streamed answer are when reading it began and when each of its chunks came, in
        nanoseconds. A failed inference counts 0 tokens of modality ``unknown``; one without usage counts
        none. Nobody may change the attributes any more; None stands for one that is not there. An inferred
        tool is not measured: its time holds whatever the application did in between.
        """
        if span_attributes.get(attributes.SPANWRIGHT_TOOL_INFERRED):
            return
        measurements.add(
            partial(
                self._record_operation,
                operation,
                duration,
                span_attributes,
                modality,
                context,
                chunk_times=chunk_times,
            )
        )

    def _record_operation(
        self,
        operation: str,
        duration: float,
        span_attributes: Mapping[str, Any],
        modality: str,
        context: Context | None,
        *,
        chunk_times: Sequence[int],
    ) -> None:
        if operation not in INFERENCE_OPERATIONS:
            definition = _DURATIONS.get(operation, metrics.GEN_AI_CLIENT_OPERATION_DURATION)
            self._record(definition, duration, dimensions(definition, span_attributes), context)
            return
        own = dimensions(metrics.GEN_AI_CLIENT_INFERENCE_DURATION, span_attributes)
        self._record(metrics.GEN_AI_CLIENT_INFERENCE_DURATION, duration, own, context)
        first_chunk = span_attributes.get(attributes.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK)
        if first_chunk is not None:
            self._record(metrics.GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK, first_chunk, own, context)
            for seconds in _gaps(chunk_times):
                self._record(metrics.GEN_AI_CLIENT_INFERENCE_TIME_PER_OUTPUT_CHUNK, seconds, own, context)
        self._record_tokens(span_attributes, own, modality, context)

    def _record_tokens(
        self, span_attributes: Mapping[str, Any], own: dict[str, Any], modality: str, context: Context | None
    ) -> None:
        counted = dict(own)
        failed = counted.pop(attributes.ERROR_TYPE, None) is not None
        counted[attributes.GEN_AI_TOKEN_MODALITY] = modality
        for key, counter, per_call in _TOTALS:
            tokens = span_attributes.get(key)
            if tokens is not None:
                self._record(counter, tokens, counted, context)
                self._record(per_call, tokens, own, context)
            elif failed:
                self._record(
                    counter,
                    0,
                    {**counted, attributes.GEN_AI_TOKEN_MODALITY: TokenModality.UNKNOWN.value},
                    context,
                )
        for key, counter in _SUBSETS:
            tokens = span_attributes.get(key)
            if tokens:
                self._record(counter, tokens, counted, context)

    def record(
        self,
        definition: MetricDefinition,
        value: float,
        measured: Mapping[str, Any],
        context: Context | None = None,
    ) -> None:
        """One measurement of any metric of the registry, soon."""
        measurements.add(partial(self._record, definition, value, measured, context))

    def _record(
        self,
        definition: MetricDefinition,
        value: float,
        measured: Mapping[str, Any],
        context: Context | None = None,
    ) -> None:
        record = self._records.get(definition.name)
        if record is None:
            record = self._records.setdefault(definition.name, _create(self._meter, definition))
        record(value, measured, context)


def _gaps(chunk_times: Sequence[int]) -> list[float]:
    """Seconds between chunks, after the first; of a long stream a random choice, which has the same
    distribution."""
    gaps = [(came - before) / 1e9 for before, came in pairwise(chunk_times[1:])]
    return gaps if len(gaps) <= MOST_GAPS else _chance.sample(gaps, MOST_GAPS)


def dimensions(definition: MetricDefinition, span_attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the span's attributes that a measurement of this metric may carry."""
    found = {key: span_attributes.get(key) for key in definition.attributes}
    return {key: value for key, value in found.items() if value is not None}


def _create(meter: Meter, definition: MetricDefinition) -> _Record:
    if definition.instrument == "histogram":
        return meter.create_histogram(
            definition.name,
            definition.unit,
            definition.description,
            explicit_bucket_boundaries_advisory=definition.boundaries,
        ).record
    return meter.create_counter(definition.name, definition.unit, definition.description).add
