"""Grafana's dashboards by the types of Grafana's SDK: what they do not know does not come back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

dashboards = pytest.importorskip("grafana_foundation_sdk.models.dashboard")
alerting = pytest.importorskip("grafana_foundation_sdk.models.alerting")
encoder = pytest.importorskip("grafana_foundation_sdk.cog.encoder")
plugins = pytest.importorskip("grafana_foundation_sdk.cog.plugins")

FOLDER = Path(__file__).resolve().parents[3] / "backends"
NAMES = ("grafana", "store")


def read(name: str) -> Any:
    return json.loads((FOLDER / name / "dashboard.json").read_text())


def through_the_types(raw: Any) -> Any:
    plugins.register_default_plugins()
    return json.loads(encoder.JSONEncoder().encode(dashboards.Dashboard.from_json(raw)))


def lost(given: Any, kept: Any, path: str = "") -> Iterator[str]:
    """What stands in ``given`` and not, or otherwise, in ``kept``; what the types add does not count."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            yield from lost(value, kept.get(key), f"{path}.{key}")
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for index, (one, other) in enumerate(zip(given, kept, strict=True)):
            yield from lost(one, other, f"{path}[{index}]")
    elif given != kept:
        yield f"{path}: {given!r} became {kept!r}"


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_one_of_grafanas(name: str) -> None:
    """Dashboard, variables, panels and queries come back from Grafana's types as they went in."""
    raw = read(name)
    assert list(lost(raw, through_the_types(raw))) == []


def test_every_alert_is_one_of_grafanas() -> None:
    """Each rule of the provisioning file, its queries and its condition, by the type of Grafana's alerts."""
    groups = yaml.safe_load((FOLDER / "grafana" / "alerts.yaml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) > 15
    for rule in rules:
        kept = json.loads(encoder.JSONEncoder().encode(alerting.Rule.from_json(rule)))
        assert list(lost(rule, kept)) == []
    spoilt = {**rules[0], "noDataStat": "OK"}
    kept = json.loads(encoder.JSONEncoder().encode(alerting.Rule.from_json(spoilt)))
    assert list(lost(spoilt, kept)) != []


@pytest.mark.parametrize("where", ["panel", "target", "variable"])
def test_a_wrong_field_is_told(where: str) -> None:
    """The check itself finds a field that Grafana has not."""
    raw = read("grafana")
    panel = raw["panels"][1]
    place = {"panel": panel, "target": panel["targets"][0], "variable": raw["templating"]["list"][0]}[where]
    place["legendFormatt"] = "x"
    assert list(lost(raw, through_the_types(raw))) != []
