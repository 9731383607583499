"""LangChain's values as text, told by their shape."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from spanwright_instrumentation.langchain_message import answer_of, is_control_flow, last_text
from spanwright_instrumentation.operation import NOTHING

SENT = SimpleNamespace(content="sent")


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"messages": [SimpleNamespace(content="old"), SENT]}, "sent"),
        ({"messages": SENT}, "sent"),
        ({"messages": [("user", "sent")]}, "sent"),
        ({"messages": [{"role": "user", "content": "sent"}]}, "sent"),
        ({"messages": ["sent"]}, "sent"),
        ({"messages": [SimpleNamespace(content=[{"type": "text", "text": "se"}, "nt"])]}, "sent"),
        ({"model": {"messages": [SENT]}}, "sent"),
        (("updates", {"model": {"messages": [SENT]}}), "sent"),
        ((("sub:1",), "values", {"messages": [SENT]}), "sent"),
        ({"messages": []}, NOTHING),
        ({"count": 3}, NOTHING),
        (("token", "metadata"), NOTHING),
        ((), NOTHING),
        (None, NOTHING),
        ("sent", NOTHING),
    ],
)
def test_the_last_message(state: Any, text: object) -> None:
    """In states, updates, and items of streams in every mode."""
    assert last_text(state) == text


def test_pictures_are_parts() -> None:
    """A message without text is given as it is."""
    parts = [{"type": "image", "url": "x"}]
    assert last_text({"messages": [SimpleNamespace(content=parts)]}) == parts


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ("sent", "sent"),
        (SENT, "sent"),
        ({"update": 1}, {"update": 1}),
        (SimpleNamespace(update={"messages": [SENT]}), "sent"),
        (SimpleNamespace(update={"order": "A"}), {"order": "A"}),
    ],
)
def test_a_tools_answer(result: Any, answer: object) -> None:
    """A value, a message, a command with one, or a command that only changes the state."""
    assert answer_of(result) == answer


def test_control_flow() -> None:
    """By the name of the class: nothing of LangGraph is imported for it."""
    kind = type("GraphInterrupt", (type("GraphBubbleUp", (Exception,), {}),), {})
    assert is_control_flow(kind())
    assert not is_control_flow(ValueError())
