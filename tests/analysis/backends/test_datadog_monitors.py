"""Datadog's monitors."""

from __future__ import annotations

import re

from spanwright_analysis.backends.datadog_monitors import HANDLE, monitors
from spanwright_analysis.backends.definition import Definition


def test_every_monitor_has_a_query_with_its_threshold(definition: Definition) -> None:
    """The threshold in the options is the one at the query's end, as Datadog demands."""
    made = monitors(definition)
    for name, one in made.items():
        limit = re.search(r"(?:>=|<|>) ([0-9.e+]+)$", one["query"])
        assert limit is not None, name
        assert float(limit[1]) == one["options"]["thresholds"]["critical"], name
        assert one["message"].endswith(HANDLE)
    ids = {tag.removeprefix("monitor:") for one in made.values() for tag in one["tags"] if "monitor:" in tag}
    assert ids == {monitor.id for monitor in definition.monitors}


def test_budgets_are_in_datadogs_units(definition: Definition) -> None:
    """Nanoseconds for durations, dollars for cost; one monitor for each type of pipeline."""
    made = monitors(definition)
    assert made["request_p99-simple_qa"]["query"] == (
        "percentile(last_1h):p99:spanwright.spans.trace.duration{pipeline_type:simple_qa} by {pipeline}"
        " > 2500000000"
    )
    assert made["request_cost-agent"]["query"].endswith("by {pipeline} > 0.02")
    assert made["groundedness"]["query"].endswith("gen_ai_evaluation_name:groundedness} by {pipeline} < 0.75")
    assert made["retrieval_tail"]["query"].startswith("pct_change(avg(last_1d),last_1w):count(v: v<0.65):")
    assert made["retrieval_tail"]["options"]["thresholds"] == {"critical": 10.0}
    assert "`@spanwright.trace.retrieval.score.first:<0.65 @" in made["retrieval_tail"]["message"]
