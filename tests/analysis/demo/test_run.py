"""How the bot is run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from spanwright_analysis.demo import run
from spanwright_analysis.demo.run import DemoError, DemoFiles, bot_environment, provider, run_bot


def environment(tmp_path: Path, base_url: str | None = None, **given: str) -> dict[str, str]:
    return bot_environment(given, DemoFiles(tmp_path), base_url)


def test_spans_go_to_the_file_by_default(tmp_path: Path) -> None:
    """And nowhere else; metrics and logs go nowhere."""
    bot = environment(tmp_path)
    assert bot["OTEL_TRACES_EXPORTER"] == "spanwright_file"
    assert bot["SPANWRIGHT_TRACES_FILE"] == str(tmp_path / "traces.jsonl")
    assert (bot["OTEL_METRICS_EXPORTER"], bot["OTEL_LOGS_EXPORTER"]) == ("none", "none")


@pytest.mark.parametrize(
    ("given", "exporters"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://apm:4317"}, "spanwright_file,otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://apm:4317"}, "spanwright_file,otlp"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "spanwright_file,console"),
        ({"OTEL_TRACES_EXPORTER": "none"}, "spanwright_file"),
    ],
)
def test_spans_also_go_where_the_caller_says(tmp_path: Path, given: dict[str, str], exporters: str) -> None:
    """An endpoint or an exporter of the caller's gets them besides the file."""
    assert environment(tmp_path, None, **given)["OTEL_TRACES_EXPORTER"] == exporters


def test_the_caller_s_own_settings_win(tmp_path: Path) -> None:
    """Names and resource attributes can be set; a configuration file, which would undo the demo, cannot."""
    bot = environment(
        tmp_path,
        None,
        OTEL_SERVICE_NAME="mine",
        OTEL_RESOURCE_ATTRIBUTES="team=a",
        OTEL_CONFIG_FILE="otel.yaml",
        SPANWRIGHT_HASH_KEY="k" * 16,
    )
    assert (bot["OTEL_SERVICE_NAME"], bot["SPANWRIGHT_HASH_KEY"]) == ("mine", "k" * 16)
    assert bot["OTEL_RESOURCE_ATTRIBUTES"] == "service.version=1.4.0,deployment.environment.name=demo,team=a"
    assert "OTEL_CONFIG_FILE" not in bot


def test_the_local_server_needs_no_key_and_no_proxy(tmp_path: Path) -> None:
    """With a base URL the bot talks to it; without, to whom the caller's key opens."""
    local = environment(tmp_path, "http://127.0.0.1:1/v1", HTTP_PROXY="http://proxy:3128")
    assert (local["OPENAI_BASE_URL"], local["NO_PROXY"]) == ("http://127.0.0.1:1/v1", "127.0.0.1")
    assert "OPENAI_BASE_URL" not in environment(tmp_path, None, OPENAI_API_KEY="sk-mine")


def test_a_key_of_the_caller_s_opens_the_provider() -> None:
    """With ``OPENAI_API_KEY`` no server is started."""
    with provider({"OPENAI_API_KEY": "sk-mine"}) as base_url:
        assert base_url is None
    with provider({}) as base_url:
        assert str(base_url).startswith("http://127.0.0.1:")


def test_files_are_made_anew(tmp_path: Path) -> None:
    """Spans of an earlier run are not shown again."""
    files = DemoFiles(tmp_path / "new" / "folder")
    files.prepare()
    files.traces.write_text("old")
    files.prepare()
    assert not files.traces.exists()


def test_a_bot_that_fails_is_told_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line of the bot's log says why."""
    monkeypatch.setattr(run, "BOT_MODULE", "spanwright_analysis.demo.no_such_bot")
    files = DemoFiles(tmp_path)
    with pytest.raises(DemoError, match=r"Cannot finish the demo: .*no_such_bot"):
        list(run_bot(files, bot_environment(os.environ, files, None)))


def test_a_missing_command_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ``opentelemetry-instrument`` the user learns what to install."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(DemoError, match=r"pip install 'spanwright\[demo\]'"):
        list(run_bot(DemoFiles(tmp_path), {}))
