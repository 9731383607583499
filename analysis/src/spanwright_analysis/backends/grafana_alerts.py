"""Grafana's own alerts, for provisioning: the same conditions as the rules of Prometheus."""

from __future__ import annotations

from typing import Any

from . import prometheus
from .definition import Definition
from .text import yaml_text

#: Seconds of data a rule is given; its expressions look back by themselves.
_RANGE = 600
_DATA_SOURCE = "${SPANWRIGHT_METRICS_UID}"


def alerts(definition: Definition) -> str:
    """A provisioning file. SPANWRIGHT_METRICS_UID in Grafana's environment must be the uid of the data source
    that has the metrics and the recorded series of the rule file.
    """
    groups = [_group(definition, interval, slow) for interval, slow in (("1m", False), ("5m", True))]
    return yaml_text({"apiVersion": 1, "groups": [group for group in groups if group["rules"]]})


def _group(definition: Definition, interval: str, slow: bool) -> dict[str, Any]:
    rules = [
        _rule(rule, f"{monitor.id}-{rule['labels'].get('spanwright_pipeline_type', 'all')}")
        for monitor in definition.monitors
        if prometheus.is_slow(monitor) == slow
        for rule in prometheus.rules_of(monitor, definition)
        if "alert" in rule
    ]
    name = "spanwright-daily" if slow else "spanwright"
    return {"orgId": 1, "name": name, "folder": "Spanwright", "interval": interval, "rules": rules}


def _rule(rule: prometheus.Rule, name: str) -> dict[str, Any]:
    kind = rule["labels"].get("spanwright_pipeline_type")
    return {
        "uid": f"spanwright-{name}".replace("_", "-")[:40],
        "title": rule["annotations"]["summary"] + (f": {kind}" if kind else ""),
        "condition": "C",
        "data": [_query(rule["expr"]), _condition()],
        "noDataState": "OK",
        "execErrState": "Error",
        "for": rule.get("for", "0s"),
        "labels": rule["labels"],
        "annotations": {key: _template(text) for key, text in rule["annotations"].items()},
    }


def _template(text: str) -> str:
    """Without `$`, which provisioning takes for variables of its environment."""
    return text.replace("$labels", ".Labels").replace("$value | humanize", "humanize .Values.A.Value")


def _query(expression: str) -> dict[str, Any]:
    return {
        "refId": "A",
        "relativeTimeRange": {"from": _RANGE, "to": 0},
        "datasourceUid": _DATA_SOURCE,
        "model": {"refId": "A", "expr": expression, "instant": True, "range": False},
    }


def _condition() -> dict[str, Any]:
    return {
        "refId": "C",
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": "__expr__",
        "model": {
            "refId": "C",
            "type": "threshold",
            "expression": "A",
            # The expression compares by itself: nothing where all is well, else a value of 0 or more.
            "conditions": [{"evaluator": {"type": "gt", "params": [-1]}}],
        },
    }
