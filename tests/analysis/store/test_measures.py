"""What the store counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from spanwright_analysis.store import measures as module
from spanwright_analysis.store.backend import Written
from spanwright_analysis.store.measures import Measures


def test_rows_by_what_became_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored by table; repeated and refused; how long commits took and how they failed."""
    reader = InMemoryMetricReader()
    monkeypatch.setattr(module, "get_meter", MeterProvider([reader]).get_meter)
    measures = Measures()
    measures.took(Written(3, 2, 1), Counter({"no time": 4}))
    measures.committed(0.5)
    measures.committed(0.1, "UnavailableError")
    data = reader.get_metrics_data()
    assert data is not None
    metrics: dict[str, Any] = {
        metric.name: metric for metric in data.resource_metrics[0].scope_metrics[0].metrics
    }
    rows = {
        (
            point.attributes["spanwright.store.outcome"],
            point.attributes.get("spanwright.store.table"),
        ): point.value
        for point in metrics["spanwright.store.rows"].data.data_points
    }
    assert rows == {
        ("stored", "spans"): 3,
        ("stored", "events"): 2,
        ("repeated", None): 1,
        ("refused", None): 4,
    }
    commits = {
        point.attributes.get("error.type"): point.count
        for point in metrics["spanwright.store.commit.duration"].data.data_points
    }
    assert commits == {None: 1, "UnavailableError": 1}
