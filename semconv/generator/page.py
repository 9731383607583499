"""Renders the registry as the reference page."""

from __future__ import annotations

from .registry import Registry


def page(registry: Registry) -> str:
    """The text of docs/reference/semantic-conventions.md."""
    return f"# Semantic conventions\n\n{registry.schema_url}\n"
