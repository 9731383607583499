"""One attribute's value within its budget."""

from __future__ import annotations

import json
from typing import Any

from spanwright_processors.truncation.value import Budget

INPUT = "gen_ai.input.messages"


def fitted(budget: Budget, key: str, value: Any) -> Any:
    return budget.fitted(key, value, lambda: json.loads(value))


def test_a_value_within_the_budget_is_the_same_object_and_not_decoded() -> None:
    """Nothing is parsed where no limit can be broken."""
    raw = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "x" * 90}] * 2}])

    def fail() -> Any:
        raise AssertionError("decoded for nothing")

    assert Budget(1000, 100).fitted(INPUT, raw, fail) is raw


def test_only_what_is_long_changes() -> None:
    """Messages, parts and members beside the one that is cut are kept as they are."""
    messages = [
        {
            "role": "user",
            "name": "a",
            "parts": [{"type": "text", "content": "x" * 200}, {"type": "uri", "uri": "u"}],
        },
        {"role": "assistant", "parts": [{"type": "tool_call", "name": "t", "arguments": {"a": "y" * 300}}]},
    ]
    once = json.loads(fitted(Budget(None, 64), INPUT, json.dumps(messages)))
    assert once[1] == messages[1]
    assert once[0]["name"] == "a"
    assert once[0]["parts"][1] == {"type": "uri", "uri": "u"}
    assert once[0]["parts"][0]["content"] == "x" * 51 + "…[+149 chars]"


def test_message_limits_hold_for_messages_only() -> None:
    """Documents, arguments and other values have a budget in bytes alone."""
    raw = json.dumps({"parts": [{"type": "text", "content": "x" * 500}]})
    assert fitted(Budget(1000, 64), "gen_ai.tool.call.arguments", raw) is raw


def test_structured_numbers_without_json_are_survived() -> None:
    """A map with a number that is not a number is sized like the text that stands for it."""
    value = {"score": float("nan"), "text": "x" * 1000}
    assert fitted(Budget(300, 0), "any", value)["text"].endswith(" chars]")
