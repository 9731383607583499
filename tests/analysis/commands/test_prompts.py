"""``spanwright prompts``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spanwright_analysis.command import main
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.prompt_registry import PromptRegistrar
from spanwright_semconv.prompt import system_prompt_sha256
from support.full_texts import START, full_text

FIRST, SECOND = "You are brief.\nYou are kind.", "You are brief.\nYou are exact.\x1b[2J"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry with two versions of one prompt, and a masked one without a name."""
    monkeypatch.setenv("SPANWRIGHT_OFFLOAD_URL", str(tmp_path))
    registrar = PromptRegistrar(FolderPlace(tmp_path), "w")
    for number, text in enumerate((FIRST, SECOND)):
        registrar.register(
            [
                full_text(
                    text,
                    key="gen_ai.system_instructions",
                    prompt=system_prompt_sha256([text]),
                    days=number / 2,
                    labels={"name": "support", "version": f"{number}"},
                )
            ],
            START + number,
        )
    masked = full_text("Write to [EMAIL].", key="gen_ai.system_instructions", prompt="ab" * 32)
    registrar.register([masked], START)
    return tmp_path


def test_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By name and version, with when each was used and how it begins; or everything as JSON."""
    assert main(["prompts", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["prompt", "sha256", "first", "seen", "last", "seen", "chars", "begins"]
    assert lines[1].split()[:2] == ["abababababab", "abababababab"]
    assert " 17 masked " in lines[1]
    sha256 = system_prompt_sha256([FIRST])
    assert lines[2].split()[:4] == ["support@1", sha256[:12], "2026-09-21", "14:13:20Z"]
    assert main(["prompts", "list", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["name"], row["number"], row["is_masked"]) for row in rows] == [
        ("", 1, True),
        ("support", 1, False),
        ("support", 2, False),
    ]
    assert (rows[1]["text"], rows[1]["labels"]) == (FIRST, {"name": ["support"], "version": ["0"]})


def test_show(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A prompt with its hash, times and names; the text alone exactly."""
    assert main(["prompts", "show", "support@1"]) == 0
    assert capfd.readouterr().out == (
        f"support@1  {system_prompt_sha256([FIRST])}\n"
        "first seen 2026-09-21 14:13:20Z, last seen 2026-09-21 14:13:20Z\n"
        "name=support  version=0\n\n"
        f"{FIRST}\n"
    )
    assert main(["prompts", "show", "support", "--text"]) == 0
    assert capfd.readouterr().out == SECOND
    assert main(["prompts", "show", "abab"]) == 0
    assert "(masked: the text sent had personal data or secrets)" in capfd.readouterr().out
    assert main(["prompts", "show", "none"]) == 1
    assert 'Cannot find the prompt "none"' in capfd.readouterr().err


def test_diff(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What changed between two versions; the terminal is not steered by it."""
    assert main(["prompts", "diff", "support"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["---", "support@1"], ["+++", "support@2"]]
    assert lines[3:] == [" You are brief.", "-You are kind.", r"+You are exact.\x1b[2J"]
    assert main(["prompts", "diff", "support@2", "support@2"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["prompts", "diff", "abab"]) == 1
    assert main(["prompts", "diff", "a", "b", "c"]) == 1
    assert "Cannot compare more than two prompts" in capsys.readouterr().err


def test_no_place(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Says what to set."""
    monkeypatch.delenv("SPANWRIGHT_OFFLOAD_URL", raising=False)
    assert main(["prompts", "list"]) == 1
    assert "no place is named" in capsys.readouterr().err
