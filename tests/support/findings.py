"""Reads what detection found in a text as pairs that tests can compare."""

from __future__ import annotations

from spanwright_processors.detect import find


def found(text: str) -> list[tuple[str, str]]:
    """(type, value) of everything found in ``text``, in order."""
    return [(str(finding.type), text[finding.start : finding.end]) for finding in find(text)]


def values(text: str, entity: str) -> list[str]:
    """The values found of one type."""
    return [value for type_, value in found(text) if type_ == entity]
