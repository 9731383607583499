"""The conventions Spanwright follows: names, metrics, message shapes, a checker. Standard library only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import attributes, content, enums, messages, metrics
    from ._generated.attributes import SCHEMA_URL
    from .checker import event_violations, violations
    from .definitions import AttributeDefinition, EventDefinition, MetricDefinition, SpanDefinition
    from .guard import GUARD_ATTRIBUTE, Guard, content_is_guarded
    from .pseudonym import HASH_KEY_VARIABLE, hash_key, user_hash

__all__ = [
    "GUARD_ATTRIBUTE",
    "HASH_KEY_VARIABLE",
    "SCHEMA_URL",
    "AttributeDefinition",
    "EventDefinition",
    "Guard",
    "MetricDefinition",
    "SpanDefinition",
    "attributes",
    "content",
    "content_is_guarded",
    "enums",
    "event_violations",
    "hash_key",
    "messages",
    "metrics",
    "user_hash",
    "violations",
]

# Loaded on first use: every instrumented application imports this package at start, few need all of it.
_MODULES = frozenset({"attributes", "content", "enums", "messages", "metrics"})
_HOMES = {
    "GUARD_ATTRIBUTE": "guard",
    "Guard": "guard",
    "content_is_guarded": "guard",
    "HASH_KEY_VARIABLE": "pseudonym",
    "hash_key": "pseudonym",
    "user_hash": "pseudonym",
    "AttributeDefinition": "definitions",
    "EventDefinition": "definitions",
    "MetricDefinition": "definitions",
    "SpanDefinition": "definitions",
    "SCHEMA_URL": "attributes",
    "event_violations": "checker",
    "violations": "checker",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value
