"""``guard`` as context manager and decorator."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest
from spanwright_processors.spending import CostCeilingExceeded, guard
from spanwright_processors.spending.ceiling import blocks
from spanwright_processors.spending.desk import DESK
from spanwright_semconv import spending
from spanwright_semconv.spending import PlannedCall
from support.counted_by_length import by_length

__all__ = ["by_length"]

CONTENT = {"gen_ai.input.messages": "x" * 200_000}


def make_call() -> float:
    """Plans a call of 0.25 dollars, and settles it at a tenth."""
    assert spending.check is not None
    verdict = spending.check(
        PlannedCall("chat", "openai", "gpt-4o", {"gen_ai.request.max_tokens": 0}, lambda: CONTENT, 1)
    )
    if verdict is None:
        return 0.0
    if verdict.error is not None:
        raise verdict.error
    assert verdict.settle is not None
    verdict.settle({"gen_ai.usage.input_tokens": 10_000})
    return 0.025


def test_a_call_inside_is_held_to_the_ceiling() -> None:
    """Outside of the block it holds no more."""
    with guard(max_usd=0.2), pytest.raises(CostCeilingExceeded):
        make_call()
    with guard(max_usd=0.3):
        assert make_call() == 0.025
    assert blocks() == ()
    assert make_call() == 0.0


def test_all_calls_of_a_block_together() -> None:
    """Each is settled at what it did cost; the next must fit beside that."""
    with guard(total_usd=0.32) as block:
        for _ in range(3):
            make_call()
        assert block.spent_usd == pytest.approx(0.075)
        with pytest.raises(CostCeilingExceeded) as caught:
            make_call()
    assert caught.value.scope == "block"
    assert caught.value.spent_usd == pytest.approx(0.075)


def test_guards_nest() -> None:
    """All of them hold, whatever the order."""
    with guard(max_usd=9.0), guard(max_usd=0.1), pytest.raises(CostCeilingExceeded):
        make_call()
    with guard(max_usd=0.1), guard(max_usd=9.0), pytest.raises(CostCeilingExceeded):
        make_call()


def test_each_run_of_a_decorated_function_has_its_own_total() -> None:
    """Plain and async functions; name and signature stay."""

    @guard(total_usd=0.26)
    def plain(times: int) -> float:
        return sum(make_call() for _ in range(times))

    @guard(total_usd=0.26)
    async def awaited(times: int) -> float:
        await asyncio.sleep(0)
        return plain(times)

    assert [plain(1), plain(1)] == [0.025, 0.025]
    assert asyncio.run(awaited(1)) == 0.025
    with pytest.raises(CostCeilingExceeded):
        plain(2)
    assert plain.__name__ == "plain"
    assert asyncio.iscoroutinefunction(awaited)


async def test_tasks_inherit_the_guard() -> None:
    """What a block starts is inside it; what runs beside it is not."""

    async def one() -> bool:
        try:
            make_call()
        except CostCeilingExceeded:
            return True
        return False

    async with guard(max_usd=0.1):
        inside = asyncio.create_task(one())
    assert await inside
    assert not await asyncio.create_task(one())


def test_generators_are_refused() -> None:
    """What they set would leak into the code that iterates over them."""

    def numbers() -> Any:
        yield 1

    with pytest.raises(TypeError, match="Cannot guard numbers"):
        guard(max_usd=1)(numbers)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({}, "none is given"),
        ({"max_usd": -1}, "max_usd=-1"),
        ({"total_usd": math.nan}, "total_usd=nan"),
        ({"max_usd": 1, "action": "panic"}, "action='panic'"),
    ],
)
def test_ceilings_are_checked(arguments: dict[str, Any], why: str) -> None:
    """A guard that guards nothing is a mistake, said at once."""
    with pytest.raises(ValueError, match="Cannot guard") as caught:
        guard(**arguments)
    assert why in str(caught.value)


def test_an_action_of_a_block_is_its_own() -> None:
    """Log only, whatever the process does."""
    with guard(max_usd=0.1, action="log"):
        assert make_call() == 0.025
    assert DESK.exceeded == {("call", "logged"): 1}
