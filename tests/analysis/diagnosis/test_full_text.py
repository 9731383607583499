from __future__ import annotations

from pathlib import Path

from spanwright_analysis.diagnosis.finding import Level
from spanwright_analysis.diagnosis.full_text import OFF, full_text
from spanwright_processors.offload.spool import Spool
from support.full_texts import full_text as text_of


def found(**environment: str) -> list[tuple[Level, str]]:
    section = full_text(environment)
    assert section is not None
    return [(finding.level, finding.text) for finding in section.findings]


def test_nothing_is_kept_by_default() -> None:
    """No fault, but worth knowing; where the step does not run, or settings are wrong, nothing is said."""
    assert [level for level, _ in found()] == [Level.ABSENT]
    assert found(**OFF) == found()
    assert full_text({"SPANWRIGHT_STEPS": "mask"}) is None
    assert full_text({"SPANWRIGHT_OFFLOAD_RETENTION_DAYS": "x"}) is None


def test_where_it_is_and_what_waits(tmp_path: Path) -> None:
    """The place and how long it keeps; what a killed process left is a note with what to do."""
    url = {"SPANWRIGHT_OFFLOAD_URL": str(tmp_path)}
    assert found(**url) == [(Level.GOOD, f"{tmp_path.as_uri()}, kept 30 days")]
    assert "for ever" in found(**url, SPANWRIGHT_OFFLOAD_RETENTION_DAYS="0")[0][1]
    Spool(tmp_path / "spool", 10**6, 0).append(text_of().encode())
    _, (level, note) = found(**url)
    assert level is Level.NOTE
    assert note == f"1 spans wait in {tmp_path}/spool. Run: spanwright content store"


def test_what_cannot_be_reached_is_wrong(tmp_path: Path) -> None:
    """Or whose package is missing."""
    (tmp_path / "file").write_text("")
    assert found(SPANWRIGHT_OFFLOAD_URL=str(tmp_path / "file"))[0][0] is Level.WRONG
    ((level, text),) = found(SPANWRIGHT_OFFLOAD_URL="gs://bucket")
    assert (level, "pip install gcsfs" in text) == (Level.WRONG, True)
