"""The format of Gemini's ``generateContent``: contents made of parts, candidates, token counts by modality.

Read from dicts as applications write them, with names in either case, from the SDK's models, and from
:class:`~.translation.Fields`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from spanwright_semconv import attributes, messages
from spanwright_semconv.enums import FinishReason

from .content import to_json
from .translation import Response, get, listed


@cache
def camel(name: str) -> str:
    """A Python name as JSON has it."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def field(value: Any, name: str) -> Any:
    """A field by its Python name; dicts may have it as JSON has it."""
    found = get(value, name)
    return value.get(camel(name)) if found is None and isinstance(value, dict) else found


def fields_of(model: Any) -> dict[str, Any]:
    """The fields of one of the SDK's models, which takes longer to ask for each one that it lacks."""
    fields: dict[str, Any] = model.__dict__
    return fields


def plain(value: Any) -> Any:
    """An enumeration's member as its value, a model as a dict of what is set in it."""
    dump = getattr(value, "model_dump", None)
    return dump(mode="json", exclude_none=True) if dump else getattr(value, "value", value)


def _text_of(value: Any) -> str:
    return str(getattr(value, "value", value))


def listed_parts(contents: Any) -> Iterator[tuple[str | None, list[Any]]]:
    """Role and parts of each message: parts given outside of one are one message of the user's together."""
    loose: list[Any] = []
    for each in contents if isinstance(contents, (list, tuple)) else [contents]:
        is_message = isinstance(each, (list, tuple)) or _is_content(each)
        if is_message and loose:
            yield None, loose
            loose = []
        if isinstance(each, (list, tuple)):
            yield None, list(each)
        elif is_message:
            yield field(each, "role"), list(listed(field(each, "parts")))
        elif each is not None:
            loose.append(each)
    if loose:
        yield None, loose


def _is_content(value: Any) -> bool:
    fields = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return "parts" in fields and ("role" in fields or isinstance(value, dict))


def texts_of(parts: Iterable[Any]) -> list[str | None]:
    """The text of each part, None for a part that is none."""
    found = [part if isinstance(part, str) else field(part, "text") for part in parts]
    return [text if isinstance(text, str) else None for text in found]


def read_messages(contents: Any) -> list[messages.Message]:
    """What was sent, message by message."""
    return [_message(role, parts) for role, parts in listed_parts(contents)]


def _message(role: Any, parts: Iterable[Any]) -> messages.Message:
    read = [part_of(part) for part in parts]
    if read and all(part["type"] == "tool_call_response" for part in read):
        return messages.message("tool", read)
    return messages.message("assistant" if role == "model" else str(role or "user"), read)


def read_system(instruction: Any) -> list[messages.Part]:
    """The parts of a system instruction."""
    return [part_of(part) for _, parts in listed_parts(instruction) for part in parts]


def part_of(part: Any) -> messages.Part:
    """One part, or the text or file that stands for one."""
    if isinstance(part, str):
        return messages.text(part)
    text = field(part, "text")
    if isinstance(text, str) and (text or not field(part, "function_call")):
        return messages.reasoning(text) if field(part, "thought") else messages.text(text)
    for name, read in _PARTS.items():
        found = field(part, name)
        if found is not None:
            return read(found)
    if field(part, "uri") or field(part, "file_uri"):
        return _file(part)
    return messages.generic(type(part).__name__ if not isinstance(part, dict) else "unknown")


def _modality(mime_type: Any) -> str:
    kind = str(mime_type or "").partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "document"


def _inline(blob: Any) -> messages.Part:
    """Media sent inline: what it is and how large, never its bytes."""
    mime_type, data = field(blob, "mime_type"), field(blob, "data") or b""
    size = len(data) * 3 // 4 if isinstance(data, str) else len(data)
    return {**messages.blob(_modality(mime_type), "", mime_type), "bytes": size}


def _file(file: Any) -> messages.Part:
    mime_type = field(file, "mime_type")
    address = field(file, "file_uri") or field(file, "uri")
    return messages.uri(_modality(mime_type), str(address), mime_type)


def _called(call: Any) -> messages.Part:
    return messages.tool_call(str(field(call, "name")), field(call, "args") or {}, field(call, "id"))


def _answered_call(response: Any) -> messages.Part:
    part = messages.tool_call_response(plain(field(response, "response")), field(response, "id"))
    return {**part, "name": field(response, "name")}


def _server_call(call: Any) -> messages.Part:
    kind = _text_of(field(call, "tool_type")).lower()
    details = {"type": kind, "arguments": plain(field(call, "args"))}
    return messages.server_tool_call(kind, details, field(call, "id"))


def _server_answer(answer: Any) -> messages.Part:
    kind = _text_of(field(answer, "tool_type")).lower()
    return messages.server_tool_call_response(
        {"type": kind, "response": plain(field(answer, "response"))}, field(answer, "id")
    )


def _code(code: Any) -> messages.Part:
    details = {"type": "code_execution", "code": field(code, "code")}
    language = field(code, "language")
    if language is not None:
        details["language"] = _text_of(language).lower()
    return messages.server_tool_call("code_execution", details, field(code, "id"))


def _code_result(result: Any) -> messages.Part:
    details = {"type": "code_execution", "outcome": _text_of(field(result, "outcome"))}
    return messages.server_tool_call_response(
        {**details, "output": field(result, "output")}, field(result, "id")
    )


_PARTS: dict[str, Callable[[Any], messages.Part]] = {
    "function_call": _called,
    "function_response": _answered_call,
    "inline_data": _inline,
    "file_data": _file,
    "executable_code": _code,
    "code_execution_result": _code_result,
    "tool_call": _server_call,
    "tool_response": _server_answer,
}


#: Finish reasons, with what they mean; others are taken as they are.
_FILTERED = (
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MODEL_ARMOR",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
)
_FAILED = (
    "MALFORMED_FUNCTION_CALL",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE",
)
_MEANINGS: dict[str, str] = {
    "STOP": FinishReason.STOP.value,
    "MAX_TOKENS": FinishReason.LENGTH.value,
    "CONTINUATION": FinishReason.LENGTH.value,
    **dict.fromkeys(_FILTERED, FinishReason.CONTENT_FILTER.value),
    **dict.fromkeys(_FAILED, FinishReason.ERROR.value),
}


def describe_reasons(response: Response, reasons: list[str | None], feedback: Any = None) -> None:
    """The provider's own finish reasons, and what the first means.

    An answer that asks for tools ends with ``STOP`` as others do. A prompt that was refused has no candidate,
    and so no finish reason, but a block reason in the ``feedback``.
    """
    known = [reason for reason in reasons if reason]
    response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = known or None
    meaning = _MEANINGS.get(known[0], known[0]) if known else None
    if meaning == FinishReason.STOP.value and response.tool_calls:
        meaning = FinishReason.TOOL_CALLS.value
    if not known and field(feedback, "block_reason"):
        meaning = FinishReason.CONTENT_FILTER.value
    response.attributes[attributes.SPANWRIGHT_FINISH_REASON] = meaning


def reason_of(candidate: Any) -> str | None:
    """The finish reason of a candidate, as the provider spells it."""
    reason = candidate.finish_reason
    return None if reason is None else _text_of(reason)


#: Modalities of the counts -> attributes of input, output and cached input.
_BY_MODALITY = {
    "TEXT": (
        attributes.GEN_AI_USAGE_TEXT_INPUT_TOKENS,
        attributes.GEN_AI_USAGE_TEXT_OUTPUT_TOKENS,
        attributes.GEN_AI_USAGE_TEXT_CACHE_READ_INPUT_TOKENS,
    ),
    "IMAGE": (
        attributes.GEN_AI_USAGE_IMAGE_INPUT_TOKENS,
        attributes.GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS,
        attributes.GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS,
    ),
    "AUDIO": (
        attributes.GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
        attributes.GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
        attributes.GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS,
    ),
}
_DETAILS = (
    ("prompt_tokens_details", 0),
    ("tool_use_prompt_tokens_details", 0),
    ("candidates_tokens_details", 1),
    ("cache_tokens_details", 2),
)


def read_usage(into: dict[str, Any], usage: Any) -> None:
    """Token counts as totals: what server-side tools put into the prompt is input, thoughts are output."""
    if usage is None:
        return
    known = fields_of(usage)
    thoughts = known.get("thoughts_token_count")
    into[attributes.GEN_AI_USAGE_INPUT_TOKENS] = _sum(
        known.get("prompt_token_count"), known.get("tool_use_prompt_token_count")
    )
    into[attributes.GEN_AI_USAGE_OUTPUT_TOKENS] = _sum(known.get("candidates_token_count"), thoughts)
    into[attributes.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS] = thoughts
    into[attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS] = known.get("cached_content_token_count")
    for name, column in _DETAILS:
        for count in known.get(name) or ():
            names = _BY_MODALITY.get(_text_of(count.modality))
            if names is not None and count.token_count is not None:
                into[names[column]] = into.get(names[column], 0) + count.token_count


def _sum(first: int | None, second: int | None) -> int | None:
    return first if second is None else second if first is None else first + second


def answered(answer: Any) -> dict[str, Any]:
    """What an answer, whole or a chunk, says of itself."""
    known = fields_of(answer)
    headers = get(known.get("sdk_http_response"), "headers")
    return {
        attributes.GEN_AI_RESPONSE_ID: known.get("response_id"),
        attributes.GEN_AI_RESPONSE_MODEL: known.get("model_version"),
        attributes.SPANWRIGHT_RESPONSE_SERVICE_TIER: get(headers, "x-gemini-service-tier"),
    }


def tool_call_of(call: Any) -> tuple[str | None, str, str | None]:
    """Call id (often None), name, and the arguments as JSON: the provider sends an object, not a text."""
    return field(call, "id"), str(field(call, "name")), to_json(plain(field(call, "args")) or {})


def read_answer(answer: Any, captures_content: bool) -> Response:
    """A whole answer, as the SDK's model of it."""
    known = fields_of(answer)
    response = Response(answered(answer))
    read_usage(response.attributes, known.get("usage_metadata"))
    candidates = known.get("candidates") or ()
    all_parts = [(candidate.content and candidate.content.parts) or () for candidate in candidates]
    calls = (part.function_call for parts in all_parts for part in parts)
    response.tool_calls = [tool_call_of(call) for call in calls if call is not None]
    reasons = [reason_of(candidate) for candidate in candidates]
    describe_reasons(response, reasons, known.get("prompt_feedback"))
    if captures_content and candidates:
        response.content[attributes.GEN_AI_OUTPUT_MESSAGES] = [
            output_message([part_of(part) for part in parts], reason)
            for parts, reason in zip(all_parts, reasons, strict=True)
        ]
    return response


def output_message(parts: list[messages.Part], reason: str | None) -> messages.Message:
    """A message of the model's."""
    return messages.message("assistant", parts, finish_reason=reason)
