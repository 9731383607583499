"""The full text of every trace of the demo, beside what the demo exports where nothing is cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spanwright_analysis.command import main
from spanwright_analysis.demo.run import DemoFiles, bot_environment, provider, run_bot
from spanwright_analysis.otlp_file import OtlpFile
from spanwright_processors.offload.full_text import text_of_span
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.prompt_registry import prompts
from spanwright_processors.offload.reading import trace_texts

UNCUT = {"SPANWRIGHT_TRUNCATE_PROFILE": "none", "SPANWRIGHT_TRUNCATE_MESSAGE_CHARS": "0"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    import os

    files = DemoFiles(tmp_path_factory.mktemp("demo"))
    files.prepare()
    given = {name: value for name, value in os.environ.items() if name != "OPENAI_API_KEY"} | UNCUT
    with provider(given, pace=0.1) as base_url:
        for _ in run_bot(files, bot_environment(given, files, base_url)):
            pass
    return files


def test_every_trace_is_rebuilt_byte_for_byte(files: DemoFiles) -> None:
    """Each text of each span is what masking left, whole, and its span refers to it."""
    place, compared = FolderPlace(files.content), 0
    for span in OtlpFile(files.traces):
        expected = text_of_span(span)
        found = trace_texts(place, f"{span.trace_id:032x}", f"{span.span_id:016x}")
        if expected is None:
            assert (found, "spanwright.content.ref" in span.attributes) == ([], False)
            continue
        (one,) = found
        assert (one.missing, one.is_waiting) == ((), False)
        assert sorted(one.span.values) == sorted(expected.values)
        ref = str(span.attributes["spanwright.content.ref"])
        assert ref.endswith(f"/{span.trace_id:032x}/#{span.span_id:016x}")
        compared += len(expected.values)
    assert compared > 20


def test_the_prompt_of_every_span_is_registered(files: DemoFiles) -> None:
    """By the hash on the span, exactly as it was sent."""
    registered = {prompt.sha256: prompt for prompt in prompts(FolderPlace(files.content))}
    hashes = [span.attributes.get("spanwright.system_prompt.sha256") for span in OtlpFile(files.traces)]
    used = {str(sha256) for sha256 in hashes if sha256}
    assert used == {*registered}
    assert all(not prompt.is_masked for prompt in registered.values())
    (prompt,) = registered.values()
    assert prompt.seen.labels["pipeline"]


def test_the_command_shows_it(files: DemoFiles, capfd: pytest.CaptureFixture[str]) -> None:
    """One value of one span, exactly."""
    span = next(one for one in OtlpFile(files.traces) if one.operation == "chat")
    question = ["content", "show", f"{span.trace_id:032x}", "--span", f"{span.span_id:016x}"]
    where = ["--url", str(files.content)]
    assert main([*question, *where, "--key", "gen_ai.input.messages"]) == 0
    assert capfd.readouterr().out == span.attributes["gen_ai.input.messages"]
    assert main([*question, *where, "--json"]) == 0
    assert len([json.loads(line) for line in capfd.readouterr().out.splitlines()]) >= 2


def test_the_folder_is_made_anew(tmp_path: Path) -> None:
    """A run leaves no text of the one before."""
    files = DemoFiles(tmp_path / "demo")
    files.prepare()
    files.content.mkdir()
    (files.content / "old").write_text("old")
    files.prepare()
    assert not files.content.exists()
