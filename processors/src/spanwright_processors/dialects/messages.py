"""Messages in whatever shape a provider or framework gives them, as the conventions shape them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring as _quoted
from typing import Any

from spanwright_semconv.messages import Message, Part, message, reasoning, text

from .flattened import Row
from .parts import EMPTY, as_text, decoded, first, part_of, parts_of
from .values import compact

#: What LangChain, Gemini and others call the roles.
_ROLES = {
    "human": "user",
    "HumanMessage": "user",
    "ai": "assistant",
    "AIMessage": "assistant",
    "AIMessageChunk": "assistant",
    "model": "assistant",
    "SystemMessage": "system",
    "function": "tool",
    "ToolMessage": "tool",
}
_SIMPLE_ROLES = frozenset(("system", "user", "assistant"))
#: Items of OpenAI's responses that stand among messages without being one -> whose they are.
_ITEM_ROLES = {
    "function_call": "assistant",
    "custom_tool_call": "assistant",
    "reasoning": "assistant",
    "tool_use": "assistant",
    "tool_call": "assistant",
    "function_call_output": "tool",
    "custom_tool_call_output": "tool",
    "tool_result": "tool",
    "tool_call_response": "tool",
}
_REASONS = ("finish_reason", "finishReason", "stop_reason")
_OTHER_REASONS = frozenset((*_REASONS[1:], "generation_info", "lc"))
_PLAIN_KEYS = ("role", "content")
#: Keys that only messages, choices and generations have.
_SIGNS = frozenset(
    (
        "content",
        "contents",
        "tool_calls",
        "toolCalls",
        "tool_results",
        "function_call",
        "message",
        "lc",
        "generation_info",
        "message_content",
    )
)
#: Where the messages stand in a whole request, a whole response, or a framework's record of them.
_INPUTS = ("messages", "input", "contents", "prompt", "question", "query")
_OUTPUTS = ("choices", "generations", "candidates", "messages", "output", "outputs", "message")


def messages_of(value: Any, role: str) -> list[Message]:
    """The messages in ``value``: a list, one message, text. ``role``: whose, where that is not said."""
    return _messages(decoded(value), value, role)


def _messages(found: Any, source: Any, role: str) -> list[Message]:
    """``found`` is what ``source`` stands for."""
    if type(found) is list and all(map(_is_simple, found)):  # nearly all conversations
        return [{"role": each["role"], "parts": parts_of(each["content"])} for each in found]
    if _may_be_message(found):
        return [message_of(found, role)]
    if isinstance(found, list | tuple):
        items = [item for each in found for item in (each if isinstance(each, list | tuple) else (each,))]
        if all(isinstance(item, str) or _may_be_message(item) for item in items):
            return [message_of(item, role) for item in items]
    return [message(role, [text(as_text(source))])]


def _is_simple(value: Any) -> bool:
    """True for ``{"role": …, "content": …}`` of somebody whose content is text or blocks."""
    return (
        type(value) is dict
        and len(value) == 2
        and type(value.get("role")) is str
        and value["role"] in _SIMPLE_ROLES
        and type(value.get("content")) in (str, list)
    )


def _is_plain(value: Any) -> bool:
    """True for ``{"role": …, "content": …}`` of words and text alone."""
    return (
        type(value) is dict
        and len(value) == 2
        and type(value.get("role")) is str
        and type(value.get("content")) is str
    )


def message_of(value: Any, role: str) -> Message:
    """One message. Keys that have no official place stay as they are, unless empty."""
    value = decoded(value)
    if _is_simple(value):
        return {"role": value["role"], "parts": parts_of(value["content"])}
    if not _may_be_message(value):
        return message(role, parts_of(as_text(value)))
    kind = _kind(value)
    if kind in _ITEM_ROLES and "role" not in value:
        return message(_ITEM_ROLES[kind], [part_of(value)])
    value, reason = _unwrapped(value)
    said = value.get("role") or value.get("type") or role
    if isinstance(said, str):
        role = _ROLES.get(said, said) if said != "message" else role
    used = {"role", "type"}
    found = message(role, _parts(value, role, used))
    name = value.get("name")
    if isinstance(name, str) and name:
        found["name"] = name
        used.add("name")
    for key in _REASONS:
        said = value.get(key)
        if isinstance(said, str) and said and reason in (None, said):
            reason = said
            used.add(key)
    if isinstance(reason, str) and reason:
        found["finish_reason"] = reason
    for key, extra in value.items():
        if key not in used and extra not in EMPTY:
            found.setdefault(key if key not in found else f"other_{key}", extra)  # type: ignore[misc]
    return found


def rows_text(rows: Iterable[Row], role: str) -> tuple[str, list[str]] | None:
    """(messages of one text each as JSON text, their finish reasons); None if one is no plain text.

    ``role``: whose, where that is not said.
    """
    found, reasons = [], []
    for told, content, reason in rows:
        said = role if told is None else told
        if said not in _SIMPLE_ROLES:
            return None
        tail = "}"
        if reason:
            reasons.append(reason)
            tail = f',"finish_reason":{_quoted(reason)}}}'
        if not content:
            found.append(f'{{"role":"{said}","parts":[]{tail}')
        elif content[0] in "[{":
            return None
        else:
            head = f'{{"role":"{said}","parts":[{{"type":"text","content":'
            found.append(f"{head}{_quoted(content)}}}]{tail}")
    return f"[{','.join(found)}]", reasons


def plain_text(found: Any) -> str | None:
    """A list of ``{"role": …, "content": …}`` whose contents are text, as JSON text; None for others."""
    if type(found) is not list or not all(map(_is_plain, found)):
        return None
    written = rows_text([(each["role"], each["content"], None) for each in found], "user")
    return written[0] if written is not None else None


def plain_answer(found: Any) -> tuple[list[Row], dict[str, Any]] | None:
    """The choices of a response in OpenAI's format, of text alone, and the rest; None for others."""
    if type(found) is not dict or _holder(found, _OUTPUTS) != "choices":
        return None
    rows = [_plain_choice(each) for each in found["choices"]] if type(found["choices"]) is list else [None]
    told = [row for row in rows if row is not None]
    if len(told) != len(rows):
        return None
    rest = dict(found)
    del rest["choices"]
    return told, rest


def _plain_choice(choice: Any) -> Row | None:
    if type(choice) is not dict or not _OTHER_REASONS.isdisjoint(choice):
        return None
    inner, reason = choice.get("message"), choice.get("finish_reason")
    if type(inner) is not dict or (reason is not None and type(reason) is not str):
        return None
    role, content = inner.get("role"), inner.get("content")
    if type(role) is not str or role not in _SIMPLE_ROLES or type(content) is not str or not content:
        return None
    if len(inner) > 2 and any(item not in EMPTY for key, item in inner.items() if key not in _PLAIN_KEYS):
        return None
    return role, content, reason


def text_message(role: str, content: str) -> str:
    """One message of plain text, as the JSON text of a list."""
    return f'[{{"role":"{role}","parts":[{{"type":"text","content":{_quoted(content)}}}]}}]'


def messages_text(messages: Iterable[Message]) -> str:
    """Messages as compact JSON text; those of one text, nearly all, in a fraction of the time."""
    return f"[{','.join(map(_message_text, messages))}]"


def _message_text(each: Message) -> str:
    parts = each["parts"]
    reason = each.get("finish_reason")
    is_bare = len(each) == 2 if reason is None else len(each) == 3 and type(reason) is str
    if len(parts) == 1 and is_bare:
        part: Any = parts[0]
        content = part.get("content")
        if len(part) == 2 and part["type"] == "text" and type(content) is str:
            tail = "" if reason is None else f',"finish_reason":{_quoted(reason)}'
            head = f'{{"role":{_quoted(each["role"])},"parts":[{{"type":"text","content":'
            return f"{head}{_quoted(content)}}}]{tail}}}"
    return compact(each)


def sent_messages(value: Any, found: Any = None) -> tuple[list[Message], list[Part], dict[str, Any]]:
    """(messages, system instructions, the rest) of what was sent: messages, a request, any object.

    ``found`` is what ``value`` stands for, where that is known.
    """
    found = decoded(value) if found is None else found
    key = _holder(found, _INPUTS)
    if key is None:
        return _messages(found, value, "user"), [], {}
    rest = dict(found)
    found = messages_of(rest.pop(key), "user")
    system: list[Part] = []
    for name in ("system", "instructions", "system_instruction", "systemInstruction"):
        if name in rest:
            system += instructions_of(rest.pop(name))
    return found, system, rest


def received_messages(value: Any, found: Any = None) -> tuple[list[Message], dict[str, Any]]:
    """(messages, the rest) of what came back: messages, a whole response, or any object.

    ``found`` is what ``value`` stands for, where that is known.
    """
    found = decoded(value) if found is None else found
    key = _holder(found, _OUTPUTS)
    if key is None:
        return _messages(found, value, "assistant"), {}
    rest = dict(found)
    return messages_of(rest.pop(key), "assistant"), rest


def instructions_of(value: Any) -> list[Part]:
    """The parts of system instructions: text, parts, or messages."""
    value = decoded(value)
    if isinstance(value, dict) and ("parts" in value or "content" in value) and "type" not in value:
        return _parts(value, "system", set())
    if isinstance(value, list | tuple):
        return [part for each in value for part in instructions_of(each)]
    return parts_of(value)


def _may_be_message(value: Any) -> bool:
    return isinstance(value, dict) and looks_like_message(value)


def looks_like_message(value: dict[str, Any]) -> bool:
    """True for an object that is a message, a choice, a generation or an item of a conversation."""
    kind = _kind(value)
    is_one = "role" in value or "parts" in value or not _SIGNS.isdisjoint(value)
    return is_one or kind in _ITEM_ROLES or kind in _ROLES


def _kind(value: Mapping[str, Any]) -> str:
    """The type that an object says it has; "" where that is no word."""
    kind = value.get("type")
    return kind if isinstance(kind, str) else ""


def _holder(value: Any, keys: tuple[str, ...]) -> str | None:
    """The key of an object under which its messages stand; None where it is one itself, or no object."""
    if not isinstance(value, dict) or "role" in value or "parts" in value or "lc" in value:
        return None
    if _kind(value) in _ITEM_ROLES or _kind(value) in _ROLES:
        return None
    return next((key for key in keys if value.get(key) not in EMPTY), None)


def _unwrapped(value: Mapping[str, Any]) -> tuple[Mapping[str, Any], Any]:
    """The message inside a choice, a generation or LangChain's constructor, and why it ended there."""
    reason = None
    for _ in range(4):
        inner = value.get("message")
        if isinstance(inner, dict):
            info = value.get("generation_info")
            reason = first(value, "finish_reason", "finishReason", "stop_reason") or reason
            if reason is None and isinstance(info, dict):
                reason = info.get("finish_reason")
        elif "lc" in value or (_kind(value) in _ROLES and "content" not in value):
            inner = first(value, "kwargs", "data")
        elif isinstance(value.get("content"), dict) and "role" in value["content"]:  # Gemini's candidates
            reason, inner = first(value, "finishReason", "finish_reason") or reason, value["content"]
        if not isinstance(inner, dict):
            return value, reason
        value = inner
    return value, reason


def _parts(value: Mapping[str, Any], role: str, used: set[str]) -> list[Part]:
    """The parts of a message; ``used`` gets the keys that were read."""
    official = value.get("parts")
    if isinstance(official, list | tuple):
        used.add("parts")
        return [part_of(each) for each in official]
    parts = _content_parts(value, role, used)
    for key in ("reasoning_content", "reasoning"):
        thought = value.get(key)
        if isinstance(thought, str) and thought and key not in used:
            parts.insert(0, reasoning(thought))
            used.add(key)
    parts += _listed(value, "tool_results", "tool_result", used)
    parts += _media_lists(value, used)
    known = {part.get("id") for part in parts if part.get("type") == "tool_call"}
    for key in ("tool_calls", "toolCalls"):
        calls = _listed(value, key, "tool_call", used)
        parts += [call for call in calls if call.get("id") is None or call.get("id") not in known]
    function = value.get("function_call")
    if isinstance(function, dict):
        parts.append(part_of({"type": "tool_call", **function}))
        used.add("function_call")
    return parts


def _content_parts(value: Mapping[str, Any], role: str, used: set[str]) -> list[Part]:
    key = next((key for key in ("content", "contents", "text") if value.get(key) is not None), None)
    if key is None:
        return []
    content = value[key]
    if role != "tool" or _is_blocks(content):
        used.add(key)
        return parts_of(content)
    if content == "" and "tool_results" in value:
        return []
    call_id = first(value, "tool_call_id", "toolCallId")
    used |= {key, "tool_call_id", "toolCallId"}
    return [part_of({"type": "tool_call_response", "response": content, "id": call_id})]


def _is_blocks(content: Any) -> bool:
    """True where a tool's message holds blocks that say themselves that they are results."""
    if not isinstance(content, list | tuple):
        return False
    return any(isinstance(block, dict) and str(block.get("type", "")).startswith("tool") for block in content)


def _listed(value: Mapping[str, Any], key: str, kind: str, used: set[str]) -> list[Part]:
    items = value.get(key)
    if not isinstance(items, list | tuple) or not all(isinstance(item, dict) for item in items):
        return []
    used.add(key)
    inner = [item["tool_call"] if isinstance(item.get("tool_call"), dict) else item for item in items]
    return [part_of({**item, "type": kind}) for item in inner]


def _media_lists(value: Mapping[str, Any], used: set[str]) -> list[Part]:
    """Datadog keeps pictures and sound beside the text."""
    parts: list[Part] = []
    for key, modality in (("image_parts", "image"), ("audio_parts", "audio")):
        items = value.get(key)
        if isinstance(items, list | tuple) and all(isinstance(item, dict) for item in items):
            used.add(key)
            parts += [part_of({"type": modality, **item}) for item in items]
    return parts
