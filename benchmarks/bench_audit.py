"""Audit log: µs a masked span, in the thread that masks and in all threads until it is on the disk."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

from spanwright_processors.audit.audit_log import AuditLog
from spanwright_processors.audit.originals import Edit, Replaced
from spanwright_processors.audit.recorder import Recorder
from spanwright_processors.audit.settings import AuditSettings
from spanwright_processors.audit.verification import verify
from spanwright_processors.sdk import SpanView
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.mask import Mask

from .measure import Row, Variant, cpu_cost
from .spans import chat_span

KEY = {"BENCH_KEY": "ab" * 32}
#: Personal data in one message of a span: 4 values.
TEXT = "I am priya.raman@example.com, +1 415 555 2671; card 4242 4242 4242 4242, and bob@example.com too."


def rows(quick: bool) -> list[Row]:
    rounds, calls = (3, 50) if quick else (15, 1000)
    with tempfile.TemporaryDirectory() as folder:
        settings = AuditSettings(directory=Path(folder) / "audit", key="env:BENCH_KEY")
        log = AuditLog.opened(settings, KEY)
        log.folder.prepare()
        recorder = Recorder(log)
        found = _spans(recorder, rounds, calls) + _records(recorder, rounds, calls)
        recorder.close(60.0)
        report = verify(log)
        assert not report.problems
        assert not recorder.lost
        size = sum(file.path.stat().st_size for file in log.folder.segments())
    return [*found, Row("audit", "a record on disk", size / report.records, "bytes")]


def _spans(recorder: Recorder, rounds: int, calls: int) -> list[Row]:
    span = SpanView(chat_span(2_000)).span
    message = [{"role": "user", "parts": [{"type": "text", "content": TEXT}]}]
    span = replace(span, attributes={**span.attributes, "gen_ai.input.messages": json.dumps(message)})
    trace_ids = count(1)

    def work(mask: Mask) -> Callable[[], None]:
        return lambda: mask(_fresh(span, next(trace_ids)))

    cost = cpu_cost(
        {
            "mask a 2 kB chat span, 4 findings": Variant(work(Mask())),
            "the same, originals kept": Variant(
                work(Mask(originals=recorder)), finish=lambda: recorder.flush(60.0)
            ),
        },
        rounds=rounds,
        calls=min(calls, 200),
    )
    base = cost["mask a 2 kB chat span, 4 findings"]
    return [
        row
        for name, one in cost.items()
        for row in (
            Row("audit", f"{name}: masking thread", one.caller, "µs", "mask", one.caller / base.caller),
            Row("audit", f"{name}: all threads", one.process, "µs", "mask", one.process / base.process),
        )
    ]


def _records(recorder: Recorder, rounds: int, calls: int) -> list[Row]:
    replaced = [
        Replaced("attributes", "gen_ai.input.messages", (Edit(60, "bob@example.com", "[EMAIL]"),) * 4)
    ]
    ids = count(1)
    cost = cpu_cost(
        {
            "keep 4 originals": Variant(
                lambda: recorder.keep(next(ids), 1, None, replaced), finish=lambda: recorder.flush(60.0)
            ),
            "a span without any": Variant(lambda: recorder.keep(next(ids), 1, None, [])),
        },
        rounds=rounds,
        calls=calls,
    )
    return [
        row
        for name, one in cost.items()
        for row in (
            Row("audit", f"{name}: caller", one.caller, "µs"),
            Row("audit", f"{name}: all threads", one.process, "µs"),
        )
    ]


def _fresh(span: EditableSpan, trace_id: int) -> EditableSpan:
    return replace(
        span, trace_id=trace_id, attributes=dict(span.attributes), events=[], links=[], _decoded={}
    )
