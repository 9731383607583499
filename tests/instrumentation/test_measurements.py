"""Measurements wait for a moment, and no collection misses one."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from spanwright_instrumentation.instruments import Instruments
from spanwright_instrumentation.measurements import Measurements, measurements
from spanwright_semconv import metrics

NEVER = 3600.0
DURATION = metrics.GEN_AI_CLIENT_OPERATION_DURATION


def points(reader: InMemoryMetricReader) -> list[tuple[str, int]]:
    data = reader.get_metrics_data()
    return [
        (metric.name, point.count)  # type: ignore[union-attr]
        for resource in (data.resource_metrics if data else [])
        for scope in resource.scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
    ]


def test_recorded_within_the_interval() -> None:
    """Where nothing is ever collected, a thread records; the caller has only left a note."""
    waiting, done = Measurements(interval=0.01), threading.Event()
    found: list[str] = []
    waiting.add(lambda: found.append(threading.current_thread().name))
    waiting.add(done.set)
    assert done.wait(10)
    assert found == ["spanwright-measurements"]
    again = threading.Event()
    waiting.add(again.set)
    assert again.wait(10)


def test_every_collection_is_exact() -> None:
    """Whatever was measured before a collection is in it, and the instrument that sees to that is not."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    instruments = Instruments(provider.get_meter("test"))
    for count in (1, 2, 3):
        instruments.record(DURATION, 0.5, {"gen_ai.operation.name": "embeddings"})
        assert points(reader) == [(DURATION.name, count)]
    provider.shutdown()


def test_instrumented_again_nothing_is_registered_twice(caplog: pytest.LogCaptureFixture) -> None:
    """Switching on and off again and again leaves one instrument, and the log alone."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            Instruments(provider.get_meter("test")).record(DURATION, 0.5, {})
    assert points(reader) == [(DURATION.name, 3)]
    assert len(provider._measurement_consumer._async_instruments) == 1
    assert caplog.records == []


def test_a_thread_at_work_is_waited_for() -> None:
    """A collection waits for what another thread has taken and not recorded yet."""
    waiting = Measurements(interval=NEVER)
    began, go_on = threading.Event(), threading.Event()
    found: list[int] = []

    def slow() -> None:
        began.set()
        go_on.wait(10)
        found.append(1)

    waiting.add(slow)
    other = threading.Thread(target=waiting.record_all)
    other.start()
    assert began.wait(10)
    threading.Timer(0.05, go_on.set).start()
    waiting.record_all()
    assert found == [1]
    other.join()


def test_recording_does_not_nest() -> None:
    """What a signal handler measures in the middle of a recording waits: the SDK's locks do not nest."""
    waiting = Measurements(interval=NEVER)
    order: list[str] = []

    def outer() -> None:
        waiting.add(lambda: order.append("inner"))
        waiting.record_all()
        order.append("outer")

    waiting.add(outer)
    waiting.record_all()
    assert order == ["outer", "inner"]


def test_one_that_fails_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    """An instrument that raises is for the debug log; the others are recorded."""
    waiting = Measurements(interval=NEVER)
    found: list[int] = []
    waiting.add(lambda: found.append(1 // 0))
    waiting.add(lambda: found.append(2))
    with caplog.at_level(logging.INFO):
        waiting.record_all()
    assert found == [2]
    assert caplog.records == []


def test_memory_is_bounded() -> None:
    """Beyond the limit the thread that adds one records them all."""
    waiting = Measurements(interval=NEVER, max_waiting=10)
    found: list[int] = []
    for at in range(25):
        waiting.add(lambda at=at: found.append(at))  # type: ignore[misc]
        assert len(waiting) <= 10
    assert found == list(range(22))


def test_after_the_end_at_once() -> None:
    """When the interpreter exits, what waits is recorded, and what still comes is recorded on the spot."""
    waiting = Measurements(interval=NEVER)
    found: list[int] = []
    waiting.add(lambda: found.append(1))
    waiting.close()
    waiting.add(lambda: found.append(2))
    assert found == [1, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_child_leaves_the_parents_to_the_parent() -> None:
    """What waited at a fork is counted by the parent alone, and the child's own measurements are recorded."""
    script = """
import os, sys
from spanwright_instrumentation.measurements import measurements
found = []
measurements.add(lambda: found.append("parent"))
child = os.fork()
if child == 0:
    measurements.add(lambda: found.append("child"))
    measurements.record_all()
    os._exit(0 if found == ["child"] else 1)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
measurements.record_all()
sys.exit(code or (found != ["parent"]))
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True, timeout=60)


def test_uncollected_measurements_do_not_pile_up() -> None:
    """A provider without readers holds nothing back for long."""
    Instruments(MeterProvider([], shutdown_on_exit=False).get_meter("test")).record(DURATION, 0.5, {})
    deadline = time.monotonic() + 10
    while len(measurements) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(measurements) == 0
