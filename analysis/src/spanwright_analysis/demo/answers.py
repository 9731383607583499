"""What the bundled server answers: replies written for the demo, chosen by what the conversation holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .conversation import EMAIL, OTHER_EMAIL

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """The model's answer: text, or the call of one tool."""

    text: str = ""
    tool: str | None = None
    arguments: str = "{}"


_TEXT_ANSWERS = (
    (
        "how do i make it stop",
        "Unplug the purifier, free the fan of whatever blocks it, and the blinking will stop. I did not"
        " use your card"
        " number: please pay for the spare filter, 34 euros, on the order page. Your key is no secret"
        " any more, so"
        " revoke it under Account, Keys and make a new one.",
    ),
)
_TOOL_ANSWERS = (
    (
        "LK-10482",
        "Hi Priya, hold the Filter key for five seconds and the filter light goes off. If it stays red,"
        " take the"
        " filter out, wait ten seconds and put it back. Your order LK-10482 is within its two-year warranty.",
    ),
    (
        "error",
        "Hello Daniel, I cannot reach the order system at the moment, so I cannot tell where LK-20977"
        " is. An order"
        " ships within two working days; I will write to you as soon as the system answers.",
    ),
)
_ORDER_EMAILS = {"LK-10482": EMAIL, "LK-20977": OTHER_EMAIL}
_OTHERWISE = "I do not find that in our help articles. Shall I hand this over to a colleague?"


def reply(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> Reply:
    """The answer to a chat request in the provider's own message format."""
    last = messages[-1]
    text = message_text(last)
    if last.get("role") == "tool":
        return Reply(text=_first_match(_TOOL_ANSWERS, text))
    order = re.search(r"\bLK-\d{5}\b", text)
    if order and _offers(tools, "lookup_order"):
        arguments = {"order_id": order.group(), "email": _ORDER_EMAILS.get(order.group())}
        return Reply(tool="lookup_order", arguments=json.dumps(arguments))
    return Reply(text=_first_match(_TEXT_ANSWERS, text))


def message_text(message: Message) -> str:
    """The text of a message whose content is a string or a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def _first_match(answers: Sequence[tuple[str, str]], text: str) -> str:
    lowered = text.lower()
    return next((answer for sign, answer in answers if sign.lower() in lowered), _OTHERWISE)


def _offers(tools: Sequence[Mapping[str, Any]], name: str) -> bool:
    return any(tool.get("function", {}).get("name") == name for tool in tools)
