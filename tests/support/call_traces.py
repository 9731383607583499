"""Traces in which several instrumentations tell of the same model calls, with what there really was."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from hypothesis import strategies as st
from opentelemetry.trace import SpanKind
from spanwright_processors.span import EditableSpan
from support.editable import START_NS, editable_span

MILLISECOND = 1_000_000
#: From the inside out: who may tell of a call.
LAYERS = ("native.sdk", "instrumentor", "framework", "gateway")


@dataclass
class Trace:
    """Spans in the order in which they ended, and the tokens (input, output) of each real call."""

    spans: list[EditableSpan] = field(default_factory=list)
    calls: list[tuple[int, int]] = field(default_factory=list)
    #: Span -> the real call it tells of.
    truth: dict[int, int] = field(default_factory=dict)


_TOKENS = st.tuples(st.integers(1, 3), st.integers(1, 3))
_LAYERS = st.lists(st.sampled_from(LAYERS), min_size=1, unique=True).map(
    lambda layers: sorted(layers, key=LAYERS.index, reverse=True)
)


@st.composite
def traces(draw: st.DrawFn, *, told: bool = False, equal: bool = True) -> Trace:
    """Calls one after the other, at the same time, and inside tools that calls asked for.

    ``told``: every layer tells its tokens, and either all of a call or none tell its response's id.
    ``equal``: calls may have the same tokens; at the same time, the same instrumentations tell of such calls.
    """
    trace, ids = Trace(), count(2)
    root = next(ids)
    now = START_NS
    for _ in range(draw(st.integers(1, 4))):
        together = draw(st.integers(1, 3))
        layers = draw(_LAYERS)
        tokens = draw(_TOKENS)
        ends = []
        for _ in range(together):
            if not equal:
                layers, tokens = draw(_LAYERS), (10 + len(trace.calls), draw(st.integers(1, 3)))
            ends.append(_call(draw, trace, ids, root, now, tokens, told, layers))
        now = max(ends) + 2_000 * MILLISECOND
        if draw(st.booleans()):
            tool = next(ids)
            tokens = draw(_TOKENS) if equal else (10 + len(trace.calls), 1)
            inner = _call(draw, trace, ids, tool, now, tokens, told, draw(_LAYERS))
            _plain(trace, tool, root, now - MILLISECOND, inner + MILLISECOND, "execute_tool")
            now = inner + 2_000 * MILLISECOND
        if draw(st.booleans()):
            now = _held_open(draw, trace, ids, root, now, told, equal) + 2_000 * MILLISECOND
    _plain(trace, root, None, START_NS - MILLISECOND, now, None)
    trace.spans.sort(key=lambda span: (span.end_ns, -span.start_ns))
    return trace


def _held_open(
    draw: st.DrawFn, trace: Trace, ids: Any, parent: int, start: int, told: bool, equal: bool
) -> int:
    """A call whose span a framework holds open while the tool it asked for asks a model. When it ended."""
    outer, tool = next(ids), next(ids)
    trace.truth[outer] = len(trace.calls)
    trace.calls.append((500 + len(trace.calls), 7))
    tokens = draw(_TOKENS) if equal else (10 + len(trace.calls), 1)
    end = _call(draw, trace, ids, tool, start + 20 * MILLISECOND, tokens, told, draw(_LAYERS))
    _plain(trace, tool, outer, start + 10 * MILLISECOND, end + 10 * MILLISECOND, "execute_tool")
    sent, received = trace.calls[trace.truth[outer]]
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": sent,
        "gen_ai.usage.output_tokens": received,
    }
    span = editable_span(
        attributes, span_id=outer, parent=parent, start_ns=start, end_ns=end + 20 * MILLISECOND
    )
    span.scope_name = "framework.with.tools"
    trace.spans.append(span)
    return end + 20 * MILLISECOND


def _call(
    draw: st.DrawFn,
    trace: Trace,
    ids: Any,
    parent: int,
    start: int,
    tokens: tuple[int, int],
    told: bool,
    layers: list[str],
) -> int:
    """One real call in some layers around each other, plain spans between them. When the outermost ended."""
    number = len(trace.calls)
    trace.calls.append(tokens)
    has_id = draw(st.booleans())
    width = 10 * MILLISECOND * (2 * len(layers) + 2)
    end = start + width
    inset = 0
    for depth, scope in enumerate(layers):
        if draw(st.booleans()):
            between = next(ids)
            _plain(trace, between, parent, start + inset, end - inset, None)
            parent, inset = between, inset + MILLISECOND
        span_id = next(ids)
        is_innermost = depth == len(layers) - 1
        tells = told or is_innermost or draw(st.booleans())
        attributes: dict[str, Any] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
        if tells:
            attributes |= {"gen_ai.usage.input_tokens": tokens[0], "gen_ai.usage.output_tokens": tokens[1]}
        if has_id and (told or is_innermost or draw(st.booleans())):
            attributes["gen_ai.response.id"] = f"resp-{number}"
        span = editable_span(
            attributes, span_id=span_id, parent=parent, start_ns=start + inset, end_ns=end - inset
        )
        span.scope_name = scope
        trace.spans.append(span)
        trace.truth[span_id] = number
        parent, inset = span_id, inset + 6 * MILLISECOND
    return end


def _plain(
    trace: Trace, span_id: int, parent: int | None, start: int, end: int, operation: str | None
) -> None:
    attributes = {"gen_ai.operation.name": operation} if operation else {}
    trace.spans.append(
        editable_span(
            attributes, span_id=span_id, parent=parent, start_ns=start, end_ns=end, kind=SpanKind.INTERNAL
        )
    )
