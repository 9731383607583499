"""What in a decoded content attribute does not fit its JSON shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

#: Part type -> keys it must have, with the type of their values.
_PARTS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "text": {"content": str},
    "reasoning": {"content": str},
    "tool_call": {"name": str},
    "tool_call_response": {"response": object},
    "server_tool_call": {"name": str, "server_tool_call": dict},
    "server_tool_call_response": {"server_tool_call_response": dict},
    "blob": {"modality": str, "content": str},
    "file": {"modality": str, "file_id": str},
    "uri": {"modality": str, "uri": str},
    "compaction": {},
}


def shape_errors(shape: str, value: Any) -> list[str]:
    """Defects of ``value``, such as ``[0].parts[1]: content is missing``; the registry names ``shape``."""
    value = _with_lists(value)
    if not isinstance(value, list):
        return [f"is {_json_type(value)}, not a list"]
    check = _SHAPES[shape]
    return [error for at, item in enumerate(value) for error in _item_errors(f"[{at}]", item, check)]


def _with_lists(value: Any) -> Any:
    """The SDK gives structured values back with tuples for lists."""
    if isinstance(value, (list, tuple)):
        return [_with_lists(item) for item in value]
    return {key: _with_lists(item) for key, item in value.items()} if isinstance(value, dict) else value


def _item_errors(where: str, item: Any, check: Callable[[str, dict[str, Any]], list[str]]) -> list[str]:
    return (
        check(where, item) if isinstance(item, dict) else [f"{where}: is {_json_type(item)}, not an object"]
    )


def _message_errors(where: str, message: dict[str, Any]) -> list[str]:
    errors = _key_errors(where, message, {"role": str, "parts": list})
    parts = message.get("parts")
    if isinstance(parts, list):
        for at, part in enumerate(parts):
            errors += _item_errors(f"{where}.parts[{at}]", part, _part_errors)
    return errors


def _part_errors(where: str, part: dict[str, Any]) -> list[str]:
    kind = part.get("type")
    wanted = _PARTS.get(kind, {}) if isinstance(kind, str) else {}
    return _key_errors(where, part, {"type": str, **wanted}) + _optional_errors(where, part, {"id": str})


def _tool_errors(where: str, tool: dict[str, Any]) -> list[str]:
    return _key_errors(where, tool, {"type": str, "name": str}) + _optional_errors(
        where, tool, {"description": str}
    )


def _document_errors(where: str, document: dict[str, Any]) -> list[str]:
    known = {"id": str, "score": (int, float), "source_doc_id": str, "text_length": int, "content": str}
    return _optional_errors(where, document, known)


def _record_errors(where: str, record: dict[str, Any]) -> list[str]:
    return _key_errors(where, record, {"content": object}) + _optional_errors(where, record, {"id": str})


def _key_errors(where: str, item: dict[str, Any], keys: Mapping[str, Any]) -> list[str]:
    missing = [f"{where}: {key} is missing" for key in keys if key not in item]
    return missing + [
        error for key in keys if key in item for error in _type_errors(where, key, item[key], keys)
    ]


def _optional_errors(where: str, item: dict[str, Any], keys: Mapping[str, Any]) -> list[str]:
    present = [key for key in keys if item.get(key) is not None]
    return [error for key in present for error in _type_errors(where, key, item[key], keys)]


def _type_errors(where: str, key: str, value: Any, keys: Mapping[str, Any]) -> list[str]:
    wanted = keys[key]
    if wanted is object or (isinstance(value, wanted) and not isinstance(value, bool)):
        return []
    return [f"{where}.{key}: is {_json_type(value)}"]


def _json_type(value: Any) -> str:
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "null" if value is None else type(value).__name__)


_SHAPES: Mapping[str, Callable[[str, dict[str, Any]], list[str]]] = {
    "messages": _message_errors,
    "system_instructions": _part_errors,
    "tool_definitions": _tool_errors,
    "documents": _document_errors,
    "memory_records": _record_errors,
}
