"""Adds up what calls cost, by model, pipeline, version and user, as the metric ``spanwright.cost.total``."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from spanwright_semconv import metrics
from spanwright_semconv.attributes import (
    GEN_AI_OPERATION_NAME,
    GEN_AI_PROVIDER_NAME,
    GEN_AI_REQUEST_MODEL,
    GEN_AI_RESPONSE_MODEL,
    SPANWRIGHT_COST_UNKNOWN_MODEL,
    SPANWRIGHT_COST_USD,
    SPANWRIGHT_DUPLICATE_OF,
    SPANWRIGHT_PIPELINE_NAME,
    SPANWRIGHT_PIPELINE_VERSION,
    USER_HASH,
)

from ..span import EditableSpan
from ..step import Phase

#: OpenTelemetry's own name for what is no series of its own any more.
_OVERFLOW = {"otel.metric.overflow": True}
_OTHER_USER = "other"
_KEYS = (
    GEN_AI_OPERATION_NAME,
    GEN_AI_PROVIDER_NAME,
    GEN_AI_RESPONSE_MODEL,
    SPANWRIGHT_PIPELINE_NAME,
    SPANWRIGHT_PIPELINE_VERSION,
    USER_HASH,
)

Series = tuple[str | None, ...]


@dataclass(frozen=True)
class CostMetricSettings:
    """How many series the metric of cost may have."""

    #: Users (`user.hash`) with a series of their own, the first to come; the others are one, `other`. 0: the
    #: metric does not tell users apart.
    users: int = 100
    #: Series at most; what is beyond is one series, `otel.metric.overflow`.
    series: int = 1_000

    def __post_init__(self) -> None:
        for key, least in (("users", 0), ("series", 1)):
            if getattr(self, key) < least:
                raise ValueError(
                    f"Cannot use cost_metric.{key}: {getattr(self, key)} is less than {least}. "
                    f"Use {least} or more."
                )


class CostMetric:
    """Counts the dollars of priced calls, and the calls without a price, from their spans.

    A call is counted once: a span that repeats another one's call is not. The counts are those of the
    process; where spans pass several processes that have this step (an application and a Collector's stage),
    leave it out of `steps` in all but one.
    """

    Settings = CostMetricSettings
    phase: ClassVar[Phase] = Phase.ROLL_UP
    name = "cost_metric"
    counts_unsampled = True
    metrics: ClassVar = (
        (metrics.SPANWRIGHT_COST_TOTAL, "costs"),
        (metrics.SPANWRIGHT_COST_UNPRICED_CALLS, "unpriced_calls"),
    )

    def __init__(self, settings: CostMetricSettings = CostMetricSettings()) -> None:
        self._settings = settings
        self.fork()

    def fork(self) -> None:
        """Start anew: the parent process tells what it has counted."""
        # Re-entrant, since a garbage collection may end a span in the middle of another one.
        self._lock = threading.RLock()
        self._costs: dict[Series, float] = {}
        self._unpriced: dict[Series, int] = {}
        self._users: set[str] = set()

    def __call__(self, span: EditableSpan) -> None:
        attributes = span.attributes
        usd = attributes.get(SPANWRIGHT_COST_USD)
        if usd is None and SPANWRIGHT_COST_UNKNOWN_MODEL not in attributes:
            return
        if SPANWRIGHT_DUPLICATE_OF in attributes or GEN_AI_OPERATION_NAME not in attributes:
            return
        with self._lock:
            series = self._series(attributes)
            if usd is None:
                series = self._bounded(self._unpriced, series)
                self._unpriced[series] = self._unpriced.get(series, 0) + 1
            elif isinstance(usd, int | float):
                series = self._bounded(self._costs, series)
                self._costs[series] = self._costs.get(series, 0.0) + usd

    def costs(self) -> Iterable[tuple[float, Mapping[str, Any]]]:
        """US dollars so far, with the attributes of each series."""
        with self._lock:
            return [(usd, _attributes(series)) for series, usd in self._costs.items()]

    def unpriced_calls(self) -> Iterable[tuple[int, Mapping[str, Any]]]:
        """Calls without a price so far, likewise."""
        with self._lock:
            return [(count, _attributes(series)) for series, count in self._unpriced.items()]

    def _series(self, attributes: Mapping[str, Any]) -> Series:
        get = attributes.get
        model = get(GEN_AI_RESPONSE_MODEL) or get(GEN_AI_REQUEST_MODEL)
        found = (
            get(GEN_AI_OPERATION_NAME),
            get(GEN_AI_PROVIDER_NAME),
            model,
            get(SPANWRIGHT_PIPELINE_NAME),
            get(SPANWRIGHT_PIPELINE_VERSION),
            self._user(get(USER_HASH)),
        )
        return tuple(value if type(value) is str else None for value in found)

    def _user(self, user: Any) -> str | None:
        if type(user) is not str or not self._settings.users:
            return None
        if user not in self._users:
            if len(self._users) >= self._settings.users:
                return _OTHER_USER
            self._users.add(user)
        return user

    def _bounded(self, known: Mapping[Series, float], series: Series) -> Series:
        return series if series in known or len(known) < self._settings.series else ()


def _attributes(series: Series) -> Mapping[str, Any]:
    if not series:
        return _OVERFLOW
    return {key: value for key, value in zip(_KEYS, series, strict=True) if value is not None}
