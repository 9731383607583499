"""The system prompt's hash on spans of any instrumentor."""

from __future__ import annotations

import json
from typing import Any

import pytest
from spanwright_processors.steps.system_prompt import SystemPrompt
from spanwright_semconv.prompt import system_prompt_sha256
from support.editable import editable_span

SHA = "spanwright.system_prompt.sha256"
STEP = SystemPrompt()


def hashed(**attributes: Any) -> str | None:
    span = editable_span({f"gen_ai.{key}".replace("__", "."): value for key, value in attributes.items()})
    STEP(span)
    value: str | None = span.attributes.get(SHA)
    return value


def text(content: str) -> dict[str, str]:
    return {"type": "text", "content": content}


def test_system_instructions_are_hashed_part_by_part() -> None:
    """The text parts count, in order; other parts do not."""
    parts = [text("Be kind."), {"type": "uri", "uri": "x"}, text("Be brief.")]
    assert hashed(system_instructions=json.dumps(parts)) == system_prompt_sha256(["Be kind.", "Be brief."])


def test_system_messages_stand_in_for_missing_instructions() -> None:
    """Where the instructions are messages, those of role system and developer are hashed."""
    messages = [
        {"role": "system", "parts": [text("A")]},
        {"role": "user", "parts": [text("hello")]},
        {"role": "developer", "content": "B"},
    ]
    assert hashed(input__messages=json.dumps(messages)) == system_prompt_sha256(["A", "B"])


def test_structured_values_are_read_as_they_are() -> None:
    """A source that keeps messages structured gives the same hash as JSON text."""
    assert hashed(input__messages=[{"role": "system", "parts": [text("A")]}]) == system_prompt_sha256(["A"])


def test_plain_text_instructions_are_the_prompt() -> None:
    """Instructions that are no JSON are the prompt's text itself."""
    assert hashed(system_instructions="Be kind.") == system_prompt_sha256(["Be kind."])


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"input__messages": json.dumps([{"role": "user", "parts": [text("hi")]}])},
        {"input__messages": "not json"},
        {"input__messages": "[" * 100_000 + "]" * 100_000},
        {"input__messages": json.dumps([3, {"role": []}, {"role": "system", "parts": [{"type": "text"}]}])},
        {"system_instructions": "[]"},
        {"system_instructions": 7},
    ],
)
def test_without_a_system_prompt_there_is_no_hash(attributes: dict[str, Any]) -> None:
    """No prompt, or nothing that can be read as one, leaves the span alone and raises nothing."""
    assert hashed(**attributes) is None


def test_the_instrumentors_own_hash_stays() -> None:
    """A hash that is there was computed from text the span may no longer hold."""
    span = editable_span({SHA: "kept", "gen_ai.system_instructions": json.dumps([text("A")])})
    STEP(span)
    assert span.attributes[SHA] == "kept"
