"""From what a user typed to a value of the type a setting asks for."""

from __future__ import annotations

import math
import os
import types
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal

_LISTS: tuple[Any, ...] = (tuple, list, frozenset, set)


class Text(str):
    """A value that had no type where it was written: an environment variable, or ``${VARIABLE}`` in a file.

    It is read by the type of its key: ``a,b`` is a list there where a list is wanted. ``none`` stands for
    None and for the empty list.
    """


class UnusableValueError(Exception):
    """Why a value cannot be used, and what to write instead (both without a full stop)."""

    def __init__(self, why: str, instead: str) -> None:
        super().__init__(why, instead)
        self.why = why
        self.instead = instead


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that ``name`` was probably meant to be, or None."""
    from difflib import get_close_matches

    matches = get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def convert(value: object, hint: Any) -> Any:
    """``value`` as an instance of ``hint``; raises ``UnusableValueError``.

    ``hint`` is one of bool, int, float, str, Path, an Enum, Literal, ``tuple[T, ...]``, ``list[T]``,
    ``frozenset[T]``, ``Mapping[str, T]``, a union, or a dataclass (from a mapping).
    """
    origin = typing.get_origin(hint) or hint
    if origin in (typing.Union, types.UnionType):
        return _union(value, typing.get_args(hint))
    if origin is Literal:
        return _choice(value, {str(choice): choice for choice in typing.get_args(hint)})
    if isinstance(origin, type):
        if issubclass(origin, Enum):
            return _choice(value, {str(member.value): member for member in origin})
        if is_dataclass(origin):
            return _nested(value, origin)
        if issubclass(origin, _LISTS):
            return _list(value, hint, origin)
        if issubclass(origin, Mapping):
            return _mapping(value, hint)
        if origin in _SCALARS:
            return _SCALARS[origin](value)
    return value


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, Text) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise UnusableValueError("it is neither true nor false", "Set true or false instead")


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, Text):
        try:
            return int(value)
        except ValueError:
            pass
    raise UnusableValueError("it is not a whole number", "Set a whole number instead")


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if isinstance(value, Text):
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
    raise UnusableValueError("it is not a number", "Set a number instead")


def _text(value: object) -> str:
    if isinstance(value, str):
        return str(value)
    raise UnusableValueError("it is not text", "Put it in quotation marks, or set text instead")


def _path(value: object) -> Path:
    return Path(os.path.expanduser(_text(value)))


_SCALARS: dict[type, Callable[[object], Any]] = {
    bool: _boolean,
    int: _whole,
    float: _number,
    str: _text,
    Path: _path,
}


def _union(value: object, members: tuple[Any, ...]) -> Any:
    optional = types.NoneType in members
    if optional and (value is None or (isinstance(value, Text) and value.strip().lower() == "none")):
        return None
    members = tuple(member for member in members if member is not types.NoneType)
    for member in members[:-1]:
        try:
            return convert(value, member)
        except UnusableValueError:
            continue
    return convert(value, members[-1])


def _choice(value: object, choices: Mapping[str, Any]) -> Any:
    by_lower = {name.lower(): choice for name, choice in choices.items()}
    name = str(value).strip().lower() if isinstance(value, str | int) else ""
    if name in by_lower:
        return by_lower[name]
    meant = nearest(name, by_lower) if name else None
    instead = f'Did you mean "{meant}"? Set' if meant else "Set"
    raise UnusableValueError("there is no such choice", f"{instead} one of {', '.join(choices)} instead")


def _list(value: object, hint: Any, origin: type[Any]) -> Any:
    if isinstance(value, Text):
        items: list[object] = [Text(item.strip()) for item in value.split(",") if item.strip()]
        if [str(item).lower() for item in items] == ["none"]:
            items = []
    elif isinstance(value, list | tuple):
        items = list(value)
    else:
        raise UnusableValueError("it is not a list", "Set a list instead, such as [a, b]")
    item_hint = next(iter(typing.get_args(hint)), str)
    return origin(convert(item, item_hint) for item in items)


def _mapping(value: object, hint: Any) -> dict[str, Any]:
    value_hint = (typing.get_args(hint) or (str, str))[1]
    if isinstance(value, Text):
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        if any(not (equals and key.strip()) for key, equals, _ in pairs):
            raise UnusableValueError("it is not a list of pairs", "Set pairs such as a=b,c=d instead")
        value = {key.strip(): Text(item.strip()) for key, _, item in pairs}
    if not isinstance(value, Mapping):
        raise UnusableValueError("it is not a mapping", "Set a mapping instead, such as {a: b}")
    return {str(key): convert(item, value_hint) for key, item in value.items()}


def _nested(value: object, cls: type[Any]) -> Any:
    """A dataclass inside a list or mapping, which only a file can hold."""
    names = {field.name: field for field in fields(cls)}
    if not isinstance(value, Mapping):
        raise UnusableValueError(
            "it is not a mapping", f"Set {', '.join(names)} in a configuration file instead"
        )
    hints = typing.get_type_hints(cls)
    for name in value:
        if name not in names:
            raise UnusableValueError(f'"{name}" is not one of its keys', f"Use {', '.join(names)} instead")
    for name, field in names.items():
        if field.default is MISSING and field.default_factory is MISSING and name not in value:
            raise UnusableValueError(f'its key "{name}" is missing', f'Add "{name}"')
    try:
        return cls(**{str(name): convert(item, hints[name]) for name, item in value.items()})
    except ValueError as error:
        why, _, instead = str(error).partition(". ")
        raise UnusableValueError(why.rstrip("."), instead.rstrip(".") or "Correct it") from error


def describe(hint: Any) -> str:
    """The type of a setting in words, as the reference page and error messages say it."""
    origin = typing.get_origin(hint) or hint
    arguments = [member for member in typing.get_args(hint) if member is not types.NoneType]
    if origin in (typing.Union, types.UnionType):
        return " or ".join(describe(member) for member in arguments)
    if origin is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in arguments)
    if not isinstance(origin, type):
        return "any value"
    if issubclass(origin, Enum):
        return "one of " + ", ".join(f"`{member.value}`" for member in origin)
    if issubclass(origin, _LISTS):
        return "list of " + describe(arguments[0] if arguments else str)
    if issubclass(origin, Mapping):
        return "mapping to " + describe(arguments[1] if len(arguments) > 1 else str)
    if is_dataclass(origin):
        return "mapping with " + ", ".join(f"`{field.name}`" for field in fields(origin))
    return _WORDS.get(origin, "any value")


_WORDS: dict[type, str] = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
}
