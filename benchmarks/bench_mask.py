"""Masking: MB of text a second on one core, nothing remembered, and with texts that come again."""

from __future__ import annotations

import json
from dataclasses import replace

from spanwright_processors.sdk import SpanView
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.mask import Mask, MaskSettings

from .bench_steps import fresh
from .measure import Row, Variant, cpu_cost
from .spans import CLEAN, PROSE, chat_span

SIZE = 16_000


def rows(quick: bool) -> list[Row]:
    rounds, calls = (3, 2) if quick else (15, 20)
    found: list[Row] = []
    for label, text in (("nothing to find", CLEAN), ("an address and a number every 190 B", PROSE)):
        span = SpanView(chat_span(SIZE, text)).span
        size = sum(len(value) for value in span.attributes.values() if isinstance(value, str))
        cold, warm = Mask(MaskSettings(cache_bytes=0)), Mask(MaskSettings())
        cost = cpu_cost(
            {
                "json.loads and dumps": Variant(lambda span=span: _decoded(span)),  # type: ignore[misc]
                "cold": Variant(lambda span=span, step=cold: _masked(step, span)),  # type: ignore[misc]
                "seen before": Variant(lambda span=span, step=warm: _masked(step, span)),  # type: ignore[misc]
            },
            rounds=rounds,
            calls=calls,
        )
        base = cost["json.loads and dumps"].caller
        found += [
            Row(
                "mask",
                f"{label}: {name}",
                size / one.caller,
                "MB/s",
                "json.loads and dumps",
                base / one.caller,
            )
            for name, one in cost.items()
        ]
    return found


def _masked(step: Mask, span: EditableSpan) -> None:
    # A trace of its own each time: names found in one would be looked for in the next.
    step(replace(fresh(span), trace_id=0))


def _decoded(span: EditableSpan) -> None:
    for key in ("gen_ai.input.messages", "gen_ai.output.messages"):
        json.dumps(json.loads(span.attributes[key]))
