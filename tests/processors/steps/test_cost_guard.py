"""Ceilings by settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from spanwright_processors.settings import load_settings
from spanwright_processors.spending import desk
from spanwright_processors.spending.ledger import Account
from spanwright_processors.steps.cost_guard import CostGuard, CostGuardSettings
from spanwright_semconv import spending
from support.counted_by_length import by_length
from support.editable import editable_span

__all__ = ["by_length"]

DAY = Account("day", "")


@pytest.fixture(autouse=True)
def _no_ceilings() -> Iterator[None]:
    asked, ceilings = spending.check, desk.DESK.ceilings
    spending.set_check(None)
    desk.DESK.ledger.after_fork()
    yield
    spending.set_check(asked)
    desk.DESK.ceilings = ceilings
    desk.DESK.ledger.after_fork()
    desk.DESK.exceeded.clear()


def test_without_a_ceiling_nobody_is_asked() -> None:
    """The step is in every chain, and costs calls nothing."""
    step = CostGuard()
    step(editable_span({"gen_ai.operation.name": "chat", "spanwright.cost.usd": 1.0}))
    assert spending.check is None
    assert desk.DESK.ledger.spent(DAY) == 0.0


def test_a_ceiling_from_the_environment_holds() -> None:
    """The variables of the zero-code way."""
    settings = load_settings(
        {
            "SPANWRIGHT_COST_GUARD_MAX_USD": "0.05",
            "SPANWRIGHT_COST_GUARD_ACTION": "log",
            "SPANWRIGHT_COST_GUARD_PIPELINES": "bot=20,reports=5",
        }
    )
    CostGuard(settings.sections["cost_guard"])
    assert spending.check is not None
    ceilings = desk.DESK.ceilings
    assert (ceilings.max_usd, ceilings.action) == (0.05, "log")
    assert ceilings.pipelines == {"bot": 20.0, "reports": 5.0}


def test_calls_of_other_instrumentors_are_booked() -> None:
    """Priced, counted once, and model calls only."""
    step = CostGuard(CostGuardSettings(day_usd=10.0))
    for attributes in (
        {"gen_ai.operation.name": "chat"},
        {"gen_ai.operation.name": "chat", "spanwright.duplicate_of": "0" * 16},
        {"gen_ai.operation.name": "invoke_agent"},
        {"gen_ai.operation.name": "chat", "spanwright.cost.usd": "much"},
    ):
        step(editable_span({"spanwright.cost.usd": 1.5} | attributes))
    assert desk.DESK.ledger.spent(DAY) == 1.5


def test_calls_above_a_ceiling_are_a_metric() -> None:
    """By scope and action."""
    desk.DESK.exceeded[("day", "rejected")] = 3
    ((count, attributes),) = CostGuard().exceeded_calls()
    assert count == 3
    assert attributes == {"spanwright.cost_guard.scope": "day", "spanwright.cost_guard.action": "rejected"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_usd", -1.0),
        ("user_day_usd", float("nan")),
        ("pipelines", {"bot": -5.0}),
        ("output_tokens", -1),
        ("bytes_per_token", 0.5),
    ],
)
def test_settings_are_checked(key: str, value: Any) -> None:
    """The key is quoted."""
    with pytest.raises(ValueError, match=rf"Cannot use cost_guard\.{key}: "):
        CostGuardSettings(**{key: value})
