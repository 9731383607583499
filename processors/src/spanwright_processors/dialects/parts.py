"""One part of a message, in whatever shape a provider or framework gives it, as the conventions shape it.

Read are the parts of OpenAI (chat and responses), Anthropic, Gemini, Bedrock, LangChain, Vercel's AI SDK,
OpenInference, Datadog and the conventions' own. What a shape holds beyond the official keys stays in the
part under its own key (the schemas allow that); only empty values are left out.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spanwright_semconv.messages import Part, blob, file, reasoning, text, tool_call, tool_call_response, uri
from spanwright_semconv.shapes import shape_errors

#: Python's literals are read up to this many characters; longer text is content.
_LONGEST_LITERAL = 4096
EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


def parts_of(content: Any) -> list[Part]:
    """The parts of a message's content: text, a list of blocks, one block, or nothing."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return [text(content)]
    if isinstance(content, dict):
        return [part_of(content)]
    if isinstance(content, list | tuple):
        return [part_of(block) for block in content]
    return [text(as_text(content))]


def part_of(block: Any) -> Part:
    """One block of content. What no reader knows becomes a part of its own type, or text."""
    if isinstance(block, str):
        return text(block)
    if not isinstance(block, dict):
        return text(as_text(block))
    kind = block.get("type")
    if kind == "text" and len(block) == 2:  # nearly all parts of nearly all messages
        found = block.get("content", block.get("text"))
        if isinstance(found, str):
            return text(found)
    reader = _BY_TYPE.get(kind) if isinstance(kind, str) else None
    if reader is None:
        reader = next((read for key, read in _BY_KEY if key in block), None)
    part = reader(block) if reader is not None else None
    if part is None:
        part = {"type": kind if isinstance(kind, str) and kind else "generic", **without(block, "type")}
    if shape_errors("system_instructions", [part]):  # a known type of part without what it must have
        return {"type": "generic", "value": block}
    return part


def as_text(value: Any) -> str:
    """``value`` as text: itself, or compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def decoded(value: Any) -> Any:
    """``value``, or what it stands for where it is the text of a JSON object or list."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            found, end = _decode(value)
        except (ValueError, RecursionError):
            return value
        return found if end == len(value) or not value[end:].strip(_JSON_SPACE) else value
    return value


#: ``json.loads`` without its way of finding the beginning, which is known here.
_decode = json.JSONDecoder().raw_decode
_JSON_SPACE = " \t\n\r"


def mapping_of(value: Any) -> Mapping[str, Any] | None:
    """The object that ``value`` is or stands for, as JSON or as Python writes a dict; None if it is none."""
    found = decoded(value)
    if isinstance(found, str) and found[:1] == "{" and len(found) <= _LONGEST_LITERAL:
        try:
            found = ast.literal_eval(found)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return found if isinstance(found, dict) else None


def without(block: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """What ``block`` holds besides ``keys``, empty values left out."""
    return {key: value for key, value in block.items() if key not in keys and value not in EMPTY}


def first(block: Mapping[str, Any], *keys: str) -> Any:
    """The first value of ``keys`` that there is."""
    for key in keys:
        value = block.get(key)
        if value is not None:
            return value
    return None


def _extended(part: Any, block: Mapping[str, Any], *read: str) -> Part:
    """``part`` with what ``block`` holds besides what was read."""
    if len(block) > 1:
        for key, value in without(block, "type", *read).items():
            part.setdefault(key, value)
    result: Part = part
    return result


def _text(block: Mapping[str, Any]) -> Part | None:
    found = first(block, "text", "content")
    if isinstance(found, dict):  # OpenAI's assistants: {"value": …, "annotations": […]}
        found = first(found, "value", "text")
    return _extended(text(found), block, "text", "content") if isinstance(found, str) else None


def _plain(block: Mapping[str, Any]) -> Part | None:
    """A block that says what it is by its key alone: Gemini's and Bedrock's text."""
    if block.get("thought") is True:
        return _extended(reasoning(as_text(block.get("text"))), block, "thought", "text")
    return _text(block)


def _reasoning(block: Mapping[str, Any]) -> Part | None:
    found = first(
        block, "thinking", "reasoning", "content", "text", "summary", "reasoningText", "reasoning_text"
    )
    if isinstance(found, list | tuple):
        found = "\n".join(as_text(first(item, "text") if isinstance(item, dict) else item) for item in found)
    elif isinstance(found, dict):
        found = first(found, "text", "content")
    keys = ("thinking", "reasoning", "content", "text", "summary")
    return _extended(reasoning(found), block, *keys) if isinstance(found, str) else None


def _tool_call(block: Mapping[str, Any]) -> Part | None:
    function = block.get("function")
    inner: Mapping[str, Any] = function if isinstance(function, dict) else block
    name = first(inner, "name", "toolName", "tool_name")
    if not isinstance(name, str):
        return None
    keys = ("arguments", "args", "input", "rawInput", "parameters")
    call_id = first(block, "id", "toolCallId", "tool_call_id", "call_id", "toolUseId", "tool_id")
    if block.get("type") == "function_call":  # of OpenAI's responses: ``id`` is that of the item
        call_id = first(block, "call_id", "tool_id", "id")
    part = tool_call(name, decoded(first(inner, *keys)), None if call_id is None else str(call_id))
    ids = ("id", "toolCallId", "tool_call_id", "call_id", "toolUseId", "tool_id")
    return _extended(part, block, "function", "name", "toolName", "tool_name", *keys, *ids)


def _tool_result(block: Mapping[str, Any]) -> Part | None:
    keys = ("response", "content", "result", "output", "returnValue")
    if not any(key in block for key in keys):
        return None
    found = first(block, *keys)
    if isinstance(found, dict) and set(found) == {"type", "value"}:  # Vercel: {"type": "json", "value": …}
        found = found["value"]
    ids = ("id", "tool_use_id", "toolUseId", "toolCallId", "tool_call_id", "call_id", "tool_id")
    call_id = first(
        block, "tool_use_id", "toolUseId", "toolCallId", "tool_call_id", "call_id", "tool_id", "id"
    )
    part = tool_call_response("" if found is None else found, None if call_id is None else str(call_id))
    return _extended(part, block, *keys, *ids)


def _wrapped(
    key: str, read: Callable[[Mapping[str, Any]], Part | None]
) -> Callable[[Mapping[str, Any]], Part | None]:
    """Of a block whose one key tells what it is: ``{"functionCall": {…}}``."""

    def inner(block: Mapping[str, Any]) -> Part | None:
        value = block[key]
        part = read(value) if isinstance(value, dict) else None
        return _extended(part, block, key) if part is not None else None

    return inner


def _media(block: Mapping[str, Any]) -> Part | None:
    """An image, sound, film or document: by address, by the id of a file, or as base64."""
    kind = str(block.get("type") or "")
    holder = _holder(block)
    mime = first(holder, "mime_type", "mimeType", "media_type", "mediaType", "format")
    address = first(holder, "url", "uri", "fileUri", "file_uri")
    if isinstance(address, dict):
        address = address.get("url")
    modality = _modality(kind, mime, address)
    if isinstance(address, str):
        return (
            _inline(modality, address) if address.startswith("data:") else uri(modality, address, _mime(mime))
        )
    file_id = first(holder, "file_id", "fileId")
    if isinstance(file_id, str):
        return file(modality, file_id, _mime(mime))
    data = first(holder, "data", "bytes", "content")
    if isinstance(data, str) and (kind not in ("text", "") or mime is not None):
        return _inline(modality, data) if data.startswith("data:") else blob(modality, data, _mime(mime))
    return None


def _holder(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """What holds the medium itself, inside whatever a provider wraps around it."""
    holder = block
    for _ in range(3):
        key = next((key for key in _MEDIA if key in holder), None)
        value = holder.get(key) if key is not None else None
        if isinstance(value, str):
            return {**holder, "url": value} if ":" in value[:12] else {**holder, "data": value}
        if not isinstance(value, dict):
            break
        holder = value
    return holder


#: Keys around a medium.
_MEDIA = (
    "image_url",
    "image",
    "source",
    "input_audio",
    "inlineData",
    "inline_data",
    "fileData",
    "file_data",
    "file",
    "audio",
    "document",
    "video",
)


def _inline(modality: str, address: str) -> Part:
    """A ``data:`` address as a blob, where it is base64."""
    head, _, data = address[len("data:") :].partition(",")
    mime, _, encoding = head.partition(";")
    if not encoding.endswith("base64"):
        return uri(modality, address)
    return blob(_modality(modality, mime, None), data, mime or None)


def _modality(kind: str, mime: Any, address: Any) -> str:
    known = {
        "image": "image",
        "audio": "audio",
        "video": "video",
        "application": "document",
        "text": "document",
    }
    if isinstance(address, str) and address.startswith("data:"):
        mime = address[len("data:") :].partition(";")[0]
    if isinstance(mime, str) and mime.partition("/")[0] in known:
        return known[mime.partition("/")[0]]
    return next((each for each in ("image", "audio", "video") if each in kind), "document")


def _mime(value: Any) -> str | None:
    return value if isinstance(value, str) and "/" in value else None


def _official(*needed: str) -> Callable[[Mapping[str, Any]], Part | None]:
    """A part that is the conventions' own already, where it has what they ask for."""
    return lambda block: dict(block) if all(key in block for key in needed) else None


def _blob_or_media(block: Mapping[str, Any]) -> Part | None:
    return dict(block) if "modality" in block and "content" in block else _media(block)


_BY_TYPE: Mapping[str, Callable[[Mapping[str, Any]], Part | None]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text"), _text),
    **dict.fromkeys(("reasoning", "thinking", "reasoning_content"), _reasoning),
    **dict.fromkeys(
        ("tool_call", "tool-call", "tool_use", "function_call", "function", "toolUse"), _tool_call
    ),
    **dict.fromkeys(
        ("tool_call_response", "tool-result", "tool_result", "function_call_output", "toolResult", "tool"),
        _tool_result,
    ),
    **dict.fromkeys(
        (
            "image",
            "image_url",
            "input_image",
            "file",
            "input_file",
            "audio",
            "input_audio",
            "document",
            "video",
            "media",
            "image-url",
            "binary",
        ),
        _media,
    ),
    "blob": _blob_or_media,
    "uri": _official("modality", "uri"),
    "server_tool_call": _official("name", "server_tool_call"),
    "server_tool_call_response": _official("server_tool_call_response"),
}


def _file_or_media(block: Mapping[str, Any]) -> Part | None:
    return dict(block) if "modality" in block and "file_id" in block else _media(block)


_BY_TYPE = {**_BY_TYPE, "file": _file_or_media}

#: Blocks that say what they are by a key: OpenInference's, Gemini's, Bedrock's.
_BY_KEY: Sequence[tuple[str, Callable[[Mapping[str, Any]], Part | None]]] = (
    ("tool_call", _wrapped("tool_call", _tool_call)),
    ("message_content", lambda block: part_of(block["message_content"])),
    ("functionCall", _wrapped("functionCall", _tool_call)),
    ("function_call", _wrapped("function_call", _tool_call)),
    ("functionResponse", _wrapped("functionResponse", _tool_result)),
    ("function_response", _wrapped("function_response", _tool_result)),
    ("toolUse", _wrapped("toolUse", _tool_call)),
    ("toolResult", _wrapped("toolResult", _tool_result)),
    ("reasoningContent", _wrapped("reasoningContent", _reasoning)),
    ("inlineData", _media),
    ("inline_data", _media),
    ("fileData", _media),
    ("file_data", _media),
    ("image", _media),
    ("document", _media),
    ("video", _media),
    ("text", _plain),
)
