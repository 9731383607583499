"""Python literals as ruff lays them out: on one line if they fit, else an item a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 110


@dataclass(frozen=True)
class Node:
    """A bracketed list: ``opening`` is ``f(``, ``(`` or ``name=(``; items are literals or nodes."""

    opening: str
    items: Sequence[str | Node]
    closing: str
    #: A tuple of one item needs its comma on one line too.
    is_tuple: bool = False


def string(value: str) -> str:
    """A string literal: double quotes, unless only single ones save escaping."""
    quote = "'" if '"' in value and "'" not in value else '"'
    escaped = (
        value.replace("\\", "\\\\").replace(quote, f"\\{quote}").replace("\n", "\\n").replace("\r", "\\r")
    )
    return f"{quote}{escaped}{quote}"


def strings(values: Sequence[str], head: str = "") -> Node:
    """A tuple of string literals, after ``head``."""
    return Node(f"{head}(", [string(value) for value in values], ")", is_tuple=True)


def call(name: str, *arguments: str | Node) -> Node:
    return Node(f"{name}(", arguments, ")")


def layout(node: str | Node, indent: int = 0, reserve: int = 0) -> str:
    """Source text whose first line stands at ``indent``; ``reserve`` columns are kept free after it."""
    line = _one_line(node)
    if isinstance(node, str) or indent + len(line) + reserve <= WIDTH:
        return line
    inner = " " * (indent + 4)
    items = [f"{inner}{layout(item, indent + 4, reserve=1)},\n" for item in node.items]
    return f"{node.opening}\n{''.join(items)}{' ' * indent}{node.closing}"


def _one_line(node: str | Node) -> str:
    if isinstance(node, str):
        return node
    comma = "," if node.is_tuple and len(node.items) == 1 else ""
    return f"{node.opening}{', '.join(_one_line(item) for item in node.items)}{comma}{node.closing}"
