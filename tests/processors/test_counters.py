"""Counters count from any thread, start at 0 in a child, and are offered as the registry's metrics."""

from __future__ import annotations

import os
import threading

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint
from opentelemetry.sdk.resources import Resource
from spanwright_processors import Counters, Counts, process_counters
from spanwright_semconv import metrics


def count_all(counters: Counters) -> None:
    counters.span_processed()
    counters.span_processed(content_dropped=True)
    counters.log_processed(content_dropped=True)
    counters.view_failed()
    counters.step_failed("mask")
    counters.step_failed("mask")
    counters.values_dropped(2, "timeout")
    counters.values_dropped(1, "timeout")
    counters.lost(3, "queue_full")
    counters.lost(1, "export_failed")
    counters.order_lost(7)
    counters.content_lost("queue_full")
    counters.engine_failed()


EXPECTED = Counts(
    spans_processed=2,
    logs_processed=1,
    content_dropped=3,
    out_of_order=7,
    step_failures={"mask": 2},
    values_dropped={"timeout": 3},
    lost={"queue_full": 3, "export_failed": 1},
    content_lost={"queue_full": 1},
    engine_failures=1,
)


def test_a_reading_holds_every_count() -> None:
    """Each event is counted once, under its step or reason; a reading does not change any more."""
    counters = Counters()
    before = counters.counts()
    count_all(counters)
    assert before == Counts()
    assert counters.counts() == EXPECTED


def test_counts_of_many_threads_add_up() -> None:
    """No count is lost between threads."""
    counters = Counters()

    def count() -> None:
        for _ in range(2000):
            counters.span_processed()
            counters.step_failed("a")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters.counts() == Counts(spans_processed=8000, step_failures={"a": 8000})


def test_the_process_has_one_set() -> None:
    """What doctor and the metrics read is what every chain counts by default."""
    assert process_counters() is process_counters()


def test_the_counts_are_metrics_of_the_registry() -> None:
    """Names, units and attributes are those defined in semconv; each is offered once."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], Resource({}), shutdown_on_exit=False)
    counters = Counters()
    counters.emit_metrics(provider)
    counters.emit_metrics(provider)
    count_all(counters)
    data = reader.get_metrics_data()
    assert data is not None
    read = {}
    for metric in data.resource_metrics[0].scope_metrics[0].metrics:
        definition = metrics.METRICS[metric.name]
        assert (metric.unit, metric.description) == (definition.unit, definition.description)
        for point in metric.data.data_points:
            assert isinstance(point, NumberDataPoint)
            assert set(point.attributes or {}) == set(definition.attributes)
            read[(metric.name, *(point.attributes or {}).values())] = point.value
    assert read == {
        ("spanwright.processing.spans",): 2,
        ("spanwright.processing.logs",): 1,
        ("spanwright.processing.content_dropped",): 3,
        ("spanwright.processing.step_failures", "mask"): 2,
        ("spanwright.processing.values_dropped", "timeout"): 3,
        ("spanwright.processing.lost", "queue_full"): 3,
        ("spanwright.processing.lost", "export_failed"): 1,
        ("spanwright.processing.content_lost", "queue_full"): 1,
        ("spanwright.processing.engine_failures",): 1,
    }
    provider.shutdown()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_counts_from_nothing() -> None:
    """What the parent did is the parent's to tell, even where it was counting as it forked."""
    counters = Counters()
    count_all(counters)
    with counters._lock:
        child = os.fork()
        if child == 0:
            os._exit(0 if counters.counts() == Counts() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert counters.counts() == EXPECTED
