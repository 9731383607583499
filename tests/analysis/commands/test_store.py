"""``spanwright store``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from spanwright_analysis.command import main
from support.span_file import SpanFile, messages, text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPANWRIGHT_STORE_URL", str(tmp_path / "store"))
    return tmp_path / "store"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_from_a_file_to_an_answer(
    folder: Path, support_trace: SpanFile, capsys: pytest.CaptureFixture[str]
) -> None:
    """init, load, load again, query, show, status."""
    assert main(["store", "init", "--retention-days", "30"]) == 0
    assert "keeps 30 days" in said(capsys)
    assert main(["store", "load", str(support_trace.path)]) == 0
    assert said(capsys) == "6 spans and 0 events stored.\n"
    main(["store", "load", str(support_trace.path)])
    assert "6 were there already" in said(capsys)
    assert main(["store", "query", "weak-retrieval", "--below", "0.9", "--json"]) == 0
    (row,) = said(capsys).splitlines()
    assert json.loads(row)["query"] == "How do I turn the filter light off?"
    assert main(["store", "query", "sql", "SELECT count(*) AS calls FROM model_calls", "--json"]) == 0
    assert json.loads(said(capsys)) == {"calls": 3}
    trace = json.loads(row)["trace_id"]
    assert main(["store", "show", trace[:8]]) == 0
    shown = said(capsys)
    assert "lookup_order" in shown
    assert "aero/filter-light" in shown
    assert main(["store", "status", "--json"]) == 0
    assert json.loads(said(capsys))["days"][0]["rows"] == 6


def test_show_prints_what_traces_prints(
    folder: Path, support_trace: SpanFile, capsys: pytest.CaptureFixture[str]
) -> None:
    """A trace looks the same from the store as from the file."""
    main(["store", "init"])
    main(["store", "load", str(support_trace.path)])
    said(capsys)
    main(["traces", str(support_trace.path)])
    of_file = said(capsys)
    main(["store", "query", "sql", "SELECT trace_id FROM traces", "--json"])
    main(["store", "show", json.loads(said(capsys))["trace_id"]])
    assert said(capsys) == of_file


def test_what_is_loaded_can_be_masked_on_the_way(
    folder: Path, span_file: SpanFile, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the configured steps, where the file did not come through them."""
    said_by_user = messages("user", text("I am jane.doe@example.com"))
    span_file.span("chat", 0, 5, {"gen_ai.operation.name": "chat", "gen_ai.input.messages": said_by_user})
    main(["store", "init"])
    assert main(["store", "load", "--process", str(span_file.path)]) == 0
    said(capsys)
    main(["store", "query", "sql", "SELECT input_messages FROM model_calls"])
    told = said(capsys)
    assert "[EMAIL]" in told
    assert "jane.doe" not in told


def test_what_could_not_be_read_is_told(
    folder: Path, support_trace: SpanFile, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the exit code says that something was passed over; the rest is stored."""
    main(["store", "init"])
    support_trace.path.write_text(support_trace.path.read_text() + "{not json\n" * 12)
    assert main(["store", "load", str(support_trace.path)]) == 1
    out, err = capsys.readouterr()
    assert "6 spans" in out
    assert "line 7: no JSON" in err
    assert "2 more" in err


def test_erase_names_what_it_needs(
    folder: Path, support_trace: SpanFile, capsys: pytest.CaptureFixture[str]
) -> None:
    """By user, by trace, by day; nothing named is no erasure."""
    main(["store", "init"])
    main(["store", "load", str(support_trace.path)])
    said(capsys)
    assert main(["store", "erase"]) == 1
    assert main(["store", "erase", "--user-hash", "8f3a1c9d2b7e4f60a1b2c3d4e5f60718"]) == 0
    assert "1 traces (6 spans" in said(capsys)
    main(["store", "load", str(support_trace.path)])
    assert "0 spans" in said(capsys)
    assert main(["store", "erase", "--before", "2030-01-01"]) == 0
    with pytest.raises(SystemExit):
        main(["store", "erase", "--trace", "abc"])
    with pytest.raises(SystemExit):
        main(["store", "erase", "--day", "yesterday"])


def test_similar_queries(
    folder: Path, support_trace: SpanFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With vectors made elsewhere; without a model's name it says what to set."""
    main(["store", "init"])
    main(["store", "load", str(support_trace.path)])
    given = tmp_path / "vectors.jsonl"
    given.write_text(json.dumps({"text": "How do I turn the filter light off?", "embedding": [1, 0]}))
    assert main(["store", "embed", "--from", str(given)]) == 1
    assert main(["store", "embed", "--model", "m", "--from", str(given)]) == 0
    (tmp_path / "like.json").write_text("[0.9, 0.1]")
    said(capsys)
    assert main(["store", "similar", "--model", "m", "--vector", str(tmp_path / "like.json"), "--json"]) == 0
    assert json.loads(said(capsys))["query_text"] == "How do I turn the filter light off?"
    assert main(["store", "similar", "light"]) == 1
    assert "SPANWRIGHT_STORE_EMBEDDING_MODEL" in capsys.readouterr().err
    assert main(["store", "embed", "--model", "m", "--from", str(tmp_path / "none")]) == 1


def test_retain_tells_the_days(folder: Path, span_file: SpanFile, capsys: pytest.CaptureFixture[str]) -> None:
    """Each that went."""
    span_file.span("x", 0, 1)
    main(["store", "init", "--retention-days", "0"])
    main(["store", "load", str(span_file.path)])
    said(capsys)
    assert main(["store", "retain"]) == 0
    assert said(capsys) == "0 days deleted.\n"
    assert main(["store", "init", "--retention-days", "-1"]) == 1


def test_errors_say_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No store, no address, no trace, no package: each with the remedy."""
    assert main(["store", "status"]) == 1
    assert "spanwright store init" in capsys.readouterr().err
    main(["store", "init"])
    assert main(["store", "show", "abc"]) == 1
    assert "whose id begins so" in capsys.readouterr().err
    monkeypatch.setenv("SPANWRIGHT_STORE_HTTP", "x")
    assert main(["store", "status"]) == 1
    monkeypatch.delenv("SPANWRIGHT_STORE_HTTP")
    monkeypatch.delitem(sys.modules, "spanwright_analysis.store.service", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "spanwright_processors.stage.http_server", raising=False)
    assert main(["store", "serve"]) == 1
    assert "pip install" in capsys.readouterr().err
    monkeypatch.delenv("SPANWRIGHT_STORE_URL")
    assert main(["store", "status"]) == 1
    assert "SPANWRIGHT_STORE_URL" in capsys.readouterr().err
