"""What in a span contradicts the registry. For tests and `spanwright doctor`, not for the hot path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from ._generated.tables import ATTRIBUTES, EVENTS, SPANS
from .definitions import AttributeDefinition, SpanDefinition
from .shapes import shape_errors

#: Attributes and events under these are ours to know: a name that is not in the registry is a mistake.
KNOWN_NAMESPACES = ("gen_ai.", "spanwright.", "mcp.", "openai.", "aws.bedrock.", "azure.resource_provider.")

_FAILED_STEPS = "spanwright.processing.failed_steps"
_PLACEHOLDER = re.compile(r" ?\{([^}]+)\}")
_TEMPLATES = {
    key: definition._replace(type=definition.type[len("template[") : -1])
    for key, definition in ATTRIBUTES.items()
    if definition.type.startswith("template[")
}


class Event(Protocol):
    """A span event of the SDK or of the pipeline."""

    @property
    def name(self) -> str: ...
    @property
    def attributes(self) -> Mapping[str, Any] | None: ...


class Span(Protocol):
    """An ended span of the SDK (`status`) or of the pipeline (`status_code`)."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Any: ...
    @property
    def attributes(self) -> Mapping[str, Any] | None: ...
    @property
    def events(self) -> Sequence[Any]: ...


def violations(span: Span) -> list[str]:
    """Every contradiction between a span and the registry, each with what to do; empty for a correct span.

    All attributes, those of events and links included, are held against names, types and shapes. A GenAI or
    MCP span is also held against its span type: kind, name, required attributes.
    """
    attributes = span.attributes or {}
    found = _attribute_violations(attributes)
    for event in span.events:
        found += [
            f"event {event.name}: {text}" for text in event_violations(event.name, event.attributes or {})
        ]
    for at, link in enumerate(getattr(span, "links", None) or ()):
        found += [f"link {at}: {text}" for text in _attribute_violations(link.attributes or {})]
    return found + _span_violations(span, attributes)


def event_violations(name: str, attributes: Mapping[str, Any]) -> list[str]:
    """The same for one event: a span event, or a log record with an event name."""
    found = _attribute_violations(attributes)
    definition = EVENTS.get(name)
    if definition is not None:
        return found + _missing(definition.required, attributes, f"event {name}")
    if name.startswith(KNOWN_NAMESPACES):
        found.append(f"event {name} is not in the registry. Add it under semconv/registry or rename it.")
    return found


def _attribute_violations(attributes: Mapping[str, Any]) -> list[str]:
    return [text for key, value in attributes.items() for text in _one_attribute(key, value)]


def definition_of(key: str) -> AttributeDefinition | None:
    """The registry's entry for an attribute name, that of its template for `gen_ai.prompt.variable.<key>`."""
    definition = ATTRIBUTES.get(key)
    if definition is not None and not definition.type.startswith("template["):
        return definition
    return next((entry for name, entry in _TEMPLATES.items() if key.startswith(f"{name}.")), None)


def span_types() -> Mapping[str, SpanDefinition]:
    """The registry's span types by name."""
    return SPANS


def _one_attribute(key: str, value: Any) -> list[str]:
    definition = definition_of(key)
    if definition is None:
        unknown = key.startswith(KNOWN_NAMESPACES) or key in _TEMPLATES
        hint = "Correct the name, or add it under semconv/registry/spanwright."
        return [f"{key} is not in the registry. {hint}"] if unknown else []
    if definition.deprecated is not None:
        return [f"{key} is deprecated. {definition.deprecated}"]
    if not _TYPES[definition.type](value):
        return [
            f"{key} is {_shown_type(value)}, not {definition.type}. Set a value of type {definition.type}."
        ]
    if definition.values is not None and value not in definition.values:
        return [f"{key} is {value!r}. Set one of {', '.join(definition.values)}."]
    return _shape_violations(key, definition.shape, value) if definition.shape is not None else []


def _shape_violations(key: str, shape: str, value: Any) -> list[str]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            return [f"{key} is not JSON ({error}). Write the whole value as JSON text."]
    return [
        f"{key}{_joined(defect)}. Build it with spanwright_semconv.messages."
        for defect in shape_errors(shape, value)
    ]


def _joined(defect: str) -> str:
    return defect if defect.startswith("[") else f" {defect}"


def _span_violations(span: Span, attributes: Mapping[str, Any]) -> list[str]:
    kind = _name_of(span.kind)
    candidates = _candidates(attributes)
    if not candidates:
        return []
    found = []
    definition = next((entry for entry in candidates if kind in entry.kinds), None)
    if definition is None:
        definition = candidates[0]
        allowed = " or ".join(sorted({name for entry in candidates for name in entry.kinds}))
        found.append(f"span {span.name!r} has kind {kind}. Start a {definition.type} span as {allowed}.")
    found += _missing(definition.required, attributes, f"{definition.type} span")
    if _is_error(span) and "error.type" not in attributes:
        found.append(
            "error.type is missing on a span whose status is an error. Set the exception's class name."
        )
    wanted = expected_name(definition.name, attributes)
    # A step that failed takes the name's unsafe parts with it.
    if span.name != wanted and _FAILED_STEPS not in attributes:
        found.append(f"span name {span.name!r} does not follow {definition.name}. Name it {wanted!r}.")
    return found


def _candidates(attributes: Mapping[str, Any]) -> list[SpanDefinition]:
    operation = attributes.get("gen_ai.operation.name")
    by_operation = [entry for entry in SPANS.values() if operation in entry.operations]
    if "mcp.method.name" not in attributes:
        return by_operation
    # A tool span that an MCP call serves may carry both: kind decides which it is.
    return [SPANS["mcp.client"], SPANS["mcp.server"], *by_operation]


def expected_name(pattern: str, attributes: Mapping[str, Any]) -> str:
    """The name a pattern gives: ``{a|b}`` is the first that is set; a missing one takes its space along."""

    def fill(match: re.Match[str]) -> str:
        values = (attributes.get(key) for key in match[1].split("|"))
        value = next((value for value in values if value is not None), None)
        return "" if value is None else f"{' ' if match[0].startswith(' ') else ''}{value}"

    return _PLACEHOLDER.sub(fill, pattern)


def _missing(required: Iterable[str], attributes: Mapping[str, Any], where: str) -> list[str]:
    return [f"{key} is missing. Set it on every {where}." for key in required if key not in attributes]


def _name_of(kind: Any) -> str:
    return str(getattr(kind, "name", kind)).lower()


def _is_error(span: Span) -> bool:
    code = getattr(span, "status_code", None) or getattr(getattr(span, "status", None), "status_code", None)
    return _name_of(code) == "error"


def _shown_type(value: Any) -> str:
    names = {bool: "boolean", int: "int", float: "double", str: "string"}
    if isinstance(value, (list, tuple)):
        inner = sorted({names.get(type(item), type(item).__name__) for item in value})
        return f"{' or '.join(inner) or 'empty'}[]"
    return names.get(type(value), type(value).__name__)


def _list_of(one: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, (list, tuple)) and all(type(item) is one for item in value)


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    # str includes StrEnum; bool is an int in Python and is not one here.
    "string": lambda value: isinstance(value, str),
    "int": lambda value: type(value) is int,
    "double": lambda value: type(value) is float,
    "boolean": lambda value: type(value) is bool,
    "string[]": lambda value: (
        isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    ),
    "int[]": _list_of(int),
    "double[]": _list_of(float),
    "boolean[]": _list_of(bool),
    "any": lambda value: value is not None,
}
