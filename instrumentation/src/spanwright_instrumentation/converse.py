"""Amazon Bedrock's Converse format, which is also that of the Nova models' own bodies.

Read from plain dicts: botocore has no models. Bytes of media are counted and never kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import OutputType, TokenModality
from spanwright_semconv.prompt import system_prompt_sha256

from .content import to_json
from .media import sized
from .translation import Parameter, Request, Response, get, listed, read_parameters

_MEDIA = ("image", "document", "video", "audio")
_MIME_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "three_gp": "video/3gpp",
    "txt": "text/plain",
}


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value]


_PARAMETERS: dict[str, Parameter] = {
    "maxTokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "max_new_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    "topP": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "top_p": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "topK": (attributes.GEN_AI_REQUEST_TOP_K, int),
    "top_k": (attributes.GEN_AI_REQUEST_TOP_K, int),
    "stopSequences": (attributes.GEN_AI_REQUEST_STOP_SEQUENCES, _texts),
}
#: Parameters of single models, which go beside the format's own.
_MODEL_PARAMETERS: dict[str, Parameter] = {
    "top_k": (attributes.GEN_AI_REQUEST_TOP_K, int),
    "reasoning_effort": (attributes.GEN_AI_REQUEST_REASONING_LEVEL, str),
}
_PROMPT_ARN = re.compile(r"^arn:[^:]*:bedrock:[^:]*:[^:]*:prompt/([^:/]+)(?::(.+))?$")


def read_prompt(request: Request, arguments: Mapping[str, Any]) -> None:
    """Parameters as sent, the hash of the system prompt, and whether anything but text is sent."""
    found = request.attributes
    read_parameters(found, _mapping(arguments.get("inferenceConfig")), _PARAMETERS)
    extra = _mapping(arguments.get("additionalModelRequestFields"))
    read_parameters(found, _mapping(extra.get("inferenceConfig")), _PARAMETERS)
    read_parameters(found, extra, _MODEL_PARAMETERS)
    _read_output_config(found, _mapping(arguments.get("outputConfig")))
    prompt = _PROMPT_ARN.match(request.model or "")
    if prompt is not None:
        found[attributes.GEN_AI_PROMPT_NAME], found[attributes.GEN_AI_PROMPT_VERSION] = prompt.groups()
    system = _system_texts(arguments)
    if system:
        found[attributes.SPANWRIGHT_SYSTEM_PROMPT_SHA256] = system_prompt_sha256(system)
    if not any(_holds_media(get(sent, "content")) for sent in listed(arguments.get("messages"))):
        request.modality = TokenModality.TEXT.value


def _read_output_config(into: dict[str, Any], config: Mapping[str, Any]) -> None:
    effort = config.get("effort")
    if isinstance(effort, str):
        into[attributes.GEN_AI_REQUEST_REASONING_LEVEL] = effort
    kind = get(config.get("textFormat"), "type")
    if isinstance(kind, str) and kind.startswith("json"):
        into[attributes.GEN_AI_OUTPUT_TYPE] = OutputType.JSON.value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _system_texts(arguments: Mapping[str, Any]) -> list[str]:
    blocks = listed(arguments.get("system"))
    found = (get(block, "text") or get(get(get(block, "guardContent"), "text"), "text") for block in blocks)
    return [text for text in found if isinstance(text, str)]


def _holds_media(content: Any) -> bool:
    """Whether there is anything but text, also in the results of tools."""
    for block in listed(content):
        for kind in _MEDIA:
            source = get(get(block, kind), "source")
            if source is not None and "text" not in source and "content" not in source:
                return True
        if get(get(block, "guardContent"), "image") or _holds_media(get(get(block, "toolResult"), "content")):
            return True
    return False


def read_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    sent = listed(arguments.get("messages"))
    tools = listed(get(arguments.get("toolConfig"), "tools"))
    system = messages.system_instructions(*_system_texts(arguments))
    return {
        attributes.GEN_AI_SYSTEM_INSTRUCTIONS: system or None,
        attributes.GEN_AI_INPUT_MESSAGES: [
            messages.message(str(get(each, "role")), _parts(get(each, "content"))) for each in sent
        ]
        or None,
        attributes.GEN_AI_TOOL_DEFINITIONS: [found for tool in tools if (found := _tool_definition(tool))]
        or None,
    }


def _tool_definition(tool: Any) -> messages.ToolDefinition | None:
    described = get(tool, "toolSpec")
    if described is not None:
        return messages.tool_definition(
            str(get(described, "name")),
            description=get(described, "description"),
            parameters=get(get(described, "inputSchema"), "json"),
        )
    system = get(tool, "systemTool")
    return messages.tool_definition(str(get(system, "name")), "system_tool") if system is not None else None


def _parts(content: Any) -> list[messages.Part]:
    return [_part(block) for block in listed(content)]


def _part(block: Any) -> messages.Part:
    """A block is a mapping with one key, its kind."""
    for kind, value in _mapping(block).items():
        if kind in _MEDIA:
            return _media(kind, value)
        build = _PARTS.get(kind)
        if build is not None:
            return build(value)
    return messages.generic(next(iter(_mapping(block)), "unknown"))


def _media(kind: str, value: Any) -> messages.Part:
    """An image, a document, a sound or a film: where it is, or what and how large, never its bytes."""
    source, wanted = get(value, "source"), get(value, "format")
    mime_type = _mime_type(kind, wanted) if isinstance(wanted, str) else None
    text, content = get(source, "text"), get(source, "content")
    address = get(get(source, "s3Location"), "uri")
    part: messages.Part
    if isinstance(address, str):
        part = messages.uri(kind, address, mime_type)
    elif text is not None or content is not None:
        part = messages.generic(kind, content=_parts(content) if text is None else text)
    else:
        part = sized(kind, mime_type, _size(get(source, "bytes")))
    name = get(value, "name")
    return {**part, "title": name} if name else part


def _mime_type(kind: str, wanted: str) -> str | None:
    """Documents in the formats of office programs have none worth writing out."""
    return _MIME_TYPES.get(wanted) or (None if kind == "document" else f"{kind}/{wanted}")


def _size(data: Any) -> int:
    """Bytes of media, which are base64 text where the body is JSON."""
    if isinstance(data, str):
        return len(data) * 3 // 4
    return len(data) if isinstance(data, (bytes, bytearray)) else 0


def _tool_call(call: Any) -> messages.Part:
    name, call_id, sent = str(get(call, "name")), get(call, "toolUseId"), get(call, "input")
    if get(call, "type") == "server_tool_use":
        return messages.server_tool_call(name, {"type": name, "arguments": sent}, call_id)
    return messages.tool_call(name, sent, call_id)


def _tool_result(result: Any) -> messages.Part:
    call_id, content = get(result, "toolUseId"), _parts(get(result, "content"))
    kind = get(result, "type")
    if kind:
        return messages.server_tool_call_response({"type": kind, "content": content}, call_id)
    part = messages.tool_call_response(content, call_id)
    return {**part, "is_error": True} if get(result, "status") == "error" else part


def _reasoning(value: Any) -> messages.Part:
    text = get(get(value, "reasoningText"), "text")
    return messages.reasoning(text) if isinstance(text, str) else messages.generic("redacted_reasoning")


def _guarded(value: Any) -> messages.Part:
    """What the guardrail is to look at."""
    picture = get(value, "image")
    if picture is not None:
        return _media("image", picture)
    return messages.generic("guard_content", content=get(get(value, "text"), "text"))


def _search_result(value: Any) -> messages.Part:
    found = {name: get(value, name) for name in ("title", "source") if get(value, name)}
    return messages.generic("search_result", content=_parts(get(value, "content")), **found)


_PARTS: dict[str, Callable[[Any], messages.Part]] = {
    "text": lambda value: messages.text(str(value)),
    "toolUse": _tool_call,
    "toolResult": _tool_result,
    "reasoningContent": _reasoning,
    "citationsContent": lambda value: messages.text(
        "".join(str(get(each, "text") or "") for each in listed(get(value, "content")))
    ),
    "guardContent": _guarded,
    "searchResult": _search_result,
    "json": lambda value: messages.generic("json", content=value),
    "cachePoint": lambda _: messages.generic("cache_point"),
}


def read_response(_arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    blocks = listed(get(get(get(answer, "output"), "message"), "content"))
    calls = [call for block in blocks if (call := get(block, "toolUse")) is not None]
    return response_of(
        answer,
        get(answer, "stopReason"),
        blocks if captures_content else None,
        [
            (get(call, "toolUseId"), str(get(call, "name")), to_json(get(call, "input")))
            for call in calls
            if get(call, "type") != "server_tool_use"
        ],
    )


def response_of(
    described: Any,
    reason: str | None,
    blocks: Iterable[Any] | None,
    calls: list[tuple[str | None, str, str | None]],
) -> Response:
    """``described`` is a whole answer, or a stream's metadata, which has the same fields."""
    response = Response(tool_calls=calls)
    found = response.attributes
    invoked = get(get(get(described, "trace"), "promptRouter"), "invokedModelId")
    if invoked is not None:
        found[attributes.GEN_AI_RESPONSE_MODEL] = invoked
    found[attributes.SPANWRIGHT_RESPONSE_SERVICE_TIER] = get(get(described, "serviceTier"), "type")
    _read_usage(found, get(described, "usage"))
    found[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = [reason] if reason else None
    if blocks is not None:
        response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [
            messages.message("assistant", _parts(list(blocks)), finish_reason=reason)
        ]
    return response


def _read_usage(into: dict[str, Any], usage: Any) -> None:
    """Tokens as reported. ``inputTokens`` leaves the cached ones out (``totalTokens`` does not), as in the
    Messages format."""
    sent = get(usage, "inputTokens")
    if sent is None:
        return
    read, written = _cached(usage, "Read"), _cached(usage, "Write")
    into[attributes.GEN_AI_USAGE_INPUT_TOKENS] = sent + (read or 0) + (written or 0)
    into[attributes.GEN_AI_USAGE_OUTPUT_TOKENS] = get(usage, "outputTokens")
    into[attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = read
    into[attributes.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS] = written
    for detail in listed(get(usage, "cacheDetails")):
        name = _CACHE_WRITES.get(get(detail, "ttl"))
        if name is not None:
            into[name] = get(detail, "inputTokens")


def _cached(usage: Any, way: str) -> int | None:
    """The Nova models' own bodies have another name for it."""
    named = get(usage, f"cache{way}InputTokens")
    found = get(usage, f"cache{way}InputTokenCount") if named is None else named
    return found if isinstance(found, int) else None


_CACHE_WRITES = {
    "5m": attributes.SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS,
    "1h": attributes.SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS,
}
