"""The attributes that totals become."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from spanwright_processors.rollup import RemoteTotals, Totals, overall, write_figures
from spanwright_processors.rollup.figures import micro
from support.editable import editable_span

TRACE = "spanwright.trace."


def totals(usd: float | None = None) -> Totals:
    found = Totals()
    cost = {} if usd is None else {"spanwright.cost.usd": usd}
    found.add(editable_span({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 7, **cost}))
    return found


def figures(of: Totals) -> dict[str, Any]:
    found: dict[str, Any] = {}
    write_figures(found, of)
    return found


def test_what_no_span_told_is_left_out() -> None:
    """No cost, no scores, no findings, no services: only the counts."""
    names = {name.removeprefix(TRACE) for name in figures(totals())}
    assert names == {
        "spans",
        "steps",
        "errors",
        "model_calls",
        "embedding_calls",
        "tool_calls",
        "retrieval_calls",
        "cost.unknown_calls",
        "usage.input_tokens",
    }


def test_own_costs_and_those_of_called_services_stay_apart() -> None:
    """Summed over services the own ones are right; the one total of the request is a third figure."""
    found = totals(0.1)
    found.add_remote(RemoteTotals(Decimal("0.2"), 1, 2, 30, 4))
    told = figures(found)
    assert told[TRACE + "cost.usd"] == 0.1
    assert told[TRACE + "remote.cost.usd"] == 0.2
    assert told[TRACE + "overall.cost.usd"] == 0.3
    assert told[TRACE + "overall.cost.micro_usd"] == 300_000
    assert told[TRACE + "remote.usage.input_tokens"] == 30


def test_a_caller_is_told_all_that_its_request_cost() -> None:
    """Own figures and those that were returned to us, in one."""
    found = totals(0.1)
    found.add_remote(RemoteTotals(Decimal("0.2"), 1, 2, 30, 4))
    assert overall(found) == RemoteTotals(Decimal("0.3"), 1, 3, 37, 4, 2)


def test_micro_dollars_are_rounded_half_to_even() -> None:
    """From the exact decimal."""
    assert [micro(Decimal(text)) for text in ("0.0000005", "0.0000015", "0.00000251")] == [0, 2, 3]
