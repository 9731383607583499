"""The store's dashboard; its places and variables are tested with the other one's."""

from __future__ import annotations

import json

from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.store_dashboard import dashboard


def test_every_target_is_sql_for_the_chosen_store(definition: Definition) -> None:
    """Raw SQL with a time filter, so that partitions of other days are not read."""
    panels = [panel for panel in json.loads(dashboard(definition))["panels"] if panel["type"] != "row"]
    for panel in panels:
        assert panel["datasource"]["uid"] == "${store}"
        for target in panel["targets"]:
            assert target["rawQuery"] is True
            assert "$__timeFilter(started)" in target["rawSql"]
    assert {panel["type"] for panel in panels} == {"timeseries", "stat", "table", "histogram"}
