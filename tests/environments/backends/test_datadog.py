"""backends/datadog by the models of Datadog's own client: every field known, every value of its kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

client = pytest.importorskip("datadog_api_client")
model_utils = pytest.importorskip("datadog_api_client.model_utils")

FOLDER = Path(__file__).resolve().parents[3] / "backends" / "datadog"
KINDS = {
    "dashboard.json": "v1.model.dashboard.Dashboard",
    "monitors/*.json": "v1.model.monitor.Monitor",
    "spans_metrics/*.json": "v2.model.spans_metric_create_request.SpansMetricCreateRequest",
    "logs_metrics/*.json": "v2.model.logs_metric_create_request.LogsMetricCreateRequest",
    "retention_filter.json": "v2.model.retention_filter_create_request.RetentionFilterCreateRequest",
}
FILES = [
    pytest.param(path, kind, id=str(path.relative_to(FOLDER)))
    for pattern, kind in KINDS.items()
    for path in sorted(FOLDER.glob(pattern))
]


def read(raw: Any, kind: str) -> Any:
    module, _, name = kind.rpartition(".")
    model = getattr(pytest.importorskip(f"datadog_api_client.{module}"), name)
    api = client.ApiClient(client.Configuration())
    return api.deserialize(json.dumps(raw), (model,), True)


def unknown(model: Any, path: str = "") -> Iterator[str]:
    """Where the client could not make sense of something, or knows no such field."""
    if isinstance(model, model_utils.ModelComposed):
        if model._unparsed:
            yield f"{path} is no {type(model).__name__}"
        for one in model._composed_instances:
            yield from unknown(one, path)
    elif isinstance(model, model_utils.OpenApiModel):
        if model._unparsed:
            yield f"{path} is no {type(model).__name__}"
        yield from (f"{path}.{key}" for key in model._data_store.keys() - model.openapi_types.keys())
        for key, value in model._data_store.items():
            yield from unknown(value, f"{path}.{key}")
    elif isinstance(model, list | tuple):
        for index, value in enumerate(model):
            yield from unknown(value, f"{path}[{index}]")
    elif isinstance(model, dict):
        for key, value in model.items():
            yield from unknown(value, f"{path}.{key}")


@pytest.mark.parametrize(("path", "kind"), FILES)
def test_request_is_one_of_datadogs(path: Path, kind: str) -> None:
    """Datadog's model of the request takes the whole file."""
    assert list(unknown(read(json.loads(path.read_text()), kind))) == []


def test_every_kind_of_file_is_looked_at() -> None:
    """No JSON file is left out, and each kind is there."""
    looked_at = {path for pattern in KINDS for path in FOLDER.glob(pattern)}
    assert looked_at == set(FOLDER.rglob("*.json"))
    assert all(list(FOLDER.glob(pattern)) for pattern in KINDS)


@pytest.mark.parametrize("spoil", ["type", "field", "value"])
def test_a_wrong_request_is_told(spoil: str) -> None:
    """The check itself finds a wrong type of widget, an unknown field and an unknown value."""
    raw = json.loads((FOLDER / "dashboard.json").read_text())
    widget = raw["widgets"][0]["definition"]["widgets"][0]["definition"]
    if spoil == "type":
        widget["type"] = "query_valuee"
    elif spoil == "field":
        widget["requests"][0]["formulaz"] = []
    else:
        widget["requests"][0]["queries"][0]["aggregator"] = "mean"
    assert list(unknown(read(raw, KINDS["dashboard.json"]))) != []
