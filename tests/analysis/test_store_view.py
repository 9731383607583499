"""What is said of a store."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from spanwright_analysis.store.backend import Day, Status, Written
from spanwright_analysis.store.loading import Loaded
from spanwright_analysis.store_view import loaded_line, print_status


def test_a_load_is_told_in_a_line() -> None:
    """What was stored, what was there, what was left out and why."""
    assert loaded_line(Loaded(Written(1200, 3, 0))) == "1,200 spans and 3 events stored."
    assert loaded_line(Loaded(Written(1, 0, 2), Counter({"no time": 4}))) == (
        "1 spans and 0 events stored; 2 were there already; 4 left out (no time)."
    )


def test_a_status_is_a_line_for_each_day(capsys: pytest.CaptureFixture[str]) -> None:
    """Days without rows are left out; as JSON all is there."""
    days = [Day("spans", "2026-11-23", 1200, 2_500_000), Day("spans", "2026-11-24", 0, 100)]
    status = Status("here", 1, 0, days, {"m": 7})
    print_status(status)
    told = capsys.readouterr().out
    assert told.splitlines()[0] == "here; keeps everything"
    assert "1,200 spans" in told
    assert "2026-11-24" not in told
    assert "7 query texts embedded with m" in told
    print_status(status, as_json=True)
    assert json.loads(capsys.readouterr().out)["days"][1]["day"] == "2026-11-24"
