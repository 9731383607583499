"""Steps: µs a span of each step and of the views, off the application's thread.

A step sees a fresh view of one span each time, as in the pipeline; what that view costs is taken off again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from spanwright_processors.chain import StepChain, step_name
from spanwright_processors.otlp import process_traces
from spanwright_processors.sdk import SpanView
from spanwright_processors.settings import build_chain, load_settings
from spanwright_processors.span import EditableSpan

from .measure import Row, Variant, cpu_cost
from .spans import chat_span

SIZES = {"2 kB": 2_000, "16 kB": 16_000}

#: µs a span with 2 kB of content that a step may take at most; a ratio above 1 misses it.
GOALS = {"normalise": 15.0, "price": 5.0, "roll_up": 5.0, "truncate": 10.0}


def fresh(span: EditableSpan) -> EditableSpan:
    return replace(span, attributes=dict(span.attributes), events=[], links=[], _decoded={})


def rows(quick: bool) -> list[Row]:
    rounds, calls = (3, 10) if quick else (21, 100)
    found: list[Row] = []
    for label, size in SIZES.items():
        raw = chat_span(size)
        found += _views(raw, label, rounds, calls)
        found += _steps(SpanView(raw).span, label, rounds, calls)
    return found


def _views(raw: ReadableSpan, label: str, rounds: int, calls: int) -> list[Row]:
    empty, encoded = StepChain([]), encode_spans([raw])
    cost = cpu_cost(
        {
            "encode for OTLP": Variant(lambda: encode_spans([raw])),
            "view over the SDK's span, and back": Variant(lambda: SpanView(raw).fields()),
            "view over OTLP, and back": Variant(lambda: process_traces(encoded, empty)),
        },
        rounds=rounds,
        calls=calls,
    )
    base = cost["encode for OTLP"].caller
    return [
        Row("steps", f"{label}: {name}", one.caller, "µs", "encode for OTLP", one.caller / base)
        for name, one in cost.items()
    ]


def _steps(span: EditableSpan, label: str, rounds: int, calls: int) -> list[Row]:
    chain = build_chain(load_settings({}))

    def work(step: Callable[[EditableSpan], None]) -> Callable[[], None]:
        return lambda: step(fresh(span))

    variants = {"fresh view": Variant(lambda: fresh(span))}
    variants |= {step_name(step): Variant(work(step)) for step in chain.steps}
    variants["all steps"] = Variant(work(chain.process))
    cost = cpu_cost(variants, rounds=rounds, calls=calls)
    view = cost.pop("fresh view").caller
    total = cost["all steps"].caller - view
    return [_row(label, name, one.caller - view, total) for name, one in cost.items()]


def _row(label: str, name: str, value: float, total: float) -> Row:
    goal = GOALS.get(name) if label == next(iter(SIZES)) else None
    if goal is None:
        return Row("steps", f"{label}: {name}", value, "µs", "all steps", value / total)
    return Row("steps", f"{label}: {name}", value, "µs", f"goal of {goal:g} µs", value / goal)
