"""Attributes made when somebody reads them are those that would have been set."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.trace import INVALID_SPAN, NonRecordingSpan
from spanwright_instrumentation import deferred
from spanwright_instrumentation.deferred import DeferredAttributes, defer, set_attributes_later

KEYS = st.sampled_from([f"key.{i}" for i in range(6)])
SCALARS = st.one_of(st.text(max_size=12), st.booleans(), st.integers(), st.floats(allow_nan=False))
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.none())


class Kept(SpanProcessor):
    """Keeps what has ended, as every processor gets it."""

    def __init__(self) -> None:
        self.ended: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.ended.append(span)


def provider_of(kept: Kept, limits: SpanLimits | None = None) -> TracerProvider:
    provider = TracerProvider(span_limits=limits, shutdown_on_exit=False)
    provider.add_span_processor(kept)
    return provider


def begun(**attributes: Any) -> tuple[Span, Kept]:
    kept = Kept()
    span = provider_of(kept).get_tracer("test").start_span("x", attributes=attributes)
    assert isinstance(span, Span)
    return span, kept


@given(
    present=st.dictionaries(KEYS, SCALARS, max_size=4),
    later=st.dictionaries(KEYS, VALUES, max_size=6),
    count=st.integers(1, 8),
    length=st.integers(1, 12),
)
def test_as_if_set_at_once(present: dict[str, Any], later: dict[str, Any], count: int, length: int) -> None:
    """Values, their order, the limits of number and length, and the count of dropped ones are the SDK's."""
    limits = SpanLimits(max_span_attributes=count, max_span_attribute_length=length)
    kept = Kept()
    tracer = provider_of(kept, limits).get_tracer("test")
    set_at_once = tracer.start_span("x", attributes=present)
    set_at_once.set_attributes(later)
    set_at_once.end()
    set_later = tracer.start_span("x", attributes=present)
    set_attributes_later(set_later, lambda: later)
    set_later.end()
    expected, found = kept.ended
    assert list((found.attributes or {}).items()) == list((expected.attributes or {}).items())
    assert found.dropped_attributes == expected.dropped_attributes


def test_made_only_when_read() -> None:
    """Ending a span that nobody looks at makes nothing; the first look does, once."""
    span, kept = begun(a=1)
    made: list[int] = []

    def make() -> Mapping[str, Any]:
        made.append(1)
        return {"b": 2}

    set_attributes_later(span, make)
    span.end()
    assert made == []
    for _ in range(3):
        assert dict(kept.ended[0].attributes or {}) == {"a": 1, "b": 2}
    assert made == [1]


def test_dropped_alone_is_right_too() -> None:
    """An exporter that asks for the number of dropped attributes first gets the final one."""
    kept = Kept()
    tracer = provider_of(kept, SpanLimits(max_span_attributes=1)).get_tracer("test")
    span = tracer.start_span("x", attributes={"a": 1})
    set_attributes_later(span, lambda: {"b": 2})
    span.end()
    assert kept.ended[0].dropped_attributes == 1


def test_what_is_set_meanwhile_stays() -> None:
    """The application may set attributes of the current span until it ends, before and after us."""
    span, kept = begun()
    span.set_attribute("before", 1)
    set_attributes_later(span, lambda: {"ours": 2})
    span.set_attribute("after", 3)
    span.end()
    assert dict(kept.ended[0].attributes or {}) == {"before": 1, "ours": 2, "after": 3}


def test_who_holds_on_to_the_attributes_sees_all_of_them() -> None:
    """A processor that keeps what it got when the span began reads the whole of it at the end."""
    span, _ = begun(a=1)
    held = span.attributes
    set_attributes_later(span, lambda: {"b": 2})
    span.end()
    assert dict(held or {}) == {"a": 1, "b": 2}


def test_set_twice() -> None:
    """What is made later can be added to, as attributes can be set again."""
    span, kept = begun(a=1)
    set_attributes_later(span, lambda: {"b": 2})
    set_attributes_later(span, lambda: {"b": 3, "c": 4})
    span.end()
    assert dict(kept.ended[0].attributes or {}) == {"a": 1, "b": 3, "c": 4}


def test_read_only_after_the_end() -> None:
    """As the SDK's own attributes, these cannot be changed once the span has ended."""
    span, kept = begun()
    set_attributes_later(span, lambda: {"a": 1})
    span.end()
    with pytest.raises(TypeError):
        kept.ended[0].attributes["a"] = 2  # type: ignore[index]
    assert isinstance(kept.ended[0]._attributes, BoundedAttributes)


def test_what_cannot_be_made_costs_only_itself() -> None:
    """A span whose attributes cannot be completed keeps those it has, and its exporter hears nothing."""
    span, kept = begun(a=1)
    set_attributes_later(span, lambda: {"b": 1 // 0})
    span.end()
    assert dict(kept.ended[0].attributes or {}) == {"a": 1}


def test_many_readers_at_once() -> None:
    """Exporters of several processors read in their own threads and see the same."""
    for _ in range(50):
        span, kept = begun(a=1)
        set_attributes_later(span, lambda: {f"b.{i}": i for i in range(50)})
        span.end()
        found: list[Any] = []
        barrier = threading.Barrier(4)

        def read(kept: Kept = kept, found: list[Any] = found, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            found.append(dict(kept.ended[0].attributes or {}))

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [len(each) for each in found] == [51] * 4


def test_copies_and_unknown_names() -> None:
    """Deep copies, which some exporters make, are whole; what no attributes have is missing as usual."""
    made_later = BoundedAttributes(attributes={"a": 1}, immutable=False)
    defer(made_later, lambda: {"b": 2})
    assert isinstance(made_later, DeferredAttributes)
    assert dict(deepcopy(made_later)) == {"a": 1, "b": 2}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        made_later.nothing  # noqa: B018


class Foreign(NonRecordingSpan):
    """A span of a provider that is not the SDK's."""

    def __init__(self) -> None:
        super().__init__(INVALID_SPAN.get_span_context())
        self.found: dict[str, Any] = {}

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        self.found.update(attributes)


def test_other_kinds_of_spans_get_theirs_at_once() -> None:
    """What the span of another vendor does with its attributes is not known: it is asked as usual."""
    span = Foreign()
    set_attributes_later(span, lambda: {"a": 1})
    assert span.found == {"a": 1}


def test_an_unknown_api_gets_them_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a future API keeps attributes otherwise, they are set as everybody sets them."""
    monkeypatch.setattr(deferred, "_IS_KNOWN", False)
    span, kept = begun(a=1)
    set_attributes_later(span, lambda: {"b": 2})
    assert type(span._attributes) is BoundedAttributes
    span.end()
    assert dict(kept.ended[0].attributes or {}) == {"a": 1, "b": 2}
