"""A pipeline with its own exporters: each span processed once, no exporter held up by another, none lost."""

from __future__ import annotations

import threading
import time

import pytest
from opentelemetry import trace
from spanwright_processors import BatchSettings, Pipeline
from support.spans import Collect, Shout, chain, provider, raises


def test_each_span_is_processed_once_and_reaches_every_exporter() -> None:
    """Three exporters get the same processed spans, in order, after one run of the steps each."""
    seen: list[str] = []
    exporters = [Collect(), Collect(), Collect()]
    made = provider(Pipeline(chain(lambda span: seen.append(span.name), Shout()), exporters))
    tracer = made.get_tracer("t")
    for number in range(300):
        with tracer.start_as_current_span(f"root{number}"):
            tracer.start_span(f"child{number}").end()
    assert made.force_flush()
    expected = [f"{kind}{number}" for number in range(300) for kind in ("child", "root")]
    assert sorted(seen) == sorted(expected)
    for number in range(300):
        assert seen.index(f"child{number}") < seen.index(f"root{number}")
    for exporter in exporters:
        assert exporter.names == [name.upper() for name in expected]
    made.shutdown()
    assert all(exporter.closed for exporter in exporters)


def test_a_slow_exporter_holds_up_no_other() -> None:
    """While one exporter hangs the other goes on; flush says the truth, and nothing accepted is lost."""
    gate = threading.Event()
    slow, quick = Collect(before=gate.wait), Collect()
    pipeline = Pipeline(chain(), [slow, quick])
    made = provider(pipeline)
    made.get_tracer("t").start_span("a").end()
    assert made.force_flush(200) is False
    assert (slow.names, quick.names) == ([], ["a"])
    gate.set()
    assert made.force_flush()
    assert slow.names == ["a"]
    made.shutdown()


def test_shutdown_waits_for_all_exporters_at_once() -> None:
    """Five slow exporters take the time of one."""
    exporters = [Collect(before=lambda: time.sleep(0.3)) for _ in range(5)]
    made = provider(Pipeline(chain(), exporters))
    made.get_tracer("t").start_span("a").end()
    started = time.monotonic()
    made.shutdown()
    assert time.monotonic() - started < 1.4
    assert [exporter.names for exporter in exporters] == [["a"]] * 5


def test_a_failing_exporter_or_step_reaches_neither_the_application_nor_the_others() -> None:
    """The application's span ends quietly; the other exporter gets it, empty and marked."""

    def broken() -> None:
        raise OSError

    other = Collect()
    made = provider(Pipeline(chain(raises(ValueError("hidden"))), [Collect(before=broken), other]))
    with made.get_tracer("t").start_as_current_span("hidden") as span:
        span.set_attribute("k", "hidden")
    made.shutdown()
    assert "hidden" not in other.batches[0][0].to_json()


def test_what_cannot_be_wrapped_is_counted_not_raised() -> None:
    """Nothing that on_end is given makes it raise."""
    steps = chain()
    pipeline = Pipeline(steps, [Collect()])
    pipeline.on_end(object())  # type: ignore[arg-type]
    assert steps.counters.counts().lost == {"not_wrapped": 1}
    pipeline.shutdown()


@pytest.mark.parametrize("kept", [1, 2])
def test_a_dropped_child_still_counts_before_its_root(kept: int) -> None:
    """Spans that a full queue refused are processed with their trace, so that its sums are right."""
    seen: list[str] = []
    gate = threading.Event()
    exporter = Collect(before=gate.wait)
    settings = BatchSettings(queue_spans=kept, batch_spans=1, interval_s=0.001)
    pipeline = Pipeline(chain(lambda span: seen.append(span.name)), [exporter], settings)
    made = provider(pipeline)
    tracer = made.get_tracer("t")
    root = tracer.start_span("root")
    context = trace.set_span_in_context(root)
    for number in range(5):
        tracer.start_span(f"child{number}", context).end()
    gate.set()
    assert made.force_flush()
    root.end()
    made.shutdown()
    assert seen == [*(f"child{number}" for number in range(5)), "root"]
    assert exporter.names[-1] == "root"
    assert len(exporter.names) < 6
