"""``spanwright content``."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from spanwright_analysis.command import main
from spanwright_processors.offload.layout import reference
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.prompt_registry import PromptRegistrar
from spanwright_processors.offload.spool import Spool
from spanwright_processors.offload.store import Store
from support.full_texts import conversation, full_text, hexed

TRACE = hexed(1)
MESSAGES = conversation(2)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two traces of today, one of a user, in the place that the environment names."""
    ago = (time.time() - 1_790_000_000) / 86_400
    monkeypatch.setenv("SPANWRIGHT_OFFLOAD_URL", str(tmp_path))
    place = FolderPlace(tmp_path)
    store = Store(place, 0, PromptRegistrar(place, "w"))
    spans = [
        full_text(MESSAGES, days=ago, user="3f2a", prompt="ab" * 32),
        full_text("an answer \ud800 ", span=3, days=ago, key="gen_ai.output.messages"),
        full_text(conversation(1), 2, days=ago),
    ]
    store.store("one", spans)
    return tmp_path


def today(folder: Path) -> str:
    return FolderPlace(folder).folders()[0]


def test_show(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """All spans of a trace with their text, by id or by the reference on a span."""
    assert main(["content", "show", TRACE]) == 0
    out = capfd.readouterr().out
    assert out.count("  chat gpt-4o  span ") == 2
    assert f"  gen_ai.input.messages  ({len(MESSAGES):,} bytes)\n    system     You answer questions" in out
    ref = reference(folder.as_uri(), today(folder), 1, 3)
    assert main(["content", "show", ref]) == 0
    assert capfd.readouterr().out.count("span ") == 1


def test_show_exactly(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One value byte for byte, or everything as JSON."""
    assert main(["content", "show", TRACE, "--key", "gen_ai.input.messages"]) == 0
    assert capfd.readouterr().out == MESSAGES
    assert main(["content", "show", TRACE, "--span", f"{3:016x}", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["text"] == "an answer \ud800 "
    assert main(["content", "show", TRACE, "--key", "none"]) == 1
    assert "Cannot show none: 0 spans of the trace have it" in capfd.readouterr().err


def test_show_what_is_not_there(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An unknown trace, something that is no id, and text that was damaged are told apart."""
    assert main(["content", "show", hexed(9)]) == 1
    assert f"Cannot show trace {hexed(9)}: no text of it is stored" in capfd.readouterr().err
    with pytest.raises(SystemExit):
        main(["content", "show", "4bf9"])
    assert "neither a trace id (32 digits) nor a spanwright.content.ref" in capfd.readouterr().err
    place = FolderPlace(folder)
    place.delete(place.names(f"{today(folder)}/texts"))
    assert main(["content", "show", TRACE]) == 1
    captured = capfd.readouterr()
    assert "CANNOT BE REBUILT" in captured.out
    assert "values cannot be rebuilt" in captured.err


def test_what_waits_is_shown_and_stored(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Text of a process that was killed is shown from its spool, and stored on demand."""
    dead = Spool(folder / "spool", 10**6, 0)
    dead.append(full_text(trace=5, days=(time.time() - 1_790_000_000) / 86_400).encode())
    dead.forget()
    assert main(["content", "show", hexed(5)]) == 0
    assert "(not stored yet)" in capfd.readouterr().out
    assert main(["content", "status"]) == 0
    assert "1 system prompts, 1 spans wait in" in capfd.readouterr().out
    assert main(["content", "store"]) == 0
    assert capfd.readouterr().out == "1 spans stored.\n"
    assert main(["content", "show", hexed(5)]) == 0
    assert "(not stored yet)" not in capfd.readouterr().out
    assert main(["content", "status"]) == 0
    assert f"  {today(folder)}          3 traces" in capfd.readouterr().out


def test_erase(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """By user, trace and day; what is shared stays until its last reference goes."""
    assert main(["content", "erase", "--user-hash", "3f2a"]) == 0
    assert capfd.readouterr().out.startswith(
        "1 traces erased: 2 texts and 1 system prompts removed, 3 texts stay, which other traces have too."
    )
    assert main(["content", "show", TRACE]) == 1
    assert main(["content", "show", hexed(2)]) == 0
    assert main(["content", "erase", "--day", today(folder)]) == 0
    assert main(["content", "show", hexed(2)]) == 1
    capfd.readouterr()
    assert main(["content", "erase"]) == 1
    assert "Cannot erase: nothing is named." in capfd.readouterr().err
    assert main(["content", "erase", "--trace", "4bf9"]) == 1
    assert "Give all 32 digits" in capfd.readouterr().err
    with pytest.raises(SystemExit):
        main(["content", "erase", "--day", "yesterday"])


def test_erase_before_a_day(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """All days before it, and not that day."""
    day = today(folder)
    FolderPlace(folder).put({"2020-01-01/texts/aa/aa.zst": b""})
    assert main(["content", "erase", "--before", day]) == 0
    assert today(folder) == day
    assert main(["content", "show", TRACE]) == 0


def test_purge(folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is past the retention of the settings."""
    FolderPlace(folder).put({"2020-01-01/texts/aa/aa.zst": b""})
    monkeypatch.setenv("SPANWRIGHT_OFFLOAD_RETENTION_DAYS", "0")
    assert main(["content", "purge"]) == 0
    assert capfd.readouterr().out == "0 days and 0 system prompts deleted.\n"
    monkeypatch.delenv("SPANWRIGHT_OFFLOAD_RETENTION_DAYS")
    assert main(["content", "purge"]) == 0
    assert capfd.readouterr().out == "1 days and 0 system prompts deleted.\n"


def test_a_place_that_cannot_be_reached(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Is named, as is one whose library is missing."""
    (tmp_path / "file").write_text("")
    assert main(["content", "purge", "--url", str(tmp_path / "file")]) == 1
    assert f"Cannot reach file://{tmp_path}/file: Not a directory." in capfd.readouterr().err
    assert main(["content", "show", TRACE, "--url", "gs://bucket"]) == 1
    assert "gcsfs is not installed. Run: pip install gcsfs" in capfd.readouterr().err
