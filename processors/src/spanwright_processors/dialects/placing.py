"""Content, put where the conventions have it: messages, tools' arguments and results, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from spanwright_semconv.attributes import (
    GEN_AI_AGENT_NAME,
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_RESPONSE_FINISH_REASONS,
    GEN_AI_RETRIEVAL_DOCUMENTS,
    GEN_AI_RETRIEVAL_QUERY_TEXT,
    GEN_AI_SYSTEM_INSTRUCTIONS,
    GEN_AI_TOOL_CALL_ARGUMENTS,
    GEN_AI_TOOL_CALL_RESULT,
    GEN_AI_TOOL_DEFINITIONS,
    GEN_AI_TOOL_NAME,
    GEN_AI_WORKFLOW_NAME,
)
from spanwright_semconv.messages import Part

from .flattened import Row
from .messages import (
    instructions_of,
    messages_text,
    plain_answer,
    plain_text,
    received_messages,
    rows_text,
    sent_messages,
    text_message,
)
from .packed import unpacked
from .parts import EMPTY, as_text, decoded, mapping_of, part_of, without
from .tools import definitions_of, figures_of, found_documents, offered_tools
from .translation import ALL_READ, NOTHING_READ, Translation
from .usage import usage_of
from .values import compact

_TOOL, _SEARCHES = "execute_tool", ("retrieval", "rerank")
_MODEL_CALLS = ("chat", "generate_content", "text_completion")
#: Of a whole request in OpenAI's, Anthropic's and Mistral's formats -> official attributes.
_REQUEST: Mapping[str, tuple[str, ...]] = {
    "model": ("gen_ai.request.model",),
    "temperature": ("gen_ai.request.temperature",),
    "top_p": ("gen_ai.request.top_p",),
    "top_k": ("gen_ai.request.top_k",),
    "max_tokens": ("gen_ai.request.max_tokens",),
    "max_completion_tokens": ("gen_ai.request.max_tokens",),
    "max_output_tokens": ("gen_ai.request.max_tokens",),
    "stop": ("gen_ai.request.stop_sequences",),
    "stop_sequences": ("gen_ai.request.stop_sequences",),
    "seed": ("gen_ai.request.seed",),
    "stream": ("gen_ai.request.stream",),
    "frequency_penalty": ("gen_ai.request.frequency_penalty",),
    "presence_penalty": ("gen_ai.request.presence_penalty",),
    "n": ("gen_ai.request.choice.count",),
    "finish_reason": ("gen_ai.response.finish_reasons",),
}
_RESPONSE: Mapping[str, tuple[str, ...]] = {
    "id": ("gen_ai.response.id",),
    "model": ("gen_ai.response.model",),
    "system_fingerprint": ("openai.response.system_fingerprint",),
}
#: What makes an object with messages something else than a request for an answer to them.
_BESIDE_MESSAGES = frozenset(
    ("role", "parts", "lc", "type", "system", "instructions", "system_instruction", "systemInstruction")
)
_USAGE_KEYS = ("usage", "usage_metadata", "usageMetadata")
#: Operation -> the attribute that says what was called.
_NAMES = {
    "execute_tool": GEN_AI_TOOL_NAME,
    "invoke_agent": GEN_AI_AGENT_NAME,
    "invoke_workflow": GEN_AI_WORKFLOW_NAME,
}
#: What of Datadog's record is read, or is on the span anyway.
_PACKED_READ = frozenset(
    (
        "input",
        "output",
        "span",
        "metadata",
        "tool_definitions",
        "model_name",
        "model_provider",
        "error",
        "agent_attribution",
    )
)
#: What of a message event is about the event.
_OF_EVENTS = ("event.name", "gen_ai.system", "gen_ai.message.index")


class _Answer(NamedTuple):
    """Messages as JSON text, with and without why they ended; their finish reasons; the rest of it all."""

    written: str
    bare: str
    reasons: list[str]
    rest: dict[str, Any]


def place(translation: Translation, content: str, value: Any) -> Any:
    """Put ``value`` where it belongs, ``content`` being the table's word. What of it has no place."""
    if not value and value in EMPTY:
        return ALL_READ
    if isinstance(value, bytes) and content != "packed":
        return NOTHING_READ
    if content in ("input", "output"):
        content = _by_operation(translation.operation, content)
    placer = _PLACERS.get(content)
    return placer(translation, value) if placer is not None else NOTHING_READ


def _by_operation(operation: str | None, side: str) -> str:
    if operation == _TOOL:
        return "arguments" if side == "input" else "result"
    if operation in _SEARCHES:
        return "query" if side == "input" else "documents"
    if operation is None or operation == "embeddings":
        return ""
    return f"{side}_messages"


def _sent(translation: Translation, value: Any) -> Any:
    found = decoded(value)
    plain = plain_text(found)
    if plain is not None:  # nearly all conversations
        return ALL_READ if translation.put(GEN_AI_INPUT_MESSAGES, plain) else NOTHING_READ
    written, system, rest = _request(value, found)
    is_placed = translation.put(GEN_AI_INPUT_MESSAGES, written)
    if system:
        is_placed = translation.put(GEN_AI_SYSTEM_INSTRUCTIONS, system) and is_placed
    if rest:
        tools = rest.get("tools")
        if tools and translation.put(GEN_AI_TOOL_DEFINITIONS, definitions_of(tools)):
            del rest["tools"]
        rest = translation.put_at(rest, _REQUEST)
    return (rest or ALL_READ) if is_placed else NOTHING_READ


def _request(value: Any, found: Any) -> tuple[str, list[Part], dict[str, Any]]:
    """(messages as JSON text, system instructions, the rest) of a request."""
    if type(found) is dict and _BESIDE_MESSAGES.isdisjoint(found):
        plain = plain_text(found.get("messages"))
        if plain is not None and plain != "[]":
            rest = dict(found)
            del rest["messages"]
            return plain, [], rest
    messages, system, rest = sent_messages(value, found)
    return messages_text(messages), system, rest


def _received(translation: Translation, value: Any) -> Any:
    found = decoded(value)
    plain = plain_answer(found)  # nearly all of one choice
    answer = _plain_answer(*plain) if plain is not None else None
    written, bare, reasons, rest = answer if answer is not None else _answer(value, found)
    is_placed = _put_answer(translation, written, reasons) or (
        bool(reasons) and _adds_reasons(translation, written, bare, reasons)
    )
    if rest:
        for key in _USAGE_KEYS:
            left = _usage(translation, rest[key]) if isinstance(rest.get(key), dict) else NOTHING_READ
            if left is not NOTHING_READ:
                rest[key] = left
        rest = translation.put_at(rest, _RESPONSE)
    return (rest or ALL_READ) if is_placed else NOTHING_READ


def _plain_answer(rows: list[Row], rest: dict[str, Any]) -> _Answer | None:
    found = rows_text(rows, "assistant")
    if found is None:
        return None
    bare = rows_text([(role, content, None) for role, content, _ in rows], "assistant")
    return _Answer(found[0], bare[0] if bare is not None else "", found[1], rest)


def _answer(value: Any, found: Any) -> _Answer:
    messages, rest = received_messages(value, found)
    reasons = [each["finish_reason"] for each in messages if "finish_reason" in each]
    bare: list[Any] = [
        {key: item for key, item in each.items() if key != "finish_reason"} for each in messages
    ]
    return _Answer(messages_text(messages), messages_text(bare), reasons, rest)


def _put_answer(translation: Translation, messages: str, reasons: list[str]) -> bool:
    if not translation.put(GEN_AI_OUTPUT_MESSAGES, messages):
        return False
    if reasons and translation.operation in _MODEL_CALLS:
        translation.put(GEN_AI_RESPONSE_FINISH_REASONS, reasons)
    return True


def _adds_reasons(translation: Translation, messages: str, bare: str, reasons: list[str]) -> bool:
    """True if the messages are those that were read before, which did not tell why they ended, and do now."""
    held = translation.new.get(GEN_AI_OUTPUT_MESSAGES)
    if held is None or (bare != held and decoded(held) != decoded(bare)):
        return False
    translation.new[GEN_AI_OUTPUT_MESSAGES] = messages
    if translation.operation in _MODEL_CALLS:
        translation.put(GEN_AI_RESPONSE_FINISH_REASONS, reasons)
    return True


def place_rows(translation: Translation, content: str, rows: list[Row]) -> bool:
    """Put flattened messages of one text each where they belong; False where they are something else."""
    if content not in ("input_messages", "output_messages"):
        return False
    found = rows_text(rows, "user" if content == "input_messages" else "assistant")
    if found is None:
        return False
    if content == "input_messages":
        return translation.put(GEN_AI_INPUT_MESSAGES, found[0])
    return _put_answer(translation, *found)


def _text(translation: Translation, target: str, role: str, value: Any) -> Any:
    """Plain text, whatever it looks like."""
    return _placed(translation, target, text_message(role, as_text(value)))


def _usage(translation: Translation, value: Any) -> Any:
    found = mapping_of(value)
    if found is None:
        return NOTHING_READ
    counts, rest = usage_of(found)
    if not counts:
        return NOTHING_READ
    placed = [translation.put(target, count) for target, count in counts.items()]
    return (rest or ALL_READ) if all(placed) else NOTHING_READ


def _tool_calls(translation: Translation, value: Any) -> Any:
    """An answer that is told as a list of tool calls, beside its text or alone."""
    found = decoded(value)
    if not isinstance(found, list | tuple):
        return NOTHING_READ
    listed = [decoded(call) for call in found]
    if not all(isinstance(call, dict) for call in listed):
        return NOTHING_READ
    calls = [part_of({**call, "type": "tool_call"}) for call in listed]
    held = decoded(translation.new.get(GEN_AI_OUTPUT_MESSAGES))
    if isinstance(held, list) and held:
        held[0]["parts"] += calls
        translation.new[GEN_AI_OUTPUT_MESSAGES] = compact(held)
        return ALL_READ
    message = {"role": "assistant", "parts": calls}
    return ALL_READ if calls and translation.put(GEN_AI_OUTPUT_MESSAGES, [message]) else NOTHING_READ


def _events(translation: Translation, value: Any) -> Any:
    """A list of the message events of v1.28, those of the answer among them."""
    found = decoded(value)
    if not isinstance(found, list | tuple) or not all(isinstance(event, dict) for event in found):
        return NOTHING_READ
    sent = [event for event in found if event.get("event.name") != "gen_ai.choice"]
    received = [event for event in found if event.get("event.name") == "gen_ai.choice"]
    rests = [_sent(translation, _bare(sent))] if sent else []
    rests += [_received(translation, _bare(received))] if received else []
    return NOTHING_READ if NOTHING_READ in rests else ALL_READ


def _bare(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: item for key, item in event.items() if key not in _OF_EVENTS} for event in events]


def _packed(translation: Translation, value: Any) -> Any:
    """Datadog's record of a span: what it says of messages and tools beside the flat attributes."""
    record = unpacked(value) if isinstance(value, bytes) else None
    meta = record.get("meta") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(meta, dict):
        return NOTHING_READ
    rest = {key: item for key, item in meta.items() if key not in _PACKED_READ and item not in EMPTY}
    for side in ("input", "output"):
        held = meta.get(side)
        unread = _unread(translation, side, held) if isinstance(held, dict) else {}
        rest.update({side: unread} if unread else {})
    if meta.get("tool_definitions"):
        translation.put(GEN_AI_TOOL_DEFINITIONS, definitions_of(meta["tool_definitions"]))
    metadata = meta.get("metadata")
    left = translation.put_at(metadata, _REQUEST) if isinstance(metadata, dict) else {}
    rest.update({"metadata": left} if left else {})
    name = record.get("name")
    if isinstance(name, str) and translation.operation in _NAMES:
        translation.put(_NAMES[translation.operation], name)
    return compact(rest) if rest else ALL_READ


def _unread(translation: Translation, side: str, held: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in held.items() if place(translation, side, item) is NOTHING_READ}


def _placed(translation: Translation, target: str, value: Any) -> Any:
    return ALL_READ if (value or value not in EMPTY) and translation.put(target, value) else NOTHING_READ


def _documents(translation: Translation, value: Any) -> Any:
    documents, rest = found_documents(value)
    if documents is None or not translation.put(GEN_AI_RETRIEVAL_DOCUMENTS, documents):
        return NOTHING_READ
    for key, figure in figures_of(documents).items():
        translation.put(key, figure)
    return rest or ALL_READ


def _tools(translation: Translation, value: Any) -> Any:
    tools, rest = offered_tools(value)
    if not tools or not translation.put(GEN_AI_TOOL_DEFINITIONS, tools):
        return NOTHING_READ
    return rest or ALL_READ


def _query(value: Any) -> str:
    """A query's text, out of the object a framework wraps it in, where that holds nothing else."""
    found = decoded(value)
    if isinstance(found, dict):
        found = without(found)
        ((key, inner),) = found.items() if len(found) == 1 else (("", None),)
        if key == "args" and isinstance(inner, list) and len(inner) == 1:
            return as_text(inner[0])
        if key in ("query", "input", "question", "kwargs") and inner is not None:
            return _query(inner)
    return as_text(value)


_PLACERS: Mapping[str, Callable[[Translation, Any], Any]] = {
    "input_text": lambda translation, value: _text(translation, GEN_AI_INPUT_MESSAGES, "user", value),
    "output_text": lambda translation, value: _text(translation, GEN_AI_OUTPUT_MESSAGES, "assistant", value),
    "input_messages": _sent,
    "output_messages": _received,
    "usage": _usage,
    "tool_calls": _tool_calls,
    "events": _events,
    "packed": _packed,
    "arguments": lambda translation, value: _placed(translation, GEN_AI_TOOL_CALL_ARGUMENTS, value),
    "result": lambda translation, value: _placed(translation, GEN_AI_TOOL_CALL_RESULT, value),
    "query": lambda translation, value: _placed(translation, GEN_AI_RETRIEVAL_QUERY_TEXT, _query(value)),
    "system": lambda translation, value: _placed(
        translation, GEN_AI_SYSTEM_INSTRUCTIONS, instructions_of(value)
    ),
    "tools": _tools,
    "documents": _documents,
}
