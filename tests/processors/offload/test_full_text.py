from __future__ import annotations

from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.trace import StatusCode
from spanwright_processors.offload.full_text import (
    LONG_TEXT,
    FullText,
    Value,
    is_kept,
    text_of_record,
    text_of_span,
)
from spanwright_processors.span import EditableEvent, EditableLogRecord
from support.editable import editable_span
from support.full_texts import START

LONG = "x" * LONG_TEXT


def test_what_is_kept_of_a_span() -> None:
    """Content of attributes and events, the status, other long texts; not ids, figures, short texts."""
    span = editable_span(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.response.id": LONG,
            "gen_ai.input.messages": "[]",
            "gen_ai.prompt.variable.city": "Oslo",
            "app.note": LONG,
            "app.flag": "short",
            "gen_ai.usage.input_tokens": 12,
            "user.hash": "3f2a",
        },
        events=[EditableEvent("exception", 0, {"exception.message": "no", "exception.type": "ValueError"})],
        status=StatusCode.ERROR,
        description="it failed",
    )
    found = text_of_span(span)
    assert found is not None
    assert found.values == (
        Value("attributes", "gen_ai.input.messages", "[]"),
        Value("attributes", "gen_ai.prompt.variable.city", "Oslo"),
        Value("attributes", "app.note", LONG),
        Value("events[0]", "exception.message", "no"),
        Value("status", "", "it failed"),
    )
    assert (found.trace_id, found.span_id, found.user, found.name) == (1, 2, "3f2a", "chat gpt-4o")
    assert found.time_ns == span.end_ns
    assert found.value("gen_ai.input.messages") == "[]"
    assert found.value("gen_ai.output.messages") is None


def test_structured_values_are_kept_as_json() -> None:
    """An array of OTLP, bytes and read-only maps included, becomes the JSON that a reader sees."""
    found = text_of_span(
        editable_span(
            {"gen_ai.retrieval.documents": [{"id": 1, "raw": b"\x00"}, MappingProxyType({"a": 2.5})]}
        )
    )
    assert found is not None
    assert found.values == (
        Value("attributes", "gen_ai.retrieval.documents", '[{"id":1,"raw":"AA=="},{"a":2.5}]', is_json=True),
    )


def test_other_spans_are_left_alone() -> None:
    """A span of no GenAI operation, one without text, and one without a trace have nothing to keep."""
    assert text_of_span(editable_span({"db.query.text": "SELECT 1" * 100, "exception.message": "no"})) is None
    assert text_of_span(editable_span({"gen_ai.operation.name": "chat"})) is None
    assert text_of_span(editable_span({"gen_ai.input.messages": "[]"}, trace_id=0)) is None


def test_what_is_kept_of_a_log_record() -> None:
    """GenAI events of a trace, attributes and body; an application's own log is none of ours."""

    def kept(name: str | None, trace_id: int = 1, messages: str | None = None) -> FullText | None:
        given = {"gen_ai.input.messages": messages} if messages else {}
        return text_of_record(EditableLogRecord({"content": "hi"}, given, name, trace_id, 2, {}), 7)

    found = kept("gen_ai.user.message")
    assert found is not None
    assert (found.values, found.time_ns) == ((Value("body", "", '{"content":"hi"}', is_json=True),), 7)
    assert kept(None, messages="[]") is not None
    assert kept("app.started") is None
    assert kept("gen_ai.user.message", trace_id=0) is None


def test_the_prompt_is_kept_with_its_names() -> None:
    """The registry learns the prompt's hash, and its names from span and resource."""
    span = editable_span(
        {
            "gen_ai.input.messages": "[]",
            "spanwright.system_prompt.sha256": "ab",
            "gen_ai.prompt.name": "support",
            "spanwright.pipeline.name": "bot",
        }
    )
    span.resource = {"service.name": "web"}
    found = text_of_span(span)
    assert found is not None
    assert (found.prompt, found.labels) == ("ab", {"name": "support", "pipeline": "bot", "service": "web"})


def test_none_is_no_text() -> None:
    """An attribute without a value has nothing to keep."""
    assert not is_kept("gen_ai.input.messages", None)


VALUES = st.builds(Value, st.text(), st.text(), st.text(st.characters()), st.booleans())


@settings(deadline=None)
@given(
    st.builds(
        FullText,
        st.integers(1, 2**128 - 1),
        st.integers(0, 2**64 - 1),
        st.text(st.characters()),
        st.integers(0, 2**63),
        st.lists(VALUES).map(tuple),
        st.none() | st.text(),
        st.none() | st.text(),
        st.dictionaries(st.text(), st.text()),
    )
)
def test_encoding_changes_nothing(text: FullText) -> None:
    """Any text comes back, lone surrogates included."""
    assert FullText.decode(text.encode()) == text


def test_the_day_is_that_of_the_end() -> None:
    """A time that cannot be (none, or in the future) is today's."""

    def ended(time_ns: int) -> str:
        return FullText(1, 2, "", time_ns, ()).day(START)

    assert ended(int((START - 86_400) * 1e9)) == "2026-09-20"
    assert ended(0) == ended(int((START + 1e6) * 1e9)) == "2026-09-21"
