"""The Responses format: OpenAI's, and that of the providers which took it over.

Read from dicts as applications write them, from SDK models, and from :class:`~.translation.Fields`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import FinishReason

from .chat_completions import read_prompt as read_messages_prompt
from .content import are_texts, unread
from .media import image, inline
from .translation import Request, Response, fields, get, listed

#: Items that ask the application to run a tool: the field with what the model generated for it.
_TOOL_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}
_TOOL_RESULTS = ("function_call_output", "custom_tool_call_output")
#: What is told of the items in which the provider runs a tool itself; results may be images in base64.
_SERVER_TOOL_FIELDS = ("status", "action", "queries", "code", "name", "arguments", "server_label")
_TEXTS = ("input_text", "output_text", "text", "summary_text", "reasoning_text")
#: Stream events with generated content, in the order of how often they come.
_CONTENT_EVENTS = (
    "response.output_text.delta",
    "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta",
    "response.reasoning_text.delta",
    "response.reasoning_summary_text.delta",
    "response.refusal.delta",
)
_LAST_EVENTS = ("response.completed", "response.incomplete", "response.failed")


def read_prompt(request: Request, arguments: Mapping[str, Any]) -> None:
    """The hash of the system prompt, and whether anything but text is sent."""
    read_messages_prompt(request, listed(arguments.get("input")), arguments.get("instructions"))


def read_responses_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    sent, instructions = arguments.get("input"), arguments.get("instructions")
    turns = (
        [messages.message("user", [messages.text(sent)])] if isinstance(sent, str) else _turns(listed(sent))
    )
    content: dict[str, Any] = {attributes.GEN_AI_INPUT_MESSAGES: turns or None}
    if isinstance(instructions, str):
        content[attributes.GEN_AI_SYSTEM_INSTRUCTIONS] = messages.system_instructions(instructions)
    tools = listed(arguments.get("tools"))
    if tools:
        content[attributes.GEN_AI_TOOL_DEFINITIONS] = _tool_definitions(tools)
    return content


def keep_responses_content(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """What ``read_responses_content`` gives, of messages of text, understood when it is read."""
    sent, instructions = arguments.get("input"), arguments.get("instructions")
    if not are_texts(sent):
        return None
    return unread(
        {
            attributes.GEN_AI_INPUT_MESSAGES: (sent, _turns),
            attributes.GEN_AI_SYSTEM_INSTRUCTIONS: (
                instructions if isinstance(instructions, str) else None,
                messages.system_instructions,
            ),
            attributes.GEN_AI_TOOL_DEFINITIONS: (arguments.get("tools"), _tool_definitions),
        }
    )


def _tool_definitions(tools: Any) -> list[messages.ToolDefinition]:
    return [_tool_definition(tool) for tool in tools]


def _tool_definition(tool: Any) -> messages.ToolDefinition:
    kind = str(get(tool, "type"))
    name = get(tool, "name") or get(tool, "server_label") or kind
    return messages.tool_definition(str(name), kind, get(tool, "description"), get(tool, "parameters"))


def _turns(items: Any) -> list[messages.Message]:
    """Items as messages: what the assistant said, thought and called one after the other is one message."""
    turns: list[messages.Message] = []
    for item in items:
        role, parts = _item(item)
        if turns and role == turns[-1]["role"] == "assistant":
            turns[-1]["parts"] += parts
        else:
            turns.append(messages.message(role, parts))
    return turns


def _item(item: Any) -> tuple[str, list[messages.Part]]:
    """Role and parts of one item of the input or the output."""
    told = fields(item)
    kind = str(told.get("type") or "message")
    if kind == "message":
        content = told.get("content")
        role = str(told.get("role") or "assistant")
        return role, [messages.text(content)] if isinstance(content, str) else _parts(listed(content))
    if kind in _TOOL_RESULTS:
        output = get(item, "output")
        result = _parts(output) if isinstance(output, (list, tuple)) else output
        return "tool", [messages.tool_call_response(result, get(item, "call_id"))]
    if kind in _TOOL_CALLS:
        call_id, name, arguments = _tool_call(item)
        return "assistant", [messages.tool_call(name, arguments, call_id)]
    if kind == "reasoning":
        said = [*listed(get(item, "summary")), *listed(get(item, "content"))]
        return "assistant", [messages.reasoning(str(get(each, "text"))) for each in said]
    if kind.endswith("_call"):
        details = {name: value for name in _SERVER_TOOL_FIELDS if (value := told.get(name)) is not None}
        called: messages.Part = messages.server_tool_call(kind, {"type": kind, **details}, told.get("id"))
        return "assistant", [called]
    return "assistant", [messages.generic(kind)]


def _tool_call(item: Any) -> tuple[str | None, str, str | None]:
    """Call id, tool name and the arguments exactly as generated (a custom tool's input is free text)."""
    return get(item, "call_id"), str(get(item, "name")), get(item, _TOOL_CALLS[get(item, "type")])


def _parts(content: Any) -> list[messages.Part]:
    return [_part(part) for part in content]


def _part(part: Any) -> messages.Part:
    kind = str(get(part, "type"))
    if kind in _TEXTS:
        return messages.text(str(get(part, "text")))
    if kind == "refusal":
        return messages.generic(kind, content=get(part, kind))
    if kind == "input_image":
        address = get(part, "image_url")
        return (
            image(address) if isinstance(address, str) else messages.file("image", str(get(part, "file_id")))
        )
    if kind == "input_file":
        return _file(part)
    return messages.generic(kind)


def _file(part: Any) -> messages.Part:
    file_id, address = get(part, "file_id"), get(part, "file_url")
    if isinstance(file_id, str):
        return messages.file("document", file_id)
    if isinstance(address, str):
        return messages.uri("document", address)
    return inline("document", None, len(get(part, "file_data") or ""))


def read_responses_response(_arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    told = fields(answer)
    items = listed(told.get("output"))
    response = Response(_answered(answer))
    _read_usage(response.attributes, told.get("usage"))
    response.tool_calls = [_tool_call(item) for item in items if get(item, "type") in _TOOL_CALLS]
    reason = _finish_reason(told, bool(response.tool_calls))
    response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = [reason] if reason else None
    response.attributes[attributes.SPANWRIGHT_FINISH_REASON] = _NORMALISED.get(reason or "", reason)
    if told.get("status") == "failed":
        response.error_type = str(get(told.get("error"), "code") or "failed")
    if captures_content and items:
        response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = _output(items, reason)
    return response


def _output(items: Any, reason: str | None) -> list[messages.Message]:
    turns = _turns(items)
    if reason and turns:
        turns[-1]["finish_reason"] = reason
    return turns


_NORMALISED = {"max_output_tokens": FinishReason.LENGTH.value}


def _finish_reason(answer: Mapping[str, Any], calls_tools: bool) -> str | None:
    """Why generation ended: the format has a status instead, and a reason only where it is not complete.

    None while a background response is under way.
    """
    status = answer.get("status")
    if status == "incomplete":
        return get(answer.get("incomplete_details"), "reason") or FinishReason.LENGTH.value
    if status == "failed":
        return FinishReason.ERROR.value
    if status == "completed":
        return FinishReason.TOOL_CALLS.value if calls_tools else FinishReason.STOP.value
    return None


def _answered(answer: Any) -> dict[str, Any]:
    told = fields(answer)
    conversation = told.get("conversation")
    found: dict[str, Any] = {
        attributes.GEN_AI_RESPONSE_ID: told.get("id"),
        attributes.GEN_AI_RESPONSE_MODEL: told.get("model"),
        attributes.OPENAI_RESPONSE_SERVICE_TIER: told.get("service_tier"),
    }
    if conversation is not None:
        found[attributes.GEN_AI_CONVERSATION_ID] = get(conversation, "id")
    return found


def _read_usage(into: dict[str, Any], usage: Any) -> None:
    """Tokens as reported; a response without usage (one under way, or broken) leaves no attribute."""
    if usage is None:
        return
    told = fields(usage)
    into[attributes.GEN_AI_USAGE_INPUT_TOKENS] = told.get("input_tokens")
    into[attributes.GEN_AI_USAGE_OUTPUT_TOKENS] = told.get("output_tokens")
    read, written = told.get("input_tokens_details"), told.get("output_tokens_details")
    into[attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = get(read, "cached_tokens")
    into[attributes.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS] = get(read, "cache_write_tokens")
    into[attributes.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS] = get(written, "reasoning_tokens")


def read_fetched_response(_arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    """A response fetched by its id: its state, never its tokens, which belong to the call that made it."""
    return Response({**_answered(answer), attributes.GEN_AI_RESPONSE_STATUS: get(answer, "status")})


class ResponsesStream:
    """A streamed response so far: whole in its last event, in pieces until then."""

    def __init__(self, captures_content: bool) -> None:
        self._captures_content = captures_content
        self._answer: Any = None
        self._is_last = False
        #: By place in the output: the item as announced, and the pieces of its text.
        self._items: dict[Any, tuple[Any, list[str]]] = {}

    def observe(self, event: Any) -> bool:
        told = fields(event)
        kind = told.get("type")
        if kind in _CONTENT_EVENTS:
            announced = self._items.get(told.get("output_index"))
            if announced is not None and (self._captures_content or get(announced[0], "type") in _TOOL_CALLS):
                announced[1].append(told.get("delta") or "")
            return True
        if kind == "response.output_item.added":
            self._items[told.get("output_index")] = (told.get("item"), [])
            return False
        answer = told.get("response")
        if answer is not None:
            self._answer = answer
            self._is_last = kind in _LAST_EVENTS
        return False

    def response(self, *, broken: bool) -> Response:
        if self._is_last:
            return read_responses_response({}, self._answer, self._captures_content)
        response = Response({} if self._answer is None else _answered(self._answer))
        if broken:
            response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = [FinishReason.ERROR.value]
        items = [_so_far(item, "".join(pieces)) for _, (item, pieces) in sorted(self._items.items())]
        response.tool_calls = [_tool_call(item) for item in items if item["type"] in _TOOL_CALLS]
        if self._captures_content and items:
            response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = _output(
                items, FinishReason.ERROR.value if broken else None
            )
        return response


class FetchedStream(ResponsesStream):
    """A response fetched by its id and streamed; how it broke off is for the call that fetches it."""

    def response(self, *, broken: bool) -> Response:
        if broken or self._answer is None:
            return Response()
        return read_fetched_response({}, self._answer, self._captures_content)


def _so_far(item: Any, text: str) -> dict[str, Any]:
    """An announced item with the text that came for it."""
    kind = str(get(item, "type"))
    if kind in _TOOL_CALLS:
        named = {"call_id": get(item, "call_id"), "name": get(item, "name")}
        return {"type": kind, **named, _TOOL_CALLS[kind]: text}
    if kind == "reasoning":
        return {"type": kind, "summary": [{"type": "summary_text", "text": text}] if text else []}
    if kind == "message":
        return {"type": kind, "role": "assistant", "content": text}
    return {"type": kind, "id": get(item, "id")}
