"""How much memory is free."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.presidio import room


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("_V2", "_V1"):
        monkeypatch.setattr(room, name, tmp_path / name)
        (tmp_path / name).mkdir()
    monkeypatch.setattr(room, "_MEMORY", tmp_path / "meminfo")
    return tmp_path


def test_the_least_of_what_is_told_counts(machine: Path) -> None:
    """The container's limit, without what is only kept of files, or the machine's memory."""
    assert room.free_bytes() is None
    (machine / "meminfo").write_text("MemTotal:  2000 kB\nMemAvailable:   1000 kB\n")
    assert room.free_bytes() == 1_024_000
    (machine / "_V2" / "memory.current").write_text("900\n")
    (machine / "_V2" / "memory.stat").write_text("anon 1\ninactive_file 300\n")
    (machine / "_V2" / "memory.max").write_text("max\n")
    assert room.free_bytes() == 1_024_000
    (machine / "_V2" / "memory.max").write_text("1000\n")
    assert room.free_bytes() == 400
    (machine / "_V1" / "memory.limit_in_bytes").write_text("500")
    (machine / "_V1" / "memory.usage_in_bytes").write_text("400")
    (machine / "_V1" / "memory.stat").write_text("total_inactive_file 50\n")
    assert room.free_bytes() == 150


def test_this_machine_tells() -> None:
    """Linux does, one way or another."""
    assert (room.free_bytes() or 0) > 10_000_000
