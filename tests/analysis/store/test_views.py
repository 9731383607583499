"""The views."""

from __future__ import annotations

import re

from spanwright_analysis.span_store import sql_text
from spanwright_analysis.store.backend import Store
from spanwright_analysis.store.views import view_text


def test_the_views_over_a_file_have_no_column_that_the_stores_lack(store: Store) -> None:
    """What was asked of a file can be asked of a store."""
    for view in ("traces", "retrievals", "model_calls", "tool_calls"):
        text = re.search(rf"CREATE VIEW {view} AS\nSELECT(.*?)\nFROM", sql_text("views"), re.DOTALL)
        assert text is not None
        of_file = [line.strip().rstrip(",").split(" AS ")[-1] for line in text[1].strip().splitlines()]
        assert [name for name in of_file if name not in store.run(f"SELECT * FROM {view}").columns] == []


def test_every_store_has_the_same_views(store: Store) -> None:
    """Seven, each of which can be asked."""
    views = re.findall(r"CREATE OR REPLACE VIEW (\w+)", view_text())
    assert views == [
        "traces", "retrievals", "model_calls", "tool_calls", "evaluations", "guardrails", "hitl_requests",
    ]  # fmt: skip
    for view in views:
        assert store.run(f"SELECT * FROM {view} ORDER BY started").rows == []
