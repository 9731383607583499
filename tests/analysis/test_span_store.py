"""Spans in DuckDB."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spanwright_analysis.span_store import QueryError, SpanStore, glob_escaped, sql_text
from spanwright_semconv import attributes
from support.span_file import SpanFile


def test_spans_have_their_times_status_and_attributes(span_file: SpanFile) -> None:
    """Times are UTC, durations milliseconds, attributes a map to text, arrays JSON."""
    root = span_file.span("root", 0, 12.5, {"n": 2**53 + 1, "x": 1e-7, "yes": True, "list": ("a", 'b"')})
    span_file.span("child", 1, 2, parent=root, error="boom")
    store = SpanStore(span_file.path)
    rows = store.run(
        "SELECT name, started::VARCHAR, duration_ms, failed, status_message, parent_span_id IS NULL,"
        " attributes['n']::BIGINT, attributes['x']::DOUBLE, attributes['yes']::BOOLEAN,"
        " attributes['list'], resource['service.name'], scope FROM spans ORDER BY started"
    ).rows
    service, scope = "larkspur-support-bot", "spanwright.test"
    noon = "2026-11-23 12:00:00"
    assert [tuple(row) for row in rows] == [
        ("root", noon, 12.5, False, None, True, 2**53 + 1, 1e-7, True, '["a","b\\""]', service, scope),
        ("child", f"{noon}.001", 1.0, True, "boom", False, None, None, None, None, service, scope),
    ]


def test_views_give_what_the_spans_say(support_trace: SpanFile) -> None:
    """Each kind of span stands in its view with its figures; a trace is its root."""
    store = SpanStore(support_trace.path)
    assert store.run("SELECT outcome, cost_usd, input_tokens, session_id, environment FROM traces").rows == [
        ("success", 0.000613, 2551, "chat-20417", "demo")
    ]
    assert store.run(
        "SELECT query_text, top_k, returned, first_source, second_source FROM retrievals"
    ).rows == [("How do I turn the filter light off?", 3, 2, "aero/filter-light", "aero/status-lights")]
    calls = store.run(
        "SELECT operation, finish_reason, first_token_ms FROM model_calls ORDER BY started"
    ).rows
    assert calls == [("embeddings", None, None), ("chat", "tool_calls", None), ("chat", "stop", 284.0)]
    assert store.run("SELECT tool, failed, arguments FROM tool_calls").rows == [
        ("lookup_order", True, '{"order_id":"LK-10482"}')
    ]


def test_a_cut_line_costs_only_itself(span_file: SpanFile) -> None:
    """A file that is still being written can be asked."""
    span_file.span("whole", 0, 1)
    span_file.write('{"resourceSpans":[{"resource":{"attri')
    assert SpanStore(span_file.path).run("SELECT name FROM spans").rows == [("whole",)]


def test_a_line_of_forty_megabytes_is_read(span_file: SpanFile) -> None:
    """Batches may be larger than DuckDB expects of a line."""
    span_file.span("large", 0, 1, {"text": "x" * 40_000_000})
    assert SpanStore(span_file.path).run("SELECT length(attributes['text']) FROM spans").rows == [
        (40_000_000,)
    ]


def test_documents_that_are_no_json_are_no_fault(span_file: SpanFile) -> None:
    """One odd span does not keep the others from being asked."""
    for documents in ("no JSON", "[]", '[{"source_doc_id":"a"}]'):
        values = {"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": documents}
        span_file.span("retrieval", 0, 1, values)
    rows = SpanStore(span_file.path).run("SELECT first_source FROM retrievals").rows
    assert sorted(rows, key=str) == [("a",), (None,), (None,)]


def test_an_empty_file_has_empty_views(tmp_path: Path) -> None:
    """No span is an answer too."""
    (tmp_path / "t.jsonl").touch()
    assert SpanStore(tmp_path / "t.jsonl").run("SELECT * FROM traces").rows == []


def test_errors_say_what_to_do(tmp_path: Path, span_file: SpanFile) -> None:
    """A missing file and SQL that cannot run are one sentence, not a traceback of the engine."""
    with pytest.raises(QueryError, match="there is no such file"):
        SpanStore(tmp_path / "missing.jsonl")
    span_file.span("one", 0, 1)
    with pytest.raises(QueryError, match=r"Cannot run the query: .*nonsense"):
        SpanStore(span_file.path).run("SELECT nonsense FROM spans")


def test_a_path_is_no_pattern(tmp_path: Path) -> None:
    """A folder with brackets or stars in its name holds one file, that one."""
    folder = tmp_path / "a[1]*"
    folder.mkdir()
    file = SpanFile(folder / "t?.jsonl")
    file.span("here", 0, 1)
    file.close()
    assert SpanStore(file.path).run("SELECT name FROM spans").rows == [("here",)]
    assert glob_escaped("a*[b]?") == "a[*][[]b][?]"


def test_the_sql_uses_only_registered_names() -> None:
    """Every attribute that the views read is one of the conventions'."""
    known = {value for name, value in vars(attributes).items() if name.isupper()}
    used = set(re.findall(r"(?:attributes|resource)\['([^']+)'\]", sql_text("views")))
    assert used
    assert used <= known, sorted(used - known)
