"""What the SDK's length limit has cut through is not exported as a rest that no pattern knows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk._logs import LoggerProvider, LogRecordLimits
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, SpanContext
from spanwright_processors import StepChain, attach, attach_logs
from spanwright_processors.steps.mask import Mask
from spanwright_processors.torn import without_torn_ends
from support.spans import chain

SECRETS = (
    "priya.raman@mail.example.com",
    "4242 4242 4242 4242",
    "GB82 WEST 1234 5698 7654 32",
    "+1 415-555-2671",
    "sk-proj-q8Wv2LmT4xZr9KpD1sYc7NbFhJ3gT6vX",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ.c2lnbmF0dXJl",
)
LIMIT = 400


def shortened(attributes: dict[str, Any], limit: int | None) -> dict[str, Any]:
    source = BoundedAttributes(attributes=attributes, max_value_len=limit)
    return without_torn_ends(dict(source), source)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("kept", range(1, 28))
def test_half_of_something_is_not_exported(secret: str, kept: int) -> None:
    """However much of it is left at the end of a value, list, map, event, link or log record, it goes."""
    text = "word " * 200
    text = text[: LIMIT - kept - 1] + " " + secret + " and more" * 40
    half = secret[: max(kept - 1, 6)]
    limits = SpanLimits(max_attribute_length=LIMIT, max_span_attribute_length=LIMIT)
    provider, exporter = TracerProvider(shutdown_on_exit=False, span_limits=limits), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    attach(provider, StepChain([Mask()]))
    link = Link(SpanContext(1, 1, is_remote=False), {"a": text})
    with provider.get_tracer("t").start_as_current_span("s", links=[link]) as span:
        span.set_attributes({"a": text, "b": [text], "c": {"d": text}})
        span.add_event("e", {"a": text})
    assert half not in exporter.get_finished_spans()[0].to_json()


def test_log_records_are_cut_by_limits_too() -> None:
    """The same for the attributes of log records."""
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    limits = LogRecordLimits(max_attribute_length=LIMIT)
    provider = LoggerProvider(shutdown_on_exit=False, log_record_limits=limits)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    attach_logs(provider, StepChain([Mask()]))
    provider.get_logger("t").emit(attributes={"a": "word " * 78 + "priya.raman@mail.example.com" * 3})
    (record,) = exporter.get_finished_logs()
    assert "priya" not in repr(record.log_record.attributes)


@given(st.dictionaries(st.text(min_size=1), st.one_of(st.text(), st.lists(st.text()), st.integers())))
def test_what_is_shorter_than_the_limit_stays_the_same_object(attributes: dict[str, Any]) -> None:
    """Without a limit, or far below it, nothing is touched."""
    source = BoundedAttributes(attributes=attributes)
    given = dict(source)
    assert without_torn_ends(given, source) is given
    source = BoundedAttributes(attributes=attributes, max_value_len=1_000_000)
    assert all(value is source[key] for key, value in without_torn_ends(dict(source), source).items())


def test_a_whole_token_goes_though_it_began_long_before() -> None:
    """Half a key is no key to any rule."""
    assert shortened({"a": f"key: {'Ab1-' * 200}"}, 300) == {"a": "key: …"}
    assert shortened({"a": "x" * 30}, 10) == {"a": "…"}
    assert shortened({"a": 7, "b": ("x", "y" * 30)}, 10) == {"a": 7, "b": ("x", "…")}


def test_where_nothing_is_masked_nothing_is_shortened() -> None:
    """A chain without a masking step has asked for values as they are."""
    provider = TracerProvider(shutdown_on_exit=False, span_limits=SpanLimits(max_span_attribute_length=10))
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    attach(provider, chain())
    provider.get_tracer("t").start_span("s", attributes={"a": "x" * 30}).end()
    assert dict(exporter.get_finished_spans()[0].attributes or {}) == {"a": "x" * 10}
