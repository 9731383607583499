"""JSON that every database takes: no NUL, no lone surrogate, no number that is none."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable
from typing import Any

_NUL, _REPLACEMENT = "\x00", "\ufffd"


def clean(text: str) -> str:
    """The text with what PostgreSQL cannot hold, NUL, replaced."""
    return text.replace(_NUL, _REPLACEMENT) if _NUL in text else text


def dumped(value: Any) -> str:
    """Compact JSON of a plain value that ``plain`` or ``loaded`` has made."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def loaded(text: str) -> Any:
    """The value of a JSON text, without what databases refuse; raises ``ValueError`` where it is no JSON."""
    try:
        value = json.loads(text, parse_constant=lambda _: None)
        # Escapes alone can bring in what is not allowed, and numbers like 1e999 what is no number.
        return _cleaned(value) if "\\u" in text or "e" in text or "E" in text else value
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def plain(value: Any) -> Any:
    """An OTLP ``AnyValue`` as plain JSON: bytes as base64, numbers that are none as text, nothing as null."""
    which = value.WhichOneof("value")
    if which == "string_value":
        return clean(value.string_value)
    if which == "double_value":
        number = value.double_value
        return number if math.isfinite(number) else str(number)
    if which == "array_value":
        return [plain(item) for item in value.array_value.values]
    if which == "kvlist_value":
        return attributes(value.kvlist_value.values)
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return None if which is None else getattr(value, which)


def attributes(pairs: Iterable[Any]) -> dict[str, Any]:
    """A list of OTLP attributes as plain JSON."""
    return {clean(pair.key): plain(pair.value) for pair in pairs}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return value
