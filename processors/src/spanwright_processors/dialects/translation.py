"""The attributes of one span, written in any dialect, as the current conventions would have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from spanwright_semconv.attributes import GEN_AI_OPERATION_NAME, SPANWRIGHT_ORIGINAL_ATTRIBUTE, USER_ID
from spanwright_semconv.checker import KNOWN_NAMESPACES

from ..span import Attributes
from .flattened import Row, plain_rows, unflattened
from .parts import EMPTY, decoded, mapping_of
from .reshaping import reshaped
from .table import Content, Rule
from .values import compact, converter

#: What of a value has no official place: nothing of it has one, or all of it; else the rest itself.
NOTHING_READ: Any = object()
ALL_READ: Any = None

_MOVED = f"{SPANWRIGHT_ORIGINAL_ATTRIBUTE}."


class Placer(NamedTuple):
    """What puts content where it belongs, told what the table says it is."""

    #: What of the value has no place.
    value: Callable[[Translation, str, Any], Any]
    #: Whether flattened messages of one text each were put.
    rows: Callable[[Translation, str, list[Row]], bool]


class Translation:
    """What the attributes of one span become: ``new`` official values, ``gone`` names, and what is ``left``.

    The official attribute of a span wins over every dialect's. ``dialects`` are those whose attributes were
    read, ``dropped`` the attributes whose values are not kept anywhere, ``private`` those that must not stay
    beside their translation: what identifies the user, and what masking cannot look into.
    """

    __slots__ = (
        "_attributes",
        "_drops_repeats",
        "_moved",
        "dialects",
        "dropped",
        "gone",
        "left",
        "new",
        "operation",
        "private",
    )

    def __init__(self, attributes: Attributes, operation: str | None, drops_repeats: bool = False) -> None:
        self._attributes = attributes
        self._drops_repeats = drops_repeats
        self.operation = operation
        self.new: dict[str, Any] = {}
        self.gone: list[str] = []
        self.left: dict[str, Any] = {}
        self.dropped: list[str] = []
        self.private: list[str] = []
        self.dialects: set[str] = set()
        self._moved: set[str] = set()

    def get(self, key: str) -> Any:
        """The official value, as it is or will be."""
        value = self.new.get(key)
        if value is None and key not in self._moved:  # one that cannot stay does not count
            return self._attributes.get(key)
        return value

    def put(self, target: str, value: Any) -> bool:
        """Give ``target`` the value, in its type. True if it has that value now, False if it has another."""
        convert = converter(target)
        converted = convert(value) if convert is not None else None
        if converted is None:
            return value in EMPTY
        found = self.new.get(target)
        if found is not None:
            return bool(found == converted)  # both are written by the same hand
        found = self.get(target)
        if found is not None:
            return _is_same(found, converted)
        self.new[target] = converted
        return True

    def put_at(self, found: Mapping[str, Any], paths: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
        """Give the official attributes their values in an object, by dotted path. What of it has no place."""
        rest = dict(found)
        for path, targets in paths.items():
            value = rest.get(path)
            if value is not None:
                if self._put_in_all(targets, value):
                    del rest[path]
            elif "." in path:
                head, tail = _split(path)
                value = rest.get(head)
                if isinstance(value, Mapping):
                    rest[head] = self.put_at(value, {tail: targets})
        return {key: item for key, item in rest.items() if item or item not in EMPTY}

    def move(self, key: str, value: Any) -> None:
        """Keep a value that may not stand under its name."""
        self.left[_MOVED + key] = value
        self.gone.append(key)
        self._moved.add(key)

    def read(
        self, hits: Iterable[tuple[str, Any, Rule]], contents: Iterable[Content], placer: Placer
    ) -> None:
        """Read the attributes that mean something, given in the order of their rules; contents come last."""
        for key, value, rule in hits:
            if not rule.is_plain or not self._rename(key, value, rule):
                _READERS[rule.kind](self, key, value, rule)
        for content in contents:
            rule = content.rule
            if rule.family is not None:
                self._family(content, rule.family, placer)
                continue
            for key in content.keys:
                value = self._attributes[key]
                self._settle(key, value, rule, placer.value(self, rule.content, value))

    def _rename(self, key: str, value: Any, rule: Rule) -> bool:
        """An attribute that only has another name, where that is free. False where there is more to it."""
        target = rule.targets[0]
        if target in self.new or (target in self._attributes and target not in self._moved):
            return False
        convert = converter(target)
        converted = convert(value) if convert is not None else None
        if converted is None:
            return False
        self.new[target] = converted
        self.gone.append(key)
        self.dialects.add(rule.dialect)
        return True

    def _put_in_all(self, targets: Iterable[str], value: Any) -> bool:
        """True if one of ``targets`` at least has the value now."""
        placed = False
        for target in targets:
            placed = self.put(target, value) or placed
        return placed

    def _attribute(self, key: str, value: Any, rule: Rule) -> None:
        if rule.values:
            value = rule.values.get(str(value).lower(), value)
        if rule.divided_by is not None and isinstance(value, int | float):
            value = value / rule.divided_by
        is_read = self._put_in_all(rule.targets, value)
        if USER_ID in rule.targets:  # it is hashed under that name, and must stand under no other
            self.gone.append(key)
            self.private.append(key)
            self.dialects.add(rule.dialect)
            return
        self._settle(key, value, rule, ALL_READ if is_read else NOTHING_READ)

    def _operation(self, key: str, value: Any, rule: Rule) -> None:
        if key == GEN_AI_OPERATION_NAME:
            return
        operation = rule.values.get(str(value).lower())
        is_read = bool(operation) and operation == self.operation
        self._settle(key, value, rule, ALL_READ if is_read else NOTHING_READ)

    def _object(self, key: str, value: Any, rule: Rule) -> None:
        if isinstance(value, str) and len(value) <= _SHORT:
            known, rest = _settings(rule, value)
            names = known.keys()
            if names.isdisjoint(self.new.keys()) and names.isdisjoint(self._attributes.keys()):
                self.new.update(known)
                self._settle(key, value, rule, rest)
                return
        found = mapping_of(value)
        rest = self.put_at(found, rule.values) if found else found
        self._settle(key, value, rule, NOTHING_READ if rest == found else (rest or ALL_READ))

    def _typed(self, key: str, value: Any, rule: Rule) -> None:
        """An official attribute whose value has another type, or content in another shape."""
        convert = converter(key)
        if rule.content:
            converted = reshaped(rule.content, key, value)
        else:
            converted = convert(value) if convert is not None else None
        if converted is None:
            self.move(key, value)
        elif converted != value or type(converted) is not type(value):
            self.new[key] = converted

    def _unknown(self, key: str, value: Any, _: Rule) -> None:
        self.move(key, value)

    def _repeat(self, key: str, value: Any, rule: Rule) -> None:
        self._settle(key, value, rule, NOTHING_READ)

    def _drop(self, key: str, _: Any, rule: Rule) -> None:
        self.gone.append(key)
        self.dropped.append(key)
        self.dialects.add(rule.dialect)

    def _family(self, content: Content, family: str, placer: Placer) -> None:
        """Flattened attributes: all go, or all stay."""
        rule, keys, layout = content
        values = [self._attributes[key] for key in keys]
        rows = plain_rows(layout, values) if layout is not None else None
        is_placed = rows is not None and placer.rows(self, rule.content, rows)
        if not is_placed:
            start = len(family)
            value = unflattened((key[start:], item) for key, item in zip(keys, values, strict=True))
            is_placed = placer.value(self, rule.content, value) is ALL_READ
        if is_placed:
            self.gone += keys
            self.dialects.add(rule.dialect)
            return
        for key, item in zip(keys, values, strict=True):
            self._settle(key, item, rule, NOTHING_READ)

    def _settle(self, key: str, value: Any, rule: Rule, rest: Any) -> None:
        """Take ``key`` away as far as it was read."""
        if rest is ALL_READ and type(value) is not bytes:
            self.dialects.add(rule.dialect)
            self.gone.append(key)
            return
        if rest is not ALL_READ and rule.repeats and self._drops_repeats:
            self._drop(key, value, rule)
            return
        may_stay = not key.startswith(KNOWN_NAMESPACES)
        if rest is NOTHING_READ:
            if not may_stay:
                self.move(key, value)
            return
        self.dialects.add(rule.dialect)
        self.gone.append(key)
        if isinstance(
            value, bytes
        ):  # no detector can look into what is packed: its content stands elsewhere now
            self.private.append(key)
        if rest is not ALL_READ:
            self.left[key if may_stay else _MOVED + key] = compact(rest) if isinstance(value, str) else rest


@lru_cache(maxsize=1024)
def _split(path: str) -> tuple[str, str]:
    """The first step of a dotted path, and the rest."""
    head, _, tail = path.partition(".")
    return head, tail


def _is_same(found: Any, converted: Any) -> bool:
    """True also for JSON text that is spaced or ordered in another way."""
    if found is converted or found == converted:
        return True
    return isinstance(found, str) and found[:1] in ("{", "[") and decoded(found) == decoded(converted)


#: Characters of settings that are the same in call after call.
_SHORT = 1024


@lru_cache(maxsize=256)
def _settings(rule: Rule, text: str) -> tuple[dict[str, Any], Any]:
    """(official values in an object, what of it has no place), where all of them are free."""
    found = mapping_of(text)
    if not found:
        return {}, NOTHING_READ
    scratch = Translation({}, None)
    rest = scratch.put_at(found, rule.values)
    return scratch.new, NOTHING_READ if rest == found else (rest or ALL_READ)


_READERS: Mapping[str, Callable[[Translation, str, Any, Rule], None]] = {
    "attribute": Translation._attribute,
    "operation": Translation._operation,
    "object": Translation._object,
    "typed": Translation._typed,
    "unknown": Translation._unknown,
    "repeat": Translation._repeat,
    "drop": Translation._drop,
}
