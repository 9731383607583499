"""What was found in one span."""

from __future__ import annotations

import time

import pytest
from spanwright_processors.audit.originals import Edit as Change
from spanwright_processors.audit.originals import Replaced
from spanwright_processors.detect.found import BudgetExceededError, Found
from spanwright_processors.detect.json_text import Edit
from spanwright_processors.detect.trace_memory import TraceNames
from spanwright_semconv.enums import DropReason


def test_edits_are_made_counted_and_kept() -> None:
    """Counts by type; originals only where somebody keeps them."""
    found = Found(TraceNames(), replaced=[], place="attributes")
    assert found.applied("k", "to Ana, Bo", [Edit(3, 6, "[NAME]", "PERSON"), Edit(8, 10, "", "PERSON")]) == (
        "to [NAME], "
    )
    assert found.counts == {"PERSON": 2}
    assert found.masked
    assert found.replaced == [Replaced("attributes", "k", (Change(3, "Ana", "[NAME]"), Change(8, "Bo", "")))]


def test_nothing_to_edit_changes_nothing() -> None:
    """The same text, not called masked."""
    found, text = Found(TraceNames()), "x" * 9
    assert found.applied("k", text, []) is text
    assert not found.masked


def test_the_deadline() -> None:
    """None never ends; once it is over every check raises."""
    Found(TraceNames()).check_time()
    Found(TraceNames(), deadline=time.perf_counter() + 60).check_time()
    with pytest.raises(BudgetExceededError):
        Found(TraceNames(), deadline=time.perf_counter() - 1).check_time()


@pytest.mark.parametrize(
    ("reason", "placeholder"),
    [
        (DropReason.OVERSIZE, "[OVERSIZE]"),
        (DropReason.TIMEOUT, "[TIMEOUT]"),
        (DropReason.ERROR, "[FAILED]"),
    ],
)
def test_dropped_values_are_counted_by_reason(reason: DropReason, placeholder: str) -> None:
    """Each reason has its placeholder."""
    found = Found(TraceNames())
    assert found.drop(reason) == placeholder
    assert found.dropped == {reason.value: 1}


def test_shows_no_values() -> None:
    """A repr may end in a log."""
    found = Found(TraceNames(), replaced=[])
    found.learned.append(("PERSON", "Ana Lucia", 0.9))
    found.applied("k", "Ana Lucia", [Edit(0, 9, "[NAME]", "PERSON")])
    assert "Lucia" not in repr(found)
