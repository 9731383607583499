"""JSON Schema as far as tools' parameters use it, checked with three outcomes: fits, does not, cannot tell.

Keywords whose meaning would need code of the schema's (regular expressions that may take for ever), a fetch
(references elsewhere) or a whole evaluator are not judged: a value that fails none of the others then neither
fits nor fails. Dialects from draft 4 to 2020-12, and OpenAPI's as Gemini has it. Rules:
https://json-schema.org/draft/2020-12/json-schema-validation
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

Verdict = bool | None

#: Schemas looked at for one value, and how deep they may lie in each other; beyond, nothing is told.
MAX_STEPS = 20_000
MAX_DEPTH = 64
#: Characters of a text that is compared with a pattern, and of the pattern.
MAX_TEXT = 2_000
MAX_PATTERN = 200

#: Keywords that may make a value fail and are not judged.
_UNJUDGED = (
    "if",
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "$dynamicRef",
    "$recursiveRef",
)


class Finding(NamedTuple):
    """A keyword that a value failed, and where: names of the schema's properties, ``[]`` for items, ``*`` for
    names that the schema does not have."""

    keyword: str
    at: tuple[str, ...]

    def __str__(self) -> str:
        place = ".".join(self.at).replace(".[]", "[]")
        return f"{self.keyword}: {place}" if place else self.keyword


def fits(value: object, schema: object, findings: list[Finding]) -> Verdict:
    """Whether a JSON value fits; what it fails is added to ``findings``. Raises on what is no schema."""
    return _Evaluation(schema).check(value, schema, (), findings, 0)


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    found = list(verdicts)
    return False if False in found else None if None in found else True


class _Evaluation:
    """One value against one schema, whose references lead to its own parts."""

    def __init__(self, root: object) -> None:
        self._root = root
        self._steps = 0

    def check(
        self, value: Any, schema: Any, at: tuple[str, ...], findings: list[Finding], depth: int
    ) -> Verdict:
        self._steps += 1
        if self._steps > MAX_STEPS or depth > MAX_DEPTH:
            return None
        if isinstance(schema, bool):
            if not schema:
                findings.append(Finding("false", at))
            return schema
        if not isinstance(schema, Mapping):
            raise TypeError("no schema")
        if value is None and schema.get("nullable") is True:
            return True
        if depth and "$id" in schema:  # its references start from there
            return None
        verdicts = [self._simple(value, schema, at, findings)]
        verdicts.append(self._combined(value, schema, at, findings, depth + 1))
        if isinstance(value, dict):
            verdicts.append(self._object(value, schema, at, findings, depth + 1))
        elif isinstance(value, list):
            verdicts.append(self._array(value, schema, at, findings, depth + 1))
        if any(keyword in schema for keyword in _UNJUDGED):
            verdicts.append(None)
        return _all(verdicts)

    def _simple(
        self, value: Any, schema: Mapping[str, Any], at: tuple[str, ...], findings: list[Finding]
    ) -> Verdict:
        verdicts = []
        for keyword, judge in _SIMPLE.items():
            if keyword in schema:
                verdict = judge(value, schema[keyword], schema)
                if verdict is False:
                    findings.append(Finding(keyword, at))
                verdicts.append(verdict)
        return _all(verdicts)

    def _combined(
        self,
        value: Any,
        schema: Mapping[str, Any],
        at: tuple[str, ...],
        findings: list[Finding],
        depth: int,
    ) -> Verdict:
        verdicts: list[Verdict] = []
        if "$ref" in schema:
            found, target = self._referred(schema["$ref"])
            verdicts.append(self.check(value, target, at, findings, depth) if found else None)
        verdicts += [self.check(value, each, at, findings, depth) for each in schema.get("allOf", ())]
        for keyword, most in (("anyOf", None), ("oneOf", 1)):
            if keyword in schema:
                each = [self.check(value, one, at, [], depth) for one in schema[keyword]]
                verdicts.append(_some(each, most))
                if verdicts[-1] is False:
                    findings.append(Finding(keyword, at))
        if "not" in schema:
            inner = self.check(value, schema["not"], at, [], depth)
            verdicts.append(None if inner is None else not inner)
            if inner is True:
                findings.append(Finding("not", at))
        return _all(verdicts)

    def _referred(self, reference: object) -> tuple[bool, Any]:
        """A part of the schema itself: found, and which."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            return False, None
        found: Any = self._root
        if reference not in ("#", "#/"):
            if not reference.startswith("#/") or "%" in reference:
                return False, None
            for step in reference[2:].split("/"):
                key = step.replace("~1", "/").replace("~0", "~")
                if isinstance(found, list) and key.isdigit() and int(key) < len(found):
                    found = found[int(key)]
                elif isinstance(found, Mapping) and key in found:
                    found = found[key]
                else:
                    return False, None
                if isinstance(found, Mapping) and "$id" in found:
                    return False, None
        return True, found

    def _object(
        self,
        value: dict[str, Any],
        schema: Mapping[str, Any],
        at: tuple[str, ...],
        findings: list[Finding],
        depth: int,
    ) -> Verdict:
        verdicts: list[Verdict] = []
        required = schema.get("required", ())
        for name in required if isinstance(required, (list, tuple)) else ():
            if name not in value:
                findings.append(Finding("required", (*at, str(name))))
                verdicts.append(False)
        known = schema.get("properties") or {}
        rest = schema.get("additionalProperties", True)
        for name, inner in value.items():
            if name in known:
                verdicts.append(self.check(inner, known[name], (*at, name), findings, depth))
            elif "patternProperties" in schema:
                verdicts.append(None)
            elif rest is False:
                findings.append(Finding("additionalProperties", at))
                verdicts.append(False)
            elif rest is not True:
                verdicts.append(self.check(inner, rest, (*at, "*"), findings, depth))
        return _all(verdicts)

    def _array(
        self,
        value: list[Any],
        schema: Mapping[str, Any],
        at: tuple[str, ...],
        findings: list[Finding],
        depth: int,
    ) -> Verdict:
        items, first = schema.get("items", True), schema.get("prefixItems")
        if isinstance(items, list):  # until 2019-09
            first, items = items, schema.get("additionalItems", True)
        verdicts: list[Verdict] = []
        if "prefixItems" in schema and isinstance(schema.get("items"), list):
            return None
        for index, inner in enumerate(value):
            one = first[index] if first is not None and index < len(first) else items
            if one is not True:
                verdicts.append(self.check(inner, one, (*at, "[]"), findings, depth))
        return _all(verdicts)


def _some(verdicts: list[Verdict], most: int | None) -> Verdict:
    """Whether at least one schema fits, and ``most`` at most."""
    fitting, unknown = verdicts.count(True), verdicts.count(None)
    if most is None:
        return True if fitting else None if unknown else False
    if fitting > most:
        return False
    return None if unknown else fitting == most


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and (isinstance(value, int) or value.is_integer()),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _type(value: Any, wanted: Any, _schema: Mapping[str, Any]) -> Verdict:
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(wanted, (list, tuple)):
        return None
    judges = [_TYPES.get(each.lower()) if isinstance(each, str) else None for each in wanted]
    return _some([None if judge is None else judge(value) for judge in judges], None)


def _equal(one: Any, other: Any) -> bool:
    """Equal as JSON: ``1`` is ``1.0`` and is not ``true``."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)


def _enum(value: Any, allowed: Any, _schema: Mapping[str, Any]) -> Verdict:
    return any(_equal(value, each) for each in allowed) if isinstance(allowed, (list, tuple)) else None


def _const(value: Any, wanted: Any, _schema: Mapping[str, Any]) -> Verdict:
    return _equal(value, wanted)


def _bound(kind: type | tuple[type, ...], holds: Callable[[Any, Any], bool]) -> Callable[..., Verdict]:
    """A limit that values of other types have not."""

    def judge(value: Any, limit: Any, _schema: Mapping[str, Any]) -> Verdict:
        if not isinstance(value, kind) or isinstance(value, bool):
            return True
        return holds(value, limit) if _is_number(limit) else None

    return judge


def _exclusive(
    beyond: Callable[[Any, Any], bool], plain: str
) -> Callable[[Any, Any, Mapping[str, Any]], Verdict]:
    """An excluded limit: a number, or in draft 4 a word about ``plain``'s."""

    def judge(value: Any, limit: Any, schema: Mapping[str, Any]) -> Verdict:
        if not _is_number(value) or limit is False:
            return True
        if limit is True:
            limit = schema.get(plain)
        return beyond(value, limit) if _is_number(limit) else None

    return judge


def _multiple(value: Any, of: Any) -> bool:
    ratio = value / of
    return bool(abs(ratio - round(ratio)) < 1e-9)


def _unique(value: Any, wanted: Any, _schema: Mapping[str, Any]) -> Verdict:
    if not isinstance(value, list) or wanted is not True:
        return True
    if len(value) > 100:
        return None
    return not any(_equal(one, other) for at, one in enumerate(value) for other in value[:at])


#: What makes a search take time that grows faster than the text: a repeated group, a second open repetition,
#: a reference to what was matched, a look ahead or back.
_SLOW = re.compile(r"\)[*+{]|\\[1-9]|\(\?[^:]")
_OPEN = re.compile(r"(?<!\\)[*+]|\{\d+,\}")


@lru_cache(maxsize=512)
def _searching(pattern: str) -> re.Pattern[str] | None:
    if len(pattern) > MAX_PATTERN or _SLOW.search(pattern) or len(_OPEN.findall(pattern)) > 1:
        return None
    try:
        # JavaScript's end is the very end.
        return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), re.ASCII)
    except re.error:
        return None


def _pattern(value: Any, pattern: Any, _schema: Mapping[str, Any]) -> Verdict:
    if not isinstance(value, str):
        return True
    search = _searching(pattern) if isinstance(pattern, str) and len(value) <= MAX_TEXT else None
    return None if search is None else search.search(value) is not None


_NUMBER = (int, float)
_SIMPLE: dict[str, Callable[[Any, Any, Mapping[str, Any]], Verdict]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minimum": _bound(_NUMBER, lambda value, limit: value >= limit),
    "maximum": _bound(_NUMBER, lambda value, limit: value <= limit),
    "exclusiveMinimum": _exclusive(lambda value, limit: value > limit, "minimum"),
    "exclusiveMaximum": _exclusive(lambda value, limit: value < limit, "maximum"),
    "multipleOf": _bound(_NUMBER, _multiple),
    "minLength": _bound(str, lambda value, limit: len(value) >= limit),
    "maxLength": _bound(str, lambda value, limit: len(value) <= limit),
    "pattern": _pattern,
    "minItems": _bound(list, lambda value, limit: len(value) >= limit),
    "maxItems": _bound(list, lambda value, limit: len(value) <= limit),
    "uniqueItems": _unique,
    "minProperties": _bound(dict, lambda value, limit: len(value) >= limit),
    "maxProperties": _bound(dict, lambda value, limit: len(value) <= limit),
}
