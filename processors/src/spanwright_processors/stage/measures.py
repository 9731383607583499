"""What the stage counts of its requests, apart from what its workers count of the spans."""

from __future__ import annotations

from collections.abc import Callable

from opentelemetry.metrics import CallbackOptions, Observation, get_meter
from spanwright_semconv import attributes, metrics

from .answer import Answer
from .signals import Signal


class Measures:
    """The stage's instruments. ``waiting_bytes`` and ``workers`` are read when metrics are."""

    def __init__(self, waiting_bytes: Callable[[], int], workers: Callable[[], int]) -> None:
        meter = get_meter("spanwright_processors.stage")
        duration = metrics.SPANWRIGHT_STAGE_REQUEST_DURATION
        self._duration = meter.create_histogram(
            duration.name,
            duration.unit,
            duration.description,
            explicit_bucket_boundaries_advisory=duration.boundaries,
        )
        size = metrics.SPANWRIGHT_STAGE_REQUEST_SIZE
        self._size = meter.create_counter(size.name, size.unit, size.description)
        restarts = metrics.SPANWRIGHT_STAGE_WORKER_RESTARTS
        self._restarts = meter.create_counter(restarts.name, restarts.unit, restarts.description)
        reloads = metrics.SPANWRIGHT_STAGE_RELOADS
        self._reloads = meter.create_counter(reloads.name, reloads.unit, reloads.description)
        for metric, read in (
            (metrics.SPANWRIGHT_STAGE_WAITING, waiting_bytes),
            (metrics.SPANWRIGHT_STAGE_WORKERS, workers),
        ):
            meter.create_observable_up_down_counter(
                metric.name, [_observing(read)], metric.unit, metric.description
            )

    def answered(self, signal: Signal, transport: str, answer: Answer, seconds: float, size: int) -> None:
        """One request of ``size`` bytes, decompressed, over ``grpc`` or ``http``."""
        told = {
            attributes.SPANWRIGHT_STAGE_SIGNAL: signal.label,
            attributes.SPANWRIGHT_STAGE_TRANSPORT: transport,
            attributes.SPANWRIGHT_STAGE_OUTCOME: answer.outcome.label,
        }
        self._duration.record(seconds, told)
        self._size.add(size, told)

    def worker_restarted(self) -> None:
        self._restarts.add(1)

    def reloaded(self, *, succeeded: bool) -> None:
        outcome = "accepted" if succeeded else "refused"
        self._reloads.add(1, {attributes.SPANWRIGHT_STAGE_OUTCOME: outcome})


def _observing(read: Callable[[], int]) -> Callable[[CallbackOptions], list[Observation]]:
    return lambda _: [Observation(read())]
