"""``spanwright audit``."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from spanwright_analysis.command import main
from spanwright_analysis.commands.audit import masked as masked_reason
from support.audit_trail import KEY, USER, Trail, masked

TRACE = f"{1:032x}"


@pytest.fixture
def trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trail:
    """An audit log of today with one trace, which the environment names."""
    trail = Trail(tmp_path)
    trail.clock.now = time.time()
    with trail.recorder() as recorder:
        recorder.keep(1, 7, USER, [masked("bob@example.com"), masked("+1 415 555 2671", "[PHONE]")])
    monkeypatch.setenv("SPANWRIGHT_MASK_AUDIT_DIRECTORY", str(trail.path))
    monkeypatch.setenv("SPANWRIGHT_MASK_AUDIT_KEY", "env:AUDIT_KEY")
    monkeypatch.setenv("AUDIT_KEY", KEY)
    return trail


def _entries(trail: Trail) -> list[dict[str, object]]:
    return [json.loads(line) for line in (trail.path / "access.log").read_text().splitlines()]


def test_show(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    """The originals beside what stands for them, with place and time; the read is noted with its reason."""
    assert main(["audit", "show", "--trace", TRACE, "--reason", "case 7"]) == 0
    captured = capsys.readouterr()
    assert re.search(rf"\d\d:\d\d:\d\dZ  trace {TRACE}  span {7:016x}\n", captured.out)
    assert "  attributes gen_ai.input.messages\n    [EMAIL]      bob@example.com\n" in captured.out
    assert "    [PHONE]      +1 415 555 2671\n" in captured.out
    entry = _entries(trail)[-1]
    assert (entry["action"], entry["reason"]) == ("show", "case 7")
    assert f"noted in the access log, head {entry['n']}:{entry['mac']}" in captured.err


def test_show_as_json(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    """One object for each record."""
    assert main(["audit", "show", "--user-hash", USER, "--reason", "case 7", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    record = json.loads(line)
    assert (record["trace_id"], record["span_id"]) == (TRACE, f"{7:016x}")
    assert record["replaced"][0]["edits"] == [
        {"start": 3, "original": "bob@example.com", "replacement": "[EMAIL]"}
    ]


def test_show_needs_a_question_and_a_reason(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    """Without either nothing is shown."""
    with pytest.raises(SystemExit, match="2"):
        main(["audit", "show", "--trace", TRACE])
    assert main(["audit", "show", "--reason", "curious"]) == 1
    assert main(["audit", "show", "--trace", TRACE, "--reason", " "]) == 1
    captured = capsys.readouterr()
    assert "bob@example.com" not in captured.out
    assert "Cannot look into the audit log: nothing is asked for." in captured.err
    assert "no reason is given" in captured.err


def test_nothing_found(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    """A trace without originals is said to have none, and the attempt is noted."""
    assert main(["audit", "show", "--trace", "f" * 32, "--reason", "case 7"]) == 1
    assert "none are kept of what was asked for" in capsys.readouterr().err
    assert _entries(trail)[-1]["action"] == "show"


def test_a_reason_is_masked(trail: Trail) -> None:
    """What an operator types may hold personal data, and the access log must not."""
    main(["audit", "show", "--trace", TRACE, "--reason", "asked by bob@example.com"])
    assert _entries(trail)[-1]["reason"] == "asked by [EMAIL]"
    assert masked_reason("case 7") == "case 7"


def test_erase(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    """After erasing a user there is nothing to show, and nothing counts as tampering."""
    assert main(["audit", "erase", "--user-hash", USER, "--reason", "request 4"]) == 0
    assert "1 records erased." in capsys.readouterr().out
    assert main(["audit", "show", "--trace", TRACE, "--reason", "case 7"]) == 1
    assert main(["audit", "verify"]) == 0


def test_verify(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    """All is well before a byte is changed; then the exit code is 1 and the place is named."""
    assert main(["audit", "verify"]) == 0
    out = capsys.readouterr().out
    assert "1 files, 1 records, 0 erased. All as it was written." in out
    noted = out.split("Head of the access log: ")[1].strip()
    assert main(["audit", "verify", "--head", noted]) == 0
    assert main(["audit", "verify", "--head", f"1:{'0' * 64}"]) == 1
    (path,) = trail.segments()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert main(["audit", "verify"]) == 1
    assert f"WRONG  {path.parent.name}/{path.stem} record 0 (byte " in capsys.readouterr().out
    with pytest.raises(SystemExit, match="2"):
        main(["audit", "verify", "--head", "yesterday's"])


def test_purge(trail: Trail, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is due is deleted, with and without the key."""
    assert main(["audit", "purge"]) == 0
    assert "0 files deleted; none older than 30 days is left." in capsys.readouterr().out
    for number, (code, said) in enumerate(((0, "1 files deleted; none"), (1, "1 files deleted."))):
        trail.clock.now = time.time() - (40 + number) * 86_400
        trail.write("old")
        assert main(["audit", "purge"]) == code
        assert said in capsys.readouterr().out
        monkeypatch.delenv("AUDIT_KEY", raising=False)
    monkeypatch.setenv("AUDIT_KEY", KEY)
    assert main(["audit", "verify"]) == 0


def test_what_is_due_is_not_shown(trail: Trail) -> None:
    """Retention holds for reading though no process ran since."""
    trail.clock.now = time.time() - 40 * 86_400
    trail.write("old", trace_id=9)
    assert main(["audit", "show", "--trace", f"{9:032x}", "--reason", "case 7"]) == 1
    assert len(trail.segments()) == 1


@pytest.mark.parametrize("task", ["purge", "verify"])
def test_where_it_is(
    task: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folder and key come from the settings or from the command line, and what is missing is said."""
    assert main(["audit", task]) == 1
    assert "no folder is named" in capsys.readouterr().err
    assert main(["audit", task, "--directory", str(tmp_path)]) == 1
    assert "there is none" in capsys.readouterr().err
    trail = Trail(tmp_path)
    trail.clock.now = time.time()
    trail.write("one")
    assert main(["audit", task, "--directory", str(trail.path), "--key", "env:AUDIT_KEY"]) == 1
    assert "the variable AUDIT_KEY is not set" in capsys.readouterr().err
    monkeypatch.setenv("AUDIT_KEY", KEY)
    assert main(["audit", task, "--directory", str(trail.path), "--key", "env:AUDIT_KEY"]) == 0
    monkeypatch.setenv("SPANWRIGHT_MASK_AUDIT_RETENTION_DAYS", "90")
    assert main(["audit", task]) == 1
