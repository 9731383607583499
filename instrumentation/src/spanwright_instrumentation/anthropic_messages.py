"""The Messages format: Anthropic's, also where its models stand behind others' services.

Read from dicts as applications write them, from SDK models, and from :class:`~.translation.Fields`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import FinishReason, OutputType, TokenModality
from spanwright_semconv.prompt import system_prompt_sha256

from .anthropic_usage import read_usage
from .content import are_texts, to_json, unread
from .media import inline
from .translation import Request, Response, fields, get, is_sent, listed

_TEXT, _JSON = TokenModality.TEXT.value, OutputType.JSON.value
_MODALITIES = {"image": "image", "document": "document", "container_upload": "document"}


def read_prompt(request: Request, arguments: Mapping[str, Any]) -> None:
    """The hash of the system prompt, the type of output wanted, and whether anything but text is sent."""
    found = request.attributes
    system = _system_texts(arguments.get("system"))
    if system:
        found[attributes.SPANWRIGHT_SYSTEM_PROMPT_SHA256] = system_prompt_sha256(system)
    config = arguments.get("output_config")
    if config is not None:
        effort = get(config, "effort")
        found[attributes.GEN_AI_REQUEST_REASONING_LEVEL] = effort if isinstance(effort, str) else None
        if is_sent(get(config, "format")):
            found[attributes.GEN_AI_OUTPUT_TYPE] = _JSON
    if "output_format" in arguments and is_sent(arguments["output_format"]):
        found[attributes.GEN_AI_OUTPUT_TYPE] = _JSON
    sent = listed(arguments.get("messages"))
    if are_texts(sent) or not any(_holds_media(get(each, "content")) for each in sent):
        request.modality = _TEXT


def _system_texts(system: Any) -> list[str]:
    if isinstance(system, str):
        return [system]
    return [text for block in listed(system) if isinstance(text := get(block, "text"), str)]


def _holds_media(content: Any) -> bool:
    """Whether there is anything but text, also in the results of tools."""
    for block in listed(content):
        kind = get(block, "type")
        if kind in _MODALITIES and get(get(block, "source"), "type") not in ("text", "content"):
            return True
        if kind == "tool_result" and _holds_media(get(block, "content")):
            return True
    return False


def read_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        attributes.GEN_AI_SYSTEM_INSTRUCTIONS: _instructions(_system_texts(arguments.get("system"))) or None,
        attributes.GEN_AI_INPUT_MESSAGES: _messages(listed(arguments.get("messages"))) or None,
        attributes.GEN_AI_TOOL_DEFINITIONS: _tool_definitions(listed(arguments.get("tools"))) or None,
    }


def keep_content(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """What ``read_content`` gives, of messages of text, understood when it is read."""
    sent = arguments.get("messages")
    if not are_texts(sent):
        return None
    return unread(
        {
            attributes.GEN_AI_SYSTEM_INSTRUCTIONS: (_system_texts(arguments.get("system")), _instructions),
            attributes.GEN_AI_INPUT_MESSAGES: (sent, _messages),
            attributes.GEN_AI_TOOL_DEFINITIONS: (arguments.get("tools"), _tool_definitions),
        }
    )


def _instructions(texts: Iterable[str]) -> list[messages.TextPart]:
    return messages.system_instructions(*texts)


def _messages(sent: Iterable[Any]) -> list[messages.Message]:
    return [messages.message(str(get(each, "role")), _parts(get(each, "content"))) for each in sent]


def _tool_definitions(tools: Iterable[Any]) -> list[messages.ToolDefinition]:
    return [_tool_definition(tool) for tool in tools]


def _tool_definition(tool: Any) -> messages.ToolDefinition:
    kind = get(tool, "type")
    return messages.tool_definition(
        str(get(tool, "name")),
        kind if isinstance(kind, str) and kind != "custom" else "function",
        get(tool, "description"),
        get(tool, "input_schema"),
    )


def _parts(content: Any) -> list[messages.Part]:
    if isinstance(content, str):
        return [messages.text(content)]
    return [_part(block) for block in listed(content)]


def _part(block: Any) -> messages.Part:
    kind = str(get(block, "type"))
    build = _PARTS.get(kind)
    if build is not None:
        return build(block)
    if kind.endswith("_tool_result"):
        result = {"type": kind, "content": _without_data(get(block, "content"))}
        return messages.server_tool_call_response(result, get(block, "tool_use_id"))
    return messages.generic(kind)


def _media(block: Any) -> messages.Part:
    """An image or a document: where it is, or what and how large, never its bytes."""
    kind, source = str(get(block, "type")), get(block, "source")
    media_type = get(source, "media_type")
    match get(source, "type"):
        case "base64":
            return inline(kind, media_type, len(get(source, "data") or ""))
        case "url":
            return messages.uri(kind, str(get(source, "url")), media_type)
        case "file":
            return messages.file(kind, str(get(source, "file_id")))
        case "text":
            return _titled(block, messages.generic(kind, content=get(source, "data")))
        case "content":
            return _titled(block, messages.generic(kind, content=_parts(get(source, "content"))))
    return messages.generic(kind)


def _search_result(block: Any) -> messages.Part:
    found = messages.generic("search_result", content=_parts(get(block, "content")))
    return {**_titled(block, found), "source": get(block, "source")}


def _titled(block: Any, part: dict[str, Any]) -> messages.Part:
    title = get(block, "title")
    return {**part, "title": title} if title else part


def _tool_call(block: Any) -> messages.Part:
    return messages.tool_call(str(get(block, "name")), get(block, "input"), get(block, "id"))


def _server_tool_call(block: Any) -> messages.Part:
    """A call of a tool that the provider runs, its own or one of an MCP server."""
    kind, name = str(get(block, "type")), str(get(block, "name"))
    call = {"type": name if kind == "server_tool_use" else kind, "arguments": get(block, "input")}
    server = get(block, "server_name")
    return messages.server_tool_call(
        name, {**call, "server_name": server} if server else call, get(block, "id")
    )


def _tool_result(block: Any) -> messages.Part:
    content = get(block, "content")
    part = messages.tool_call_response(
        content if isinstance(content, str) else _parts(content), get(block, "tool_use_id")
    )
    return {**part, "is_error": True} if get(block, "is_error") is True else part


def _without_data(value: Any) -> Any:
    """What a tool of the provider returned, without the bytes and what only the provider can read."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        value = dump(mode="json", exclude_unset=True)
    if isinstance(value, list):
        return [_without_data(each) for each in value]
    if not isinstance(value, dict):
        return value
    hidden = "data" if value.get("type") == "base64" else None
    return {
        key: _without_data(each)
        for key, each in value.items()
        if key != hidden and not key.startswith("encrypted_")
    }


_PARTS: dict[str, Callable[[Any], messages.Part]] = {
    "text": lambda block: messages.text(str(get(block, "text"))),
    "thinking": lambda block: messages.reasoning(str(get(block, "thinking"))),
    "image": _media,
    "document": _media,
    "container_upload": lambda block: messages.file("document", str(get(block, "file_id"))),
    "search_result": _search_result,
    "tool_use": _tool_call,
    "server_tool_use": _server_tool_call,
    "mcp_tool_use": _server_tool_call,
    "tool_result": _tool_result,
    "compaction": lambda block: messages.generic("compaction", content=get(block, "content")),
}


def read_response(_arguments: Mapping[str, Any], message: Any, captures_content: bool) -> Response:
    told = fields(message)
    blocks = listed(told.get("content"))
    calls = [block for block in blocks if get(block, "type") == "tool_use"]
    return _response(
        _answered(told),
        told.get("usage"),
        told.get("stop_reason"),
        blocks if captures_content else None,
        [(get(call, "id"), str(get(call, "name")), to_json(get(call, "input"))) for call in calls],
    )


def _answered(message: Any) -> dict[str, Any]:
    return {
        attributes.GEN_AI_RESPONSE_ID: get(message, "id"),
        attributes.GEN_AI_RESPONSE_MODEL: get(message, "model"),
    }


def _response(
    answered: dict[str, Any],
    usage: Any,
    reason: str | None,
    blocks: Iterable[Any] | None,
    calls: list[tuple[str | None, str, str | None]],
) -> Response:
    response = Response(answered, tool_calls=calls)
    read_usage(answered, usage)
    answered[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = [reason] if reason else None
    if blocks is not None:
        response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [
            messages.message("assistant", [_part(block) for block in blocks], finish_reason=reason)
        ]
    return response


#: Usage of a stream that only its end knows; until then there is a placeholder.
_FINAL_USAGE = ("output_tokens", "output_tokens_details", "server_tool_use", "iterations")
_USAGE = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation",
    "service_tier",
    "speed",
    *_FINAL_USAGE,
)
#: Kind of delta -> its field; apart from text's.
_DELTAS = {
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
    "compaction_delta": "content",
}
#: Kind of block -> the field that its deltas add up to; other blocks come whole.
_GROWING = {
    "text": "text",
    "thinking": "thinking",
    "compaction": "content",
    "tool_use": "input",
    "server_tool_use": "input",
    "mcp_tool_use": "input",
}


class _Block:
    """One content block of a streamed answer so far. Helpers of the SDK change the one of its first event."""

    __slots__ = ("kind", "pieces", "start")

    def __init__(self, start: Any) -> None:
        self.kind = str(get(start, "type"))
        self.start = start
        begun = get(start, _GROWING.get(self.kind, ""))
        self.pieces: list[str] = [begun] if isinstance(begun, str) else []

    def whole(self) -> Any:
        """The block as a plain answer has it."""
        field = _GROWING.get(self.kind)
        if field is None:
            return self.start
        text = "".join(self.pieces)
        known = {name: get(self.start, name) for name in ("id", "name", "server_name")}
        return {"type": self.kind, **known, field: _parsed(text) if field == "input" else text}

    def call(self) -> tuple[str | None, str, str | None]:
        """Id, name and the arguments exactly as generated."""
        return get(self.start, "id"), str(get(self.start, "name")), "".join(self.pieces) or "{}"


def _parsed(text: str) -> Any:
    """Arguments as an object; what broke off stays text."""
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return text


class MessageStream:
    """A streamed answer so far."""

    __slots__ = ("_answered", "_blocks", "_captures_content", "_error", "_is_final", "_reason", "_usage")

    def __init__(self, captures_content: bool) -> None:
        self._captures_content = captures_content
        self._answered: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._is_final = False
        self._reason: str | None = None
        self._error: str | None = None
        self._blocks: dict[int, _Block] = {}

    def observe(self, event: Any) -> bool:
        kind = event.type
        if kind == "content_block_delta":
            # Nearly every event is one of these, and it is to cost as little as can be.
            delta = event.delta
            if delta.type == "text_delta":
                text = delta.text
                if self._captures_content:
                    self._blocks[event.index].pieces.append(text)
                return bool(text)
            return self._observe_delta(event.index, delta)
        if kind == "content_block_start":
            self._blocks[event.index] = _Block(event.content_block)
            return bool(get(event.content_block, "type") == "tool_use")
        if kind == "message_start":
            self._answered = _answered(event.message)
            self._add_usage(get(event.message, "usage"))
        elif kind == "message_delta":
            self._is_final = True
            self._reason = get(event.delta, "stop_reason")
            self._add_usage(get(event, "usage"))
        elif kind == "error":
            self._error = str(get(get(event, "error"), "type"))
        return False

    def _observe_delta(self, index: int, delta: Any) -> bool:
        kind = get(delta, "type")
        name = _DELTAS.get(kind)
        if name is None:
            return False
        text = get(delta, name) or ""
        if self._captures_content or kind == "input_json_delta":
            self._blocks[index].pieces.append(text)
        return bool(text) and kind != "compaction_delta"

    def _add_usage(self, usage: Any) -> None:
        told = fields(usage)
        self._usage.update((name, value) for name in _USAGE if (value := told.get(name)) is not None)

    def response(self, *, broken: bool) -> Response:
        broken = broken or self._error is not None
        if not self._is_final:
            self._usage = {key: value for key, value in self._usage.items() if key not in _FINAL_USAGE}
        blocks = [self._blocks[index] for index in sorted(self._blocks)]
        response = _response(
            self._answered,
            self._usage,
            self._reason or (FinishReason.ERROR.value if broken else None),
            [block.whole() for block in blocks] if self._captures_content and blocks else None,
            [block.call() for block in blocks if block.kind == "tool_use"],
        )
        response.error_type = self._error
        return response
