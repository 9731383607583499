"""What the mask step hands over, from whole spans to the command that shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.trace import StatusCode
from spanwright_processors.audit.originals import Replaced, restored
from spanwright_processors.audit.recorder import Recorder
from spanwright_processors.span import EditableEvent, EditableLogRecord
from spanwright_processors.steps.mask import Mask, MaskSettings
from support.audit_trail import KEY, USER, Trail
from support.editable import editable_span

Kept = tuple[int, int, object, list[Replaced]]


class Collector:
    """Keeps what it is given in memory."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []

    def keep(self, trace_id: int, span_id: int, user_hash: object, replaced: Sequence[Replaced]) -> None:
        self.kept.append((trace_id, span_id, user_hash, list(replaced)))


def _values(kept: Kept) -> set[tuple[str, str, str]]:
    return {(one.place, one.key, edit.original) for one in kept[3] for edit in one.edits}


def test_every_place_of_a_span() -> None:
    """Attributes, events, links and status: what was masked there is handed over with its place."""
    originals = Collector()
    span = editable_span(
        {
            "gen_ai.tool.call.arguments": '{"customer": {"email": "ann@example.com"}, "n": 1}',
            "tags": ["no", "cat@example.com"],
            "user.hash": USER,
        },
        events=[EditableEvent("exception", 0, {"exception.message": "for dan@example.com"})],
        status=StatusCode.ERROR,
        description="eve@example.com not found",
    )
    Mask(originals=originals)(span)
    (kept,) = originals.kept
    assert kept[:3] == (1, 2, USER)
    assert _values(kept) == {
        ("attributes", "gen_ai.tool.call.arguments", "ann@example.com"),
        ("attributes", "tags", "cat@example.com"),
        ("events[0]", "exception.message", "dan@example.com"),
        ("status", "", "eve@example.com"),
    }


def test_a_log_record() -> None:
    """Body and attributes of a log record likewise."""
    originals = Collector()
    record = EditableLogRecord(
        body={"content": "I am ann@example.com"},
        attributes={"key": "bob@example.com"},
        event_name=None,
        trace_id=3,
        span_id=4,
        resource={},
    )
    Mask(originals=originals).log(record)
    (kept,) = originals.kept
    assert kept[:3] == (3, 4, None)
    assert _values(kept) == {("body", "content", "ann@example.com"), ("attributes", "key", "bob@example.com")}


def test_spans_without_findings_come_too() -> None:
    """Whose a trace is may stand on a span without anything masked."""
    originals = Collector()
    Mask(originals=originals)(editable_span({"user.hash": USER}))
    assert originals.kept == [(1, 2, USER, [])]


PARTS = st.lists(
    st.sampled_from(
        [
            "bob@example.com",
            "Hello,",
            "my name is Priya Raman",
            "Priya",
            "415-555-2671",
            "4242 4242 4242 4242",
            '"quoted"',
            "\\u0040",
            "[EMAIL]",
            "\n",
            "ünï",
        ]
    ),
    max_size=8,
)


@settings(deadline=None)
@given(PARTS, st.booleans())
def test_the_exact_original_comes_back(parts: list[str], as_json: bool) -> None:
    """Exported text and what was handed over give the text as it was, through escapes and second looks."""
    text = " ".join(parts)
    value = json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}]) if as_json else text
    originals = Collector()
    span = editable_span({"gen_ai.input.messages": value})
    Mask(originals=originals)(span)
    (kept,) = originals.kept
    edits = [one.edits for one in kept[3] if one.key == "gen_ai.input.messages"]
    assert restored(span.attributes["gen_ai.input.messages"], edits) == value


def test_from_settings_to_show(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings alone are enough: what the step masks can be shown."""
    monkeypatch.setenv("AUDIT_KEY", KEY)
    step = Mask(MaskSettings(audit=trail.settings))
    step(editable_span({"gen_ai.input.messages": "bob@example.com"}))
    assert isinstance(step._originals, Recorder)
    assert step._originals.close()
    assert trail.shown() == ["bob@example.com"]


def test_off_without_a_folder() -> None:
    """Without a folder the step keeps nothing and gathers nothing."""
    step = Mask(MaskSettings())
    assert step._originals is None
    span = editable_span({"gen_ai.input.messages": "bob@example.com"})
    step(span)
    assert span.attributes["gen_ai.input.messages"] == "[EMAIL]"
