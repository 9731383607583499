"""The replies written for the demo."""

from __future__ import annotations

import json

from spanwright_analysis.demo.answers import message_text, reply
from spanwright_analysis.demo.conversation import CONVERSATIONS
from spanwright_analysis.demo.orders import LOOKUP_ORDER

TOOLS = [dict(LOOKUP_ORDER)]


def test_every_turn_of_the_demo_has_its_reply() -> None:
    """No customer of the demo gets the answer of last resort."""
    for conversation in CONVERSATIONS:
        for turn in conversation.turns:
            answer = reply([{"role": "user", "content": turn.text}], TOOLS)
            assert answer.tool == "lookup_order" or "hand this over" not in answer.text


def test_without_the_tool_it_is_not_called() -> None:
    """A tool that the request does not offer cannot be called."""
    answer = reply([{"role": "user", "content": "Where is LK-10482?"}], [])
    assert (answer.tool, "hand this over" in answer.text) == (None, True)


def test_a_failed_tool_has_an_answer_too() -> None:
    """The model says that the system does not answer."""
    answer = reply([{"role": "tool", "content": json.dumps({"error": "down"})}], TOOLS)
    assert "cannot reach the order system" in answer.text


def test_the_text_of_a_message_in_all_its_forms() -> None:
    """A string, parts, and none."""
    assert message_text({"content": "a"}) == "a"
    assert message_text({"content": [{"type": "text", "text": "a"}, {"type": "image_url"}]}) == "a\n"
    assert message_text({"content": None}) == ""
