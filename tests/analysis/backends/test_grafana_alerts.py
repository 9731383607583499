"""Grafana's alerts for provisioning."""

from __future__ import annotations

import yaml
from spanwright_analysis.backends.definition import Definition
from spanwright_analysis.backends.grafana_alerts import alerts
from spanwright_analysis.backends.prometheus import as_data


def test_every_alert_of_the_rules_is_one_of_grafanas(definition: Definition) -> None:
    """With the same expression, a uid of 40 characters at most, and no `$` that provisioning takes."""
    made = yaml.safe_load(alerts(definition))
    rules = [rule for group in made["groups"] for rule in group["rules"]]
    expected = [rule for found in as_data(definition).values() for rule in found if "alert" in rule]
    assert sorted(rule["data"][0]["model"]["expr"] for rule in rules) == sorted(
        one["expr"] for one in expected
    )
    uids = [rule["uid"] for rule in rules]
    assert len(uids) == len(set(uids))
    assert max(map(len, uids)) <= 40
    for rule in rules:
        assert "$" not in str(rule["annotations"])
        assert {part["refId"] for part in rule["data"]} == {"A", "C"}
        assert rule["condition"] == "C"
        assert rule["data"][0]["datasourceUid"] == "${SPANWRIGHT_METRICS_UID}"
