"""Masking: MB of text a second on one core, nothing remembered, and with texts that come again."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path

from spanwright_processors.detect import secrets
from spanwright_processors.detect.engine import lower_case
from spanwright_processors.detect.secret_table import RULES
from spanwright_processors.sdk import SpanView
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.mask import Mask, MaskSettings

from .bench_steps import fresh
from .measure import Row, Variant, cpu_cost
from .spans import CLEAN, PROSE, chat_span, messages

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
    return found + _secrets(rounds, calls)


def _secrets(rounds: int, calls: int) -> list[Row]:
    """The rules for secrets alone, on whole texts and on the strings of a JSON attribute."""
    history = json.loads(messages(SIZE, CLEAN))
    samples = {
        "prose": [(CLEAN * (SIZE // len(CLEAN)))],
        "JSON content": [turn["parts"][0]["content"] for turn in history],
        "source code": [Path(inspect.__file__).read_text()[:SIZE]],
    }
    found: list[Row] = []
    for label, texts in samples.items():
        pairs = [(text, lower_case(text)) for text in texts]
        cost = cpu_cost(
            {
                "each literal": Variant(lambda pairs=pairs: _each_literal(pairs)),  # type: ignore[misc]
                "gated": Variant(lambda pairs=pairs: _found(pairs)),  # type: ignore[misc]
            },
            rounds=rounds,
            calls=calls,
        )
        base, gated = cost["each literal"].caller, cost["gated"].caller
        size = sum(map(len, texts))
        found.append(Row("mask", f"secrets in {label}", size / gated, "MB/s", "each literal", base / gated))
    return found


def _found(pairs: list[tuple[str, str]]) -> None:
    for text, lower in pairs:
        for _ in secrets.find(text, lower):
            pass


def _each_literal(pairs: list[tuple[str, str]]) -> None:
    """The least that rules without a gate before them take: one search for each of their literals."""
    for text, _ in pairs:
        for rule in RULES:
            for literal in rule.literals:
                literal in text  # noqa: B015


def _masked(step: Mask, span: EditableSpan) -> None:
    # A trace of its own each time: names found in one would be looked for in the next.
    step(replace(fresh(span), trace_id=0))


def _decoded(span: EditableSpan) -> None:
    for key in ("gen_ai.input.messages", "gen_ai.output.messages"):
        json.dumps(json.loads(span.attributes[key]))
