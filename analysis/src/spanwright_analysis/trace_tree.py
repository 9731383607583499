"""Puts spans of a file together again: one tree for each trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spanwright_processors.span import EditableSpan


@dataclass(slots=True, eq=False)
class Node:
    """A span and what happened inside it, in the order of their starts."""

    span: EditableSpan
    children: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """``roots`` holds more than one node where spans are missing or a service's entry stands alone."""

    trace_id: int
    roots: tuple[Node, ...]

    @property
    def start_ns(self) -> int:
        return min(root.span.start_ns for root in self.roots)

    def spans(self) -> Iterator[EditableSpan]:
        """All spans, parents before their children."""
        waiting = list(reversed(self.roots))
        while waiting:
            node = waiting.pop()
            yield node.span
            waiting.extend(reversed(node.children))


def build_traces(spans: Iterable[EditableSpan]) -> list[Trace]:
    """The traces of these spans, oldest first. A span whose parent is not among them is a root.

    A span met twice (two exporters wrote to one file) counts once.
    """
    by_trace: dict[int, dict[int, Node]] = defaultdict(dict)
    for span in spans:
        by_trace[span.trace_id].setdefault(span.span_id, Node(span))
    traces = [Trace(trace_id, _grow(nodes)) for trace_id, nodes in by_trace.items()]
    return sorted(traces, key=lambda trace: trace.start_ns)


def _grow(nodes: dict[int, Node]) -> tuple[Node, ...]:
    ordered = sorted(
        nodes.values(), key=lambda node: (node.span.start_ns, node.span.end_ns, node.span.span_id)
    )
    roots: list[Node] = []
    for node in ordered:
        parent = nodes.get(node.span.parent_span_id or 0)
        if parent is None or _is_inside(parent, node, nodes):
            roots.append(node)
        else:
            parent.children.append(node)
    return tuple(roots)


def _is_inside(parent: Node, node: Node, nodes: dict[int, Node]) -> bool:
    """True if ``parent`` descends from ``node``: such a circle is cut where it is met."""
    met: set[int] = set()
    above: Node | None = parent
    while above is not None and above.span.span_id not in met:
        if above is node:
            return True
        met.add(above.span.span_id)
        above = nodes.get(above.span.parent_span_id or 0)
    return False
