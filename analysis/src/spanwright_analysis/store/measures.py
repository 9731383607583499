"""What the store counts of its rows and commits."""

from __future__ import annotations

from collections import Counter

from opentelemetry.metrics import get_meter
from spanwright_semconv import attributes, metrics

from .backend import Written

_STORED, _REPEATED, _REFUSED = "stored", "repeated", "refused"


class Measures:
    """Instruments of the global meter provider."""

    def __init__(self) -> None:
        meter = get_meter("spanwright_analysis.store")
        rows = metrics.SPANWRIGHT_STORE_ROWS
        self._rows = meter.create_counter(rows.name, rows.unit, rows.description)
        duration = metrics.SPANWRIGHT_STORE_COMMIT_DURATION
        self._duration = meter.create_histogram(
            duration.name,
            duration.unit,
            duration.description,
            explicit_bucket_boundaries_advisory=duration.boundaries,
        )

    def committed(self, seconds: float, failure: str = "") -> None:
        """``failure``: the type of what went wrong, empty where nothing did."""
        self._duration.record(seconds, {attributes.ERROR_TYPE: failure} if failure else {})

    def took(self, written: Written, refused: Counter[str]) -> None:
        """Rows of one commit, by what became of them."""
        outcome, table = attributes.SPANWRIGHT_STORE_OUTCOME, attributes.SPANWRIGHT_STORE_TABLE
        self._rows.add(written.spans, {outcome: _STORED, table: "spans"})
        self._rows.add(written.events, {outcome: _STORED, table: "events"})
        self._rows.add(written.repeated, {outcome: _REPEATED})
        self._rows.add(refused.total(), {outcome: _REFUSED})
