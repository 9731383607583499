"""Values as the registry types them: what a dialect writes as text, a float or JSON becomes what it means."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from spanwright_semconv.checker import definition_of

from .parts import decoded


def _string(value: Any) -> Any:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _int(value: Any) -> Any:
    if type(value) is int:
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value) if "." in value else int(value)
        except ValueError:
            return None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else None
    return value if isinstance(value, int) else None


def _double(value: Any) -> Any:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if not isinstance(value, int | float):
        return None
    try:
        value = float(value)
    except OverflowError:
        return None
    return value if math.isfinite(value) else None


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _strings(value: Any) -> Any:
    value = decoded(value)
    if isinstance(value, str):
        return (value.strip('"'),) if value else None
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


_SCALARS = (str, bool, int, float)


def _any(value: Any) -> Any:
    """Structured values as JSON text, as the conventions' content stands on spans."""
    if type(value) is str or value is None or isinstance(value, _SCALARS):
        return value
    return compact(value)


_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False, default=str
).encode


def compact(value: Any) -> str:
    """``value`` as compact JSON text; null for numbers that JSON does not have."""
    try:
        return _encode(value)
    except ValueError:
        return _encode(_finite(value))


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


#: Registry type -> function that gives the value of that type, None where there is none.
CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "string": _string,
    "int": _int,
    "double": _double,
    "boolean": _boolean,
    "string[]": _strings,
    "any": _any,
}


@cache
def converter(attribute: str) -> Callable[[Any], Any] | None:
    """The function that gives an official attribute's value its type; None if there is no such one."""
    definition = definition_of(attribute)
    return CONVERTERS[definition.type] if definition is not None else None


#: Registry type -> the one type its values have. Others need a look.
EXACT: Mapping[str, type] = {"int": int, "double": float, "boolean": bool, "string[]": tuple, "string": str}
