"""Attributes, which must be in the registry."""

from __future__ import annotations

from spanwright_semconv.checker import definition_of

from .error import DefinitionError


def checked_attribute(where: str, key: str) -> str:
    """``key`` itself. Raises ``DefinitionError`` where the registry has no such attribute."""
    if definition_of(key) is None:
        raise DefinitionError(
            f"Cannot use {where}: the registry has no attribute {key!r}. Use one of "
            "docs/reference/semantic-conventions.md."
        )
    return key
