"""What was erased and comes again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from spanwright_analysis.store.late import Late
from support.otlp_traces import NOW, ROOT, batch, traces

AFTER = datetime.fromtimestamp(NOW, UTC) + timedelta(minutes=1)


def test_only_what_began_before_is_left_out() -> None:
    """Erasing ends what was, not what will be."""
    spans = list(batch(traces(ROOT, {}, trace=1), traces(ROOT, trace=2)).spans.values())
    assert [row[0][-1] for row in Late([("trace", f"{1:032x}", AFTER)]).kept("spans", spans)] == ["2"]
    before = AFTER - timedelta(hours=1)
    assert len(Late([("trace", f"{1:032x}", before)]).kept("spans", spans)) == 3


def test_a_users_trace_goes_whole() -> None:
    """The spans and events of it that do not name the user as well."""
    late = Late([("user", "8f3a", AFTER)])
    made = batch(traces(ROOT, {}, events=[("e", {})], trace=1), traces({}, trace=2))
    assert [row[0][-1] for row in late.kept("spans", list(made.spans.values()))] == ["2"]
    assert late.kept("events", list(made.events.values())) == []


def test_where_nothing_was_erased_all_stays() -> None:
    """The same list comes back."""
    rows = list(batch(traces(ROOT)).spans.values())
    assert Late([]).kept("spans", rows) is rows
