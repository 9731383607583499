"""Official attributes with another format's content."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spanwright_processors.dialects.reshaping import is_official, reshaped

OFFICIAL = [{"role": "user", "parts": [{"type": "text", "content": 'say "parts" and "result"'}]}]
TOOL = {"type": "function", "name": "f"}


@pytest.mark.parametrize(
    ("shape", "value", "official"),
    [
        ("messages", json.dumps(OFFICIAL), True),
        ("messages", OFFICIAL, True),
        ("messages", "[]", True),
        ("messages", '[{"role":"user","content":"about \\"parts\\""}]', False),
        ("messages", [{"role": "user", "content": "x"}], False),
        ("messages", "hello", False),
        (
            "messages",
            '[{"role":"tool","parts":[{"type":"tool_call_response","id":"c","result":"21"}]}]',
            False,
        ),
        ("system_instructions", '[{"type":"text","content":"s"}]', True),
        ("system_instructions", "You are", False),
        ("tool_definitions", json.dumps([TOOL]), True),
        ("tool_definitions", '[{"type":"function","function":{"name":"f"}}]', False),
        ("tool_definitions", '[{"name":"f"}]', False),
        ("documents", '[{"id":"a"}]', True),
        ("documents", "x", False),
    ],
)
def test_a_glance_tells(shape: str, value: Any, official: bool) -> None:
    """Words inside JSON strings do not mislead: quotes are escaped there."""
    assert is_official(shape, value) is official


def test_reshaped() -> None:
    """OpenAI's messages, bare text and older results become the conventions'."""
    sent = reshaped("messages", "gen_ai.input.messages", '[{"role":"user","content":"x"}]')
    assert json.loads(sent) == [{"role": "user", "parts": [{"type": "text", "content": "x"}]}]
    answer = reshaped("messages", "gen_ai.output.messages", "x")
    assert json.loads(answer)[0]["role"] == "assistant"
    older = [{"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "result": "21"}]}]
    (part,) = json.loads(reshaped("messages", "gen_ai.input.messages", older))[0]["parts"]
    assert part == {"type": "tool_call_response", "response": "21", "id": "c"}


def test_what_is_right_is_the_very_object() -> None:
    """Only its spacing is another: it is not written anew."""
    text = json.dumps(OFFICIAL, indent=1)
    assert reshaped("messages", "gen_ai.input.messages", text) is text


def test_what_cannot_be_read_is_nothing() -> None:
    """Neither documents nor tools in a text."""
    assert reshaped("documents", "gen_ai.retrieval.documents", "x") is None
    assert reshaped("tool_definitions", "gen_ai.tool.definitions", "x") is None
    assert reshaped("memory_records", "gen_ai.memory.records", "x") is None
