"""The metric of cost."""

from __future__ import annotations

from typing import Any, cast

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.cost_metric import CostMetric, CostMetricSettings
from support.editable import editable_span
from support.spans import chain


def call(usd: float | None = 0.1, **more: Any) -> EditableSpan:
    cost = {"spanwright.cost.unknown_model": "m"} if usd is None else {"spanwright.cost.usd": usd}
    return editable_span(
        {"gen_ai.operation.name": "chat", "gen_ai.response.model": "m", "gen_ai.provider.name": "p"}
        | cost
        | more.pop("attributes", {}),
        **more,
    )


def read(step: CostMetric) -> dict[str, list[tuple[float, dict[str, Any]]]]:
    """What the SDK's metrics tell of the step: by metric, values with their attributes."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    chain(step).emit_metrics(provider)
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name: [
            (cast(Any, point).value, dict(point.attributes or {})) for point in metric.data.data_points
        ]
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_costs_are_added_up_by_model_pipeline_version_and_user() -> None:
    """One series for each; calls without a price are counted, not added."""
    step = CostMetric()
    about = {"spanwright.pipeline.name": "bot", "spanwright.pipeline.version": "2", "user.hash": "u"}
    for span in (call(0.1), call(0.2), call(0.5, attributes=about), call(None)):
        step(span)
    told = read(step)
    series = {"gen_ai.operation.name": "chat", "gen_ai.response.model": "m", "gen_ai.provider.name": "p"}
    assert told["spanwright.cost.total"] == [(pytest.approx(0.3), series), (0.5, series | about)]
    assert told["spanwright.cost.unpriced_calls"] == [(1, series)]


def test_a_repeated_call_and_what_is_no_call_are_not_counted() -> None:
    """One call is paid for once."""
    step = CostMetric()
    for more in ({"spanwright.duplicate_of": "0" * 16}, {"spanwright.cost.usd": "much"}):
        step(call(attributes=more))
    step(editable_span({"gen_ai.operation.name": "execute_tool"}))
    step(editable_span({"spanwright.cost.usd": 3.0}))
    assert list(step.costs()) == []


def test_users_and_series_are_bounded() -> None:
    """Further users are one, further series are OpenTelemetry's overflow; no dollar is lost."""
    step = CostMetric(CostMetricSettings(users=2, series=4))
    for user in range(10):
        step(call(1.0, attributes={"user.hash": f"u{user}"}))
    users = [attributes.get("user.hash") for _, attributes in step.costs()]
    assert users == ["u0", "u1", "other"]
    for model in range(10):
        step(call(1.0, attributes={"gen_ai.response.model": f"m{model}"}))
    told = list(step.costs())
    assert len(told) == 5
    assert told[-1] == (9.0, {"otel.metric.overflow": True})
    assert sum(usd for usd, _ in told) == 20.0


def test_users_may_be_left_out() -> None:
    """With 0 users the metric does not tell them apart."""
    step = CostMetric(CostMetricSettings(users=0))
    step(call(attributes={"user.hash": "u"}))
    ((_, attributes),) = step.costs()
    assert "user.hash" not in attributes


def test_a_model_that_did_not_answer_is_the_one_asked_for() -> None:
    """A name that is no text is left out."""
    step = CostMetric()
    asked = {"gen_ai.response.model": None, "gen_ai.request.model": "asked", "gen_ai.provider.name": ["p"]}
    step(call(attributes=asked))
    ((_, attributes),) = step.costs()
    assert attributes == {"gen_ai.operation.name": "chat", "gen_ai.response.model": "asked"}


def test_a_fork_starts_anew() -> None:
    """The child tells its own dollars only."""
    step = CostMetric()
    step(call())
    step.fork()
    assert list(step.costs()) == []


@pytest.mark.parametrize(("key", "value"), [("users", -1), ("series", 0)])
def test_settings_are_checked(key: str, value: int) -> None:
    """The key is quoted."""
    with pytest.raises(ValueError, match=rf"Cannot use cost_metric\.{key}: {value} is less than"):
        CostMetricSettings(**{key: value})
