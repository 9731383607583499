"""Whether a call may be made."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from spanwright_processors.spending import CostCeilingExceeded, guard, register_tokenizer, tokens
from spanwright_processors.spending.desk import Ceilings, Desk
from spanwright_processors.spending.ledger import Account
from spanwright_semconv.spending import PlannedCall, Verdict
from support.counted_by_length import by_length

__all__ = ["by_length"]

#: gpt-4o: 2.50 dollars a million input tokens, 10 a million output tokens.
TEXT = "x" * 2_000_000
MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": TEXT}]}]
ABOUT = {"user.hash": "u", "spanwright.pipeline.name": "bot"}


def call(output: int = 1_000, model: str = "gpt-4o", span_id: int = 7, **attributes: Any) -> PlannedCall:
    """A call of a million input tokens by the default bound: 2.5 dollars, and a cent for the output."""
    sent = {"gen_ai.request.max_tokens": output} | ABOUT | attributes
    content = {"gen_ai.input.messages": MESSAGES}
    return PlannedCall("chat", "openai", model, sent, lambda: content, span_id)


def answer(desk: Desk, planned: PlannedCall, **ceilings: Any) -> Verdict | None:
    desk.ceilings = Ceilings(**ceilings)
    return desk.planned(planned)


def refusal(verdict: Verdict | None) -> CostCeilingExceeded:
    assert verdict is not None
    assert verdict.error is not None
    return verdict.error


def test_without_a_ceiling_nothing_is_counted() -> None:
    """The request is not even read."""
    desk = Desk()
    planned = PlannedCall("chat", "openai", "gpt-4o", {}, lambda: 1 // 0, 1)  # type: ignore[arg-type, return-value]
    assert desk.planned(planned) is None


def test_a_call_above_the_ceiling_is_refused_with_its_figures() -> None:
    """What it may cost: all its input and the most output it may give, at the model's price."""
    verdict = answer(Desk(), call(), max_usd=2.0)
    error = refusal(verdict)
    assert (error.scope, error.limit_usd, error.spent_usd) == ("call", 2.0, 0.0)
    assert error.expected_usd == pytest.approx(2.51, abs=0.001)
    assert "Cannot make the call: it may cost $2.51" in str(error)
    assert "above the ceiling of $2 for one call. Send less" in str(error)
    event = verdict.event if verdict else None
    assert event is not None
    assert event["spanwright.cost_guard.action"] == "rejected"
    assert event["spanwright.cost_guard.counted_by"] == "bytes"


def test_a_call_below_the_ceiling_is_made() -> None:
    """Without an event, and with the ledger to be told how it ended."""
    verdict = answer(Desk(), call(), max_usd=3.0)
    assert verdict is not None
    assert (verdict.error, verdict.event) == (None, None)


def test_a_tokenizer_is_asked_only_where_the_bound_breaks_a_ceiling() -> None:
    """Counting for sure takes time: it is spent on calls that would be refused without."""
    asked: list[str] = []

    def count(model: str, text: str) -> int:
        asked.append(model)
        return len(text) // 8

    register_tokenizer("openai", count)
    try:
        for limit, expected in ((3.0, []), (2.0, ["gpt-4o"])):
            verdict = answer(Desk(), call(), max_usd=limit)
            assert verdict is not None
            assert verdict.error is None
            assert asked == expected
    finally:
        tokens._registered.clear()


def test_the_most_output_counts_for_every_answer_asked_for() -> None:
    """`n` answers; without a limit the setting's tokens; embeddings have no output."""
    desk = Desk()
    for attributes, usd in (
        ({"gen_ai.request.max_tokens": 100_000}, 3.5),
        ({"gen_ai.request.max_tokens": 100_000, "gen_ai.request.choice.count": 3}, 5.5),
        ({"gen_ai.request.max_tokens": None}, 2.54096),
    ):
        error = refusal(answer(desk, call(**attributes), max_usd=1.0))
        assert error.expected_usd == pytest.approx(usd, abs=0.002)
    content: Mapping[str, Any] = {"gen_ai.input.messages": TEXT}
    embed = PlannedCall("embeddings", "openai", "text-embedding-3-small", {}, lambda: content, 1)
    assert refusal(answer(desk, embed, max_usd=0.0)).expected_usd == pytest.approx(0.02, abs=0.001)


@pytest.mark.parametrize(
    ("ceilings", "scope"),
    [
        ({"day_usd": 4.0}, "day"),
        ({"user_day_usd": 4.0}, "user"),
        ({"pipeline_day_usd": 4.0}, "pipeline"),
        ({"pipeline_day_usd": 99.0, "pipelines": {"bot": 4.0}}, "pipeline"),
    ],
)
def test_budgets_of_a_day_hold_over_calls(ceilings: dict[str, Any], scope: str) -> None:
    """The second call of 2.5 dollars does not fit into 4; other users and pipelines have their own."""
    desk = Desk()
    assert answer(desk, call(), **ceilings) is not None
    error = refusal(desk.planned(call()))
    assert error.scope == scope
    assert error.spent_usd == pytest.approx(2.51, abs=0.001)
    elsewhere: Any = {"user.hash": "v", "spanwright.pipeline.name": "other"}
    other = desk.planned(call(**elsewhere))
    assert (other is not None and other.error is None) is (scope != "day")


def test_what_a_call_did_cost_replaces_what_it_might_have() -> None:
    """By its usage; nothing where it failed; what it might where nothing was reported."""
    desk = Desk()
    day = Account("day", "")
    for ended, usd in (
        ({"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 100}, 0.0035),
        ({"error.type": "Timeout", "gen_ai.usage.input_tokens": None}, 0.0),
        ({}, 2.51),
    ):
        desk.ledger.after_fork()
        verdict = answer(desk, call(), day_usd=100.0)
        assert verdict is not None
        assert verdict.settle is not None
        verdict.settle(ended)
        assert desk.ledger.spent(day) == pytest.approx(usd, abs=0.001)


def test_calls_of_other_instrumentors_count_once() -> None:
    """A span that was planned here is not booked a second time when it is priced."""
    desk, day = Desk(), Account("day", "")
    verdict = answer(desk, call(span_id=7), day_usd=100.0)
    assert verdict is not None
    assert verdict.settle is not None
    verdict.settle({"error.type": "e"})
    desk.add_observed(ABOUT, 7, 5.0)
    assert desk.ledger.spent(day) == 0.0
    desk.add_observed(ABOUT, 8, 5.0)
    assert desk.ledger.spent(day) == desk.ledger.spent(Account("user", "u")) == 5.0


def test_a_call_that_another_records_is_booked_when_its_span_is_priced() -> None:
    """Its ceiling holds before; what it may cost stays with the block, which nobody can tell more."""
    desk, day = Desk(), Account("day", "")
    planned = replace(call(), is_recorded=False)
    refusal(answer(desk, planned, max_usd=2.0))
    with guard(total_usd=4.0) as block:
        verdict = answer(desk, planned, day_usd=4.0)
        assert verdict is not None
        assert (verdict.error, verdict.settle) == (None, None)
        assert block.spent_usd > 2.5
    assert desk.ledger.spent(day) == 0.0
    desk.add_observed(ABOUT, 99, 1.5)
    assert desk.ledger.spent(day) == 1.5


def test_log_only_lets_the_call_be_made(caplog: pytest.LogCaptureFixture) -> None:
    """It is told in the log and on the span, counted, and booked."""
    desk = Desk()
    verdict = answer(desk, call(), max_usd=1.0, action="log")
    assert verdict is not None
    assert verdict.error is None
    assert verdict.event is not None
    assert verdict.event["spanwright.cost_guard.action"] == "logged"
    assert "It was made nevertheless." in caplog.text
    assert desk.exceeded == {("call", "logged"): 1}
    assert desk.ledger.spent(Account("day", "")) > 2.5


def test_a_ceiling_that_raises_comes_before_one_that_logs() -> None:
    """Of several broken ones the call is refused if any refuses."""
    desk = Desk()
    desk.ceilings = Ceilings(max_usd=1.0, action="log")
    with guard(max_usd=2.0):
        assert refusal(desk.planned(call())).limit_usd == 2.0


@pytest.mark.parametrize("unknown", ["allow", "reject"])
def test_a_model_without_a_price_is_the_settings_choice(unknown: str) -> None:
    """A ceiling cannot hold for what nobody knows the price of."""
    verdict = answer(Desk(), call(model="nobody's"), max_usd=1.0, unknown_price=unknown)
    if unknown == "allow":
        assert verdict is None
    else:
        assert "the price of nobody's is not known" in str(refusal(verdict))


def test_a_fork_decides_for_itself() -> None:
    """A lock that another thread held is made anew, and nothing has been refused yet."""
    desk = Desk()
    refusal(answer(desk, call(), max_usd=1.0))
    desk._lock.acquire()
    desk.after_fork()
    assert desk.exceeded == {}
    refusal(desk.planned(call()))


def test_calls_at_the_same_time_do_not_all_fit() -> None:
    """Eight threads, room for three: what calls under way may cost is booked."""
    desk = Desk()
    desk.ceilings = Ceilings(day_usd=8.0)
    verdicts: list[Verdict | None] = []
    planned = call()
    threads = [threading.Thread(target=lambda: verdicts.append(desk.planned(planned))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(verdict is not None and verdict.error is None for verdict in verdicts) == 3
