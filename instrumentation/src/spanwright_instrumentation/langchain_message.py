"""LangChain's messages, states and results as text: whatever a tool returns, a graph is asked and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .operation import NOTHING

#: Exceptions by which a graph stops for a person, or goes on elsewhere: no errors.
_CONTROL_FLOW = "GraphBubbleUp"


def is_control_flow(error: BaseException) -> bool:
    """Whether a graph raised this to be caught by a graph further out."""
    return any(kind.__name__ == _CONTROL_FLOW for kind in type(error).__mro__)


def answer_of(result: Any) -> Any:
    """A tool's answer: what the message says, the message in a command, else the value itself."""
    update = getattr(result, "update", None)
    if isinstance(update, Mapping):
        found = last_text(update)
        return update if found is NOTHING else found
    return getattr(result, "content", result)


def last_text(state: Any) -> Any:
    """The last message in a state, an update of one, or an item of a graph's stream, as text; NOTHING if it
    holds none."""
    if isinstance(state, tuple):  # (mode, item), (namespace, item), (namespace, mode, item), (role, text)
        return last_text(state[-1]) if state and not isinstance(state[-1], str) else NOTHING
    if not isinstance(state, Mapping):
        return NOTHING
    if state.get("messages"):
        messages = state["messages"]
        return _text(messages[-1] if isinstance(messages, list) else messages)
    for update in reversed(list(state.values())):
        if isinstance(update, Mapping) and "messages" in update:
            return last_text(update)
    return NOTHING


def _text(message: Any) -> Any:
    if isinstance(message, tuple):
        return message[-1]
    found = message.get("content") if isinstance(message, Mapping) else getattr(message, "content", message)
    if isinstance(found, list):
        parts = [part if isinstance(part, str) else part.get("text") for part in found]
        return "".join(part for part in parts if isinstance(part, str)) or found
    return found
