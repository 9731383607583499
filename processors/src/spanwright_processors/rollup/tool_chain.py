"""Tool calls that several spans tell of, one inside the other: the application's, an MCP client's.

A tool span around another one of the same tool is the same call, as long as no model or agent is between
them: a tool that asks a model which calls the tool again makes two calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from opentelemetry.trace import SpanKind
from spanwright_semconv.attributes import GEN_AI_TOOL_NAME

from ..span import EditableSpan

TOOL = "execute_tool"


class Calls(NamedTuple):
    """Calls of one tool in a subtree that a span around it may be about as well."""

    made: int
    failed: int


#: By the tool's name.
Chain = Mapping[str, Calls]

NO_CHAIN: Chain = {}


def counts(span: EditableSpan) -> bool:
    """Whether a tool span is a call of its own: not the server's side of one that its client tells of."""
    return span.kind is not SpanKind.SERVER or span.parent_span_id is None


def own_call(span: EditableSpan, failed: bool) -> Chain:
    """The call that ``span`` itself is, for the span around it."""
    name = span.attributes.get(GEN_AI_TOOL_NAME)
    return {name: Calls(1, int(failed))} if isinstance(name, str) else NO_CHAIN


def told_again(span: EditableSpan, operation: Any, below: Chain) -> Calls:
    """The calls below that ``span``, which has ended around them, tells of once more."""
    name = span.attributes.get(GEN_AI_TOOL_NAME) if operation == TOOL else None
    return below.get(name, Calls(0, 0)) if isinstance(name, str) else Calls(0, 0)


def passed_on(operation: Any, below: Chain, told: Calls, span: EditableSpan) -> Chain:
    """What of ``below`` a span around ``span`` may still be about: nothing beyond a model or an agent."""
    if operation is not None and operation != TOOL:
        return NO_CHAIN
    if not told.made:
        return below
    return {name: calls for name, calls in below.items() if name != span.attributes[GEN_AI_TOOL_NAME]}


def joined(one: Chain, other: Chain) -> Chain:
    """The calls of both."""
    if not one or not other:
        return one or other
    sums = dict(one)
    for name, calls in other.items():
        known = sums.get(name, Calls(0, 0))
        sums[name] = Calls(known.made + calls.made, known.failed + calls.failed)
    return sums
