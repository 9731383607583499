from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest
from spanwright_analysis.full_texts import add_place, chosen
from spanwright_processors.offload.error import ContentError


def given(*arguments: str) -> ArgumentParser:
    parser = ArgumentParser()
    add_place(parser)
    return parser


def test_the_place_of_the_settings_or_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spool belongs to its place: another place has another."""
    monkeypatch.setenv("SPANWRIGHT_OFFLOAD_URL", str(tmp_path / "a"))
    monkeypatch.setenv("SPANWRIGHT_OFFLOAD_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setenv("SPANWRIGHT_OFFLOAD_RETENTION_DAYS", "7")
    settings, place = chosen(given().parse_args([]))
    assert (place.url, settings.spool) == ((tmp_path / "a").as_uri(), tmp_path / "spool")
    settings, place = chosen(given().parse_args(["--url", str(tmp_path / "b")]))
    assert (place.url, settings.spool) == ((tmp_path / "b").as_uri(), None)
    assert settings.retention_days == 7


def test_no_place_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to set."""
    monkeypatch.delenv("SPANWRIGHT_OFFLOAD_URL", raising=False)
    with pytest.raises(ContentError, match=r"no place is named\. Set SPANWRIGHT_OFFLOAD_URL"):
        chosen(given().parse_args([]))
