"""What a span tells of what was found in it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from spanwright_processors.detect.found import Found
from spanwright_processors.detect.trace_memory import TraceNames
from spanwright_processors.masking.report import mark
from spanwright_processors.masking.settings import Report

FLAGS = {
    "spanwright.pii.detected": True,
    "spanwright.pii.masked": True,
    "spanwright.trace.pii.detected": True,
    "spanwright.trace.pii.masked": True,
}
TYPES = {
    **FLAGS,
    "spanwright.pii.entity_types": ("EMAIL_ADDRESS", "PERSON"),
    "spanwright.trace.pii.entity_types": ("EMAIL_ADDRESS", "PERSON"),
}
COUNTS = {**TYPES, "spanwright.pii.count.email_address": 2, "spanwright.pii.count.person": 1}


def found() -> Found:
    counts = Counter({"EMAIL_ADDRESS": 2, "PERSON": 1})
    return Found(TraceNames(), types={"PERSON", "EMAIL_ADDRESS"}, masked=True, counts=counts)


@pytest.mark.parametrize(
    ("report", "expected"),
    [(Report.NONE, {}), (Report.FLAGS, FLAGS), (Report.TYPES, TYPES), (Report.COUNTS, COUNTS)],
)
def test_each_switch_tells_more(report: Report, expected: dict[str, Any]) -> None:
    """Nothing, flags, types, counts: never a value."""
    attributes: dict[str, Any] = {}
    mark(attributes, found(), report, is_root=True)
    assert attributes == expected


def test_what_an_earlier_pass_wrote_is_added_to() -> None:
    """Types united, counts added, a flag stays set."""
    attributes: dict[str, Any] = {
        "spanwright.pii.masked": True,
        "spanwright.pii.entity_types": ["US_SSN"],
        "spanwright.pii.count.person": 3,
    }
    mark(attributes, Found(TraceNames(), types={"PERSON"}, counts=Counter(PERSON=1)), Report.COUNTS)
    assert attributes["spanwright.pii.masked"] is True
    assert attributes["spanwright.pii.entity_types"] == ("PERSON", "US_SSN")
    assert attributes["spanwright.pii.count.person"] == 4


def test_says_no_only_where_there_was_something_to_look_at() -> None:
    """A span without content gets no flag."""
    with_content: dict[str, Any] = {}
    mark(with_content, Found(TraceNames()), Report.TYPES, has_content=True)
    assert with_content == {"spanwright.pii.detected": False}
    without: dict[str, Any] = {}
    mark(without, Found(TraceNames()), Report.TYPES)
    assert without == {}


def test_what_was_dropped_is_told_whatever_the_report() -> None:
    """Reasons, sorted; a cut for what was too long."""
    attributes: dict[str, Any] = {}
    mark(attributes, Found(TraceNames(), dropped=Counter(timeout=2, oversize=1)), Report.NONE)
    assert attributes == {
        "spanwright.content.drop_reasons": ("oversize", "timeout"),
        "spanwright.content.truncated": True,
    }
