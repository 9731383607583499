"""The tree as it is printed."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len
from spanwright_analysis.otlp_file import OtlpFile
from spanwright_analysis.trace_tree import build_traces
from spanwright_analysis.trace_view import MINIMUM_WIDTH, TraceView
from spanwright_processors.span import EditableSpan
from support.editable import editable_span
from support.span_file import SpanFile

SUPPORT_TRACE = """\
━━ trace 0abc0001000000000000000000001234 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 2026-11-23 12:00:00 UTC
larkspur-support-bot 1.4.0 · demo · pipeline support-answers 2026.11.2 · session chat-20417 · user 8f3a1c9d
                                                     time     TTFT     in  cached   out       cost  result
invoke_workflow support_answer                     1.84 s           2,551   1,152    88  $0.000613  success
├─ embeddings text-embedding-3-small               201 ms              12               <$0.000001  ok
├─ retrieval help_articles                         4.2 ms                                           ok
│     query     How do I turn the filter light off?
│     found     0.818 aero/filter-light · 0.768 aero/status-lights · 2 of 3
├─ chat gpt-4.1-mini-2025-04-14                    534 ms           1,244            23  $0.000534  tool_calls
│  │  user      Hi, I'm [NAME] ([EMAIL]). How do I turn the light off?
│  │  calls     lookup_order({"email": "[EMAIL]"})
│  │  masked    EMAIL, NAME
│  └─ execute_tool lookup_order                     31 ms                                           error
│        arguments {"order_id":"LK-10482"}
│        error     orders.OrderSystemDown: no answer for [EMAIL]
└─ chat gpt-4.1-mini-2025-04-14                    1.05 s   284 ms  1,307   1,152    65   no price  stop
      assistant Hold the Filter key for five seconds. Hold the Filter key for five seconds. Hold the Filter
                key for five seconds. Hold the Filter key for five seconds. Hold the Filter key for five
                seconds. Hold the Filter key for five seconds. Hold the Filter key for five seconds. Hold the
                Filt…
"""


def drawn(*spans: EditableSpan, width: int = 110, excerpt: int = 280) -> list[str]:
    (trace,) = build_traces(spans)
    return [line.plain for line in TraceView(width, excerpt).lines(trace)]


def test_a_trace_as_it_is_printed(support_trace: SpanFile) -> None:
    """Names, figures, results, content, chunks, errors and masked types of one answered question."""
    lines = drawn(*OtlpFile(support_trace.path))
    assert "\n".join(line.rstrip() for line in lines) + "\n" == SUPPORT_TRACE


@pytest.mark.parametrize("width", [MINIMUM_WIDTH, 96, 97, 110, 160])
def test_no_line_is_wider_than_asked(support_trace: SpanFile, width: int) -> None:
    """The drawing fits the terminal, so that nothing wraps in the middle of a column."""
    assert max(cell_len(line) for line in drawn(*OtlpFile(support_trace.path), width=width)) <= width


def test_a_narrow_terminal_gets_fewer_columns(support_trace: SpanFile) -> None:
    """Where names would have no room, first-token times and cached tokens are left out."""
    drawings = [drawn(*OtlpFile(support_trace.path), width=width) for width in (80, 110)]
    headings = [next(line.split() for line in lines if line.endswith("result")) for lines in drawings]
    assert headings == [
        ["time", "in", "out", "cost", "result"],
        ["time", "TTFT", "in", "cached", "out", "cost", "result"],
    ]


def test_deep_trees_stay_readable() -> None:
    """Fifty levels down there is still room for a name and its figures."""
    spans = [editable_span(name=f"level {n}", span_id=n, parent=n - 1 or None) for n in range(1, 51)]
    lines = drawn(*spans)
    assert max(map(cell_len, lines)) <= 110
    assert "level 50" in lines[-1]


def test_wide_characters_keep_the_columns() -> None:
    """Characters two cells wide, in names as in texts, do not push the figures."""
    messages = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "漢字" * 90}]}])
    lines = drawn(editable_span({"gen_ai.input.messages": messages}, name="検索" * 40))
    assert {cell_len(line) for line in lines} <= set(range(111))
    assert lines[2].endswith("ok")
    assert "…" in lines[2]


def test_strangers_cannot_steer_the_terminal() -> None:
    """Escape sequences in span names and content are shown as replacement characters."""
    messages = json.dumps(
        [{"role": "user", "parts": [{"type": "text", "content": "\x1b]0;owned\x07 \u202e"}]}]
    )
    span = editable_span(
        {"gen_ai.input.messages": messages, "session.id": "\x1b[2J", "spanwright.finish_reason": "\x1b[1m"},
        name="chat \x1b[31m",
    )
    span.status_description = "\x9b1m"
    text = "\n".join(drawn(span))
    assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_dropped_content_is_told() -> None:
    """Where a step failed the reader learns why there is no content."""
    lines = drawn(editable_span({"spanwright.processing.failed_steps": ("mask",)}))
    assert lines[-1].split() == ["dropped", "content,", "because", "of", "mask"]


@pytest.mark.parametrize("documents", ["no JSON", "7", '[{"id":"a"}]', '[{"id":"a","score":null}]', "[3]"])
def test_odd_documents_show_no_scores(documents: str) -> None:
    """Documents in another shape, or without scores, are passed over."""
    assert len(drawn(editable_span({"gen_ai.retrieval.documents": documents}))) == 3


def test_short_excerpts() -> None:
    """An excerpt is cut at the cells asked for."""
    span = editable_span({"gen_ai.retrieval.query.text": "word " * 50})
    assert drawn(span, excerpt=20)[-1].split(maxsplit=1)[1] == "word word word word…"
