"""Spans are processed once, when first read, in the order in which they ended; unread ones are freed."""

from __future__ import annotations

import copy
import gc
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from spanwright_processors import Counters, EditableSpan, StepChain
from spanwright_processors.guard import EndOrder, ProcessedSpan, check_span_layout
from spanwright_processors.step import Phase
from support.spans import Keep, Shout, chain, ended, provider

READERS: list[Callable[[ReadableSpan], object]] = [
    lambda span: span.name,
    lambda span: span.attributes,
    lambda span: span.events,
    lambda span: span.links,
    lambda span: span.status,
    lambda span: span.dropped_attributes,
    lambda span: span._attributes,
    lambda span: span.to_json(),
]


def ended_in_trace(tracer: trace.Tracer, keep: Keep, names: str) -> list[ReadableSpan]:
    """A root ``r`` with a child for each other letter, ended in the order of ``names``."""
    root = tracer.start_span("r")
    context = trace.set_span_in_context(root)
    spans = {name: root if name == "r" else tracer.start_span(name, context) for name in names}
    for name in names:
        spans[name].end()
    ended_spans, keep.spans = keep.spans, []
    return ended_spans


def a_trace(names: str) -> list[ReadableSpan]:
    keep = Keep()
    return ended_in_trace(provider(keep).get_tracer("t"), keep, names)


def test_the_installed_sdk_keeps_spans_in_the_known_form() -> None:
    """The check that attach makes holds for the SDK the tests run on."""
    assert check_span_layout()


@pytest.mark.parametrize("read", READERS)
def test_whatever_is_read_first_is_processed(read: Callable[[ReadableSpan], object]) -> None:
    """Each way to the content runs the steps, once, and gives their result."""
    seen: list[str] = []
    span = EndOrder(chain(lambda edited: seen.append(edited.name), Shout())).add(ended("a", {"k": "v"}))
    assert seen == []
    read(span)
    assert (span.name, dict(span.attributes or {})) == ("A", {"k": "V"})
    assert seen == ["a"]


def test_reading_what_holds_no_content_processes_nothing() -> None:
    """Batch processors look at the sampling flag on the application's thread: that must cost nothing."""
    raw = ended("a")
    span = EndOrder(chain(lambda _: pytest.fail("processed"))).add(raw)
    assert isinstance(span, ReadableSpan)
    assert (span.context, span.parent, span.resource) == (raw.context, raw.parent, raw.resource)
    assert (span.start_time, span.end_time) == (raw.start_time, raw.end_time)
    with pytest.raises(AttributeError):
        span.no_such_attribute  # noqa: B018


def test_unread_content_is_in_no_dictionary_or_copy() -> None:
    """vars() shows no content, copies and what is pickled show processed content."""
    raw = ended("small", {"k": "letters"})
    order = EndOrder(chain(Shout()))
    assert "letters" not in repr(vars(order.add(raw)))
    for copied in (copy.copy(order.add(raw)), copy.deepcopy(order.add(raw))):
        assert type(copied) is ReadableSpan
        assert (copied.name, dict(copied.attributes or {})) == ("SMALL", {"k": "LETTERS"})
    _, (fields,) = order.add(raw).__reduce__()
    assert "letters" not in repr(fields)


def test_the_raw_span_is_let_go_once_processed() -> None:
    """After processing nothing keeps what the span held before."""
    raw = ended("a", {"k": "letters"})
    gone = weakref.ref(raw)
    span = EndOrder(chain(Shout())).add(raw)
    del raw
    assert span.name == "A"
    assert gone() is None


def test_a_span_read_first_waits_for_those_that_ended_before_it() -> None:
    """Reading the root first processes its children first, in the order in which they ended."""
    seen: list[str] = []
    order = EndOrder(chain(lambda span: seen.append(span.name)))
    spans = [order.add(raw) for raw in a_trace("bcar")]
    assert spans[1].name == "c"
    assert seen == ["b", "c"]
    assert spans[3].name == "r"
    assert seen == ["b", "c", "a", "r"]
    assert [span.name for span in spans] == ["b", "c", "a", "r"]
    assert seen == ["b", "c", "a", "r"]


@pytest.mark.parametrize(("read", "expected"), [(1, "abcr"), (2, "ab"), (3, "abc")])
def test_what_outlives_its_root_goes_before_it_while_nobody_has_read_that(read: int, expected: str) -> None:
    """So much of it is still in the root's totals; read itself, it waits for no root."""
    seen: list[str] = []
    order = EndOrder(chain(lambda span: seen.append(span.name)))
    spans = [order.add(raw) for raw in a_trace("arbc")]
    assert spans[read].name == expected[-1]
    assert "".join(seen) == expected
    assert [span.name for span in spans] == list("arbc")
    assert sorted(seen) == list("abcr")


def test_what_ends_after_its_root_was_read_comes_after_it() -> None:
    """Nothing is processed twice, and nothing is held for it."""
    seen: list[str] = []
    order = EndOrder(chain(lambda span: seen.append(span.name)))
    raw = a_trace("arbc")
    spans = [order.add(span) for span in raw[:2]]
    assert spans[1].name == "r"
    spans += [order.add(span) for span in raw[2:]]
    assert spans[3].name == "c"
    assert "".join(seen) == "arbc"
    assert (order._open, order._held) == ({}, 0)


def test_other_traces_do_not_wait() -> None:
    """Order holds within a trace; another trace is not processed with it."""
    seen: list[str] = []
    order = EndOrder(chain(lambda span: seen.append(span.name)))
    spans = [order.add(raw) for raw in [*a_trace("ar"), *a_trace("br")]]
    assert spans[-1].name == "r"
    assert seen == ["b", "r"]


def test_two_readers_in_threads_keep_the_order() -> None:
    """Two exporters that read from both ends at once: every span once, each trace in order."""
    seen: dict[int, list[str]] = {}
    running: set[int] = set()

    def record(span: EditableSpan) -> None:
        assert span.trace_id not in running
        running.add(span.trace_id)
        time.sleep(0.0002)
        seen.setdefault(span.trace_id, []).append(span.name)
        running.discard(span.trace_id)

    steps = chain(record)
    order = EndOrder(steps)
    spans = [order.add(raw) for _ in range(8) for raw in a_trace("abcdefgr")]
    readers = [
        threading.Thread(target=lambda part: [span.name for span in part], args=(part,))
        for part in (spans, spans[::-1], spans[::3])
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert list(seen.values()) == [list("abcdefgr")] * 8
    assert steps.counters.counts().step_failures == {}


def test_a_finished_trace_no_exporter_keeps_is_freed() -> None:
    """When the root has ended and nobody holds a span of the trace, nothing of it stays."""
    order = EndOrder(chain())
    spans = [order.add(raw) for raw in a_trace("abr")]
    gone = [weakref.ref(span) for span in spans]
    gc.disable()
    try:
        del spans
        assert [reference() for reference in gone] == [None] * 3
    finally:
        gc.enable()
    assert (order._open, order._held, len(order._closed)) == ({}, 0, 0)


def test_a_kept_root_keeps_its_unread_children_for_the_roll_up() -> None:
    """Children that a full queue has dropped are still processed before the root that is exported."""
    seen: list[str] = []
    order = EndOrder(chain(lambda span: seen.append(span.name)))
    root = [order.add(raw) for raw in a_trace("abr")][-1]
    assert root.name == "r"
    assert seen == ["a", "b", "r"]


def test_open_traces_are_held_up_to_a_limit() -> None:
    """Where roots never end, the oldest trace is given up, and counted; its spans are still processed."""
    steps = chain(Shout())
    order = EndOrder(steps, limit=10)
    spans = [order.add(raw) for _ in range(4) for raw in a_trace("abcdr")[:4]]
    assert order._held <= 10
    assert steps.counters.counts().out_of_order == 8
    assert [span.name for span in spans] == list("ABCD") * 4
    assert (order._held, order._open) == (0, {})


def test_processing_part_of_an_open_trace_keeps_count() -> None:
    """What is held falls with what is read, and is nothing when all is."""
    order = EndOrder(chain())
    spans = [order.add(raw) for raw in a_trace("abcdr")[:4]]
    assert order._held == 4
    assert spans[1].name == "b"
    assert order._held == 2
    assert spans[3].name == "d"
    assert (order._held, order._open) == (0, {})


def test_an_interrupt_while_processing_leaves_a_readable_empty_span() -> None:
    """Ctrl-C in a step reaches the reader; the span it hit holds nothing, the others are unharmed."""

    def interrupt_b(span: EditableSpan) -> None:
        if span.name == "b":
            raise KeyboardInterrupt

    order = EndOrder(chain(interrupt_b))
    spans = [order.add(raw) for raw in a_trace("abcr")]
    with pytest.raises(KeyboardInterrupt):
        spans[3].name  # noqa: B018
    assert [span.name for span in spans] == ["a", "span", "c", "r"]


def test_a_step_that_reads_the_span_it_runs_on_gets_an_empty_one() -> None:
    """A step that exports in the middle of processing neither hangs nor sees raw content."""
    seen: list[str] = []
    spans: list[ProcessedSpan] = []
    order = EndOrder(chain(lambda _: seen.append(spans[0].name)))
    spans.append(order.add(ended("letters")))
    assert spans[0].name == "letters"
    assert seen == ["span"]


def test_a_span_of_the_same_steps_is_not_processed_twice() -> None:
    """A pipeline behind an attached provider with the same chain takes its spans as they are."""
    steps = chain(lambda span: span.attributes.update(n=span.attributes.get("n", 0) + 1))
    first, second, other = EndOrder(steps), EndOrder(steps), EndOrder(chain(Shout()))
    span = first.add(ended("a"))
    assert second.add(span) is span
    assert dict(other.add(span).attributes or {}) == {"n": 1}
    assert other.add(span).name == "A"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_child_forked_while_a_step_runs_is_not_locked() -> None:
    """Locks that the parent's exporter thread holds are made anew in the child, its open traces forgotten."""
    inside, go_on = threading.Event(), threading.Event()

    def wait(_: EditableSpan) -> None:
        inside.set()
        go_on.wait(10)

    order = EndOrder(chain(wait))
    spans = [order.add(raw) for raw in a_trace("abr")]
    reader = threading.Thread(target=lambda: spans[0].name)
    reader.start()
    inside.wait(10)
    child = os.fork()
    if child == 0:
        go_on.set()
        os._exit(0 if (order._held, spans[2].name) == (0, "r") else 1)
    deadline = time.monotonic() + 10
    status = (0, 0)
    while status[0] == 0 and time.monotonic() < deadline:
        status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.01)
    go_on.set()
    reader.join()
    assert os.waitstatus_to_exitcode(status[1]) == 0
    assert status[0] == child


class _Learner:
    """Notes what it is shown before its turn, and when."""

    learns = True
    Settings: ClassVar[type[Any]] = type(None)
    phase: ClassVar[Phase] = Phase.MASK

    def __init__(self) -> None:
        self.seen: list[str] = []

    def learn(self, span: EditableSpan) -> None:
        self.seen.append(f"({span.name})")
        span.name = "changed"
        if span.name == "b":
            raise ValueError

    def __call__(self, span: EditableSpan) -> None:
        self.seen.append(span.name)


def test_steps_that_learn_see_what_has_ended_first() -> None:
    """Each span of the trace once, but for the one whose turn it is; what they do to it does not count."""
    learner = _Learner()
    order = EndOrder(StepChain([learner], Counters()))
    spans = [order.add(span) for span in a_trace("abr")]
    assert spans[0].name == "a"
    assert sorted(learner.seen[:2]) == ["(b)", "(r)"]
    assert learner.seen[2:] == ["a"]
    assert [span.name for span in spans] == ["a", "b", "r"]
    assert learner.seen[3:] == ["b", "r"]
