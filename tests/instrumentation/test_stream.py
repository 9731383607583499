"""A streamed answer's one end, and its times."""

from __future__ import annotations

import gc
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from spanwright_instrumentation import stream as stream_module
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.stream import AsyncChunks, Reading, observed_chunks
from spanwright_instrumentation.telemetry import Telemetry
from spanwright_instrumentation.translation import Response
from spanwright_instrumentation.watcher import Watcher
from support.recording import Recording

KNOWN = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "m"}


class State:
    """Counts chunks; those that are text hold content."""

    def __init__(self) -> None:
        self.chunks = 0

    def observe(self, chunk: Any) -> bool:
        if chunk == "broken":
            raise TypeError("not the shape of a chunk")
        self.chunks += 1
        return isinstance(chunk, str)

    def response(self, *, broken: bool) -> Response:
        return Response({"gen_ai.response.finish_reasons": ["error" if broken else "stop"] * self.chunks})


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Recording:
    monkeypatch.setattr(stream_module, "watcher", Watcher(600))
    return Recording()


@pytest.fixture
def watcher(recording: Recording) -> Watcher:
    found: Watcher = vars(stream_module)["watcher"]
    return found


def reading(recording: Recording) -> Reading:
    return Reading(Invocation(recording.telemetry, "chat", "m", attributes=KNOWN), State())


def attributes(recording: Recording) -> dict[str, Any]:
    (span,) = recording.spans
    return dict(span.attributes or {})


def failing(*items: Any) -> Iterator[Any]:
    yield from items
    raise ConnectionResetError("peer gone")


def test_read_to_the_end(recording: Recording) -> None:
    """Chunks come through as they are; the end of the iterator is the end of the span."""
    chunks = observed_chunks(iter([None, "a", "b"]), reading(recording))
    assert list(chunks) == [None, "a", "b"]
    assert list(chunks) == []
    assert attributes(recording)["gen_ai.response.finish_reasons"] == ("stop",) * 3


async def test_read_to_the_end_async(recording: Recording) -> None:
    """Likewise asynchronously."""

    async def arriving() -> AsyncIterator[Any]:
        for item in (None, "a"):
            yield item

    assert [chunk async for chunk in AsyncChunks(arriving(), reading(recording))] == [None, "a"]
    assert attributes(recording)["gen_ai.response.finish_reasons"] == ("stop",) * 2


def test_times(recording: Recording) -> None:
    """The first chunk and the first content are timed apart: a role alone is no token."""

    def arriving() -> Iterator[Any]:
        time.sleep(0.02)
        yield None
        time.sleep(0.03)
        yield "a"
        time.sleep(0.01)
        yield "b"

    list(observed_chunks(arriving(), reading(recording)))
    found = attributes(recording)
    first_chunk, first_token = (
        found[name] for name in ("gen_ai.response.time_to_first_chunk", "spanwright.time_to_first_token")
    )
    assert first_chunk >= 0.02
    assert first_token >= first_chunk + 0.03
    (points,) = recording.metric_points("gen_ai.client.inference.time_to_first_chunk")
    assert points[0] == 1


def test_no_times_without_chunks(recording: Recording) -> None:
    """What never came has no time."""
    list(observed_chunks(iter([]), reading(recording)))
    assert not [key for key in attributes(recording) if "time_to_first" in key]


def test_error(recording: Recording) -> None:
    """The application sees its exception, and the span has its type, with the answer so far."""
    chunks = observed_chunks(failing("a"), reading(recording))
    with pytest.raises(ConnectionResetError):
        list(chunks)
    found = attributes(recording)
    assert found["error.type"] == "ConnectionResetError"
    assert found["gen_ai.response.finish_reasons"] == ("error",)


def test_closing_counts_unless_a_read_tells(recording: Recording) -> None:
    """An SDK closes the response itself before its iterator raises: the exception is how it ended."""
    observed = reading(recording)

    def arriving() -> Iterator[Any]:
        yield "a"
        observed.close()
        raise ConnectionResetError("peer gone")

    with pytest.raises(ConnectionResetError):
        list(observed_chunks(arriving(), observed))
    assert attributes(recording)["error.type"] == "ConnectionResetError"


def test_closed_by_the_application(recording: Recording) -> None:
    """Closing between reads is an end without an error; what comes later changes nothing."""
    observed = reading(recording)
    chunks = observed_chunks(iter(["a", "b"]), observed)
    next(chunks)
    observed.close()
    assert list(chunks) == ["b"]
    found = attributes(recording)
    assert found["gen_ai.response.finish_reasons"] == ("stop",)
    assert "error.type" not in found


def test_dropped_ends_at_its_last_read(recording: Recording) -> None:
    """A stream that is collected as garbage ends at the time of its last read, not of its collection."""
    chunks = observed_chunks(iter(["a", "b"]), reading(recording))
    next(chunks)
    time.sleep(0.05)
    del chunks
    gc.collect()
    deadline = time.monotonic() + 5
    while not recording.spans and time.monotonic() < deadline:
        time.sleep(0.01)
    (span,) = recording.spans
    assert (span.end_time or 0) - (span.start_time or 0) < 40_000_000


def test_chunk_that_cannot_be_read(recording: Recording) -> None:
    """A chunk of another shape comes through, and the rest is still read."""
    assert list(observed_chunks(iter(["broken", "a"]), reading(recording))) == ["broken", "a"]
    assert attributes(recording)["gen_ai.response.finish_reasons"] == ("stop",)


def test_discarded(recording: Recording) -> None:
    """In a forked child the parent's stream never ends."""
    observed = reading(recording)
    chunks = observed_chunks(iter(["a"]), observed)
    observed.discard()
    assert list(chunks) == ["a"]
    assert recording.spans == []


def test_nothing_is_watched_after_the_end(recording: Recording, watcher: Watcher) -> None:
    """Readings that have ended leave nothing behind."""
    for _ in range(50):
        list(observed_chunks(iter(["a"]), reading(recording)))
    assert len(watcher) == 0


def test_each_chunk_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every chunk leaves its time, those without content and those that cannot be read too."""
    monkeypatch.setattr(stream_module, "watcher", Watcher(600))
    reader = InMemoryMetricReader()
    recording = Recording()
    telemetry = Telemetry(
        tracer_provider=recording.tracer_provider,
        meter_provider=MeterProvider([reader], shutdown_on_exit=False),
    )
    observed = Reading(Invocation(telemetry, "chat", "m", attributes=KNOWN), State())
    list(observed_chunks(iter([None, "a", "broken", "b"]), observed))
    data = reader.get_metrics_data()
    assert data is not None
    points = {
        metric.name: point
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
        for point in metric.data.data_points
    }
    point: Any = points["gen_ai.client.inference.time_per_output_chunk"]
    assert point.count == 3
    assert point.sum == pytest.approx((observed.times[-1] - observed.times[1]) / 1e9)
