"""Price tables from the package, a file and the network."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import genai_prices
import pytest
from genai_prices.data_snapshot import DataSnapshot
from spanwright_processors.pricing import table
from spanwright_processors.pricing.catalogue import Catalogue

PROVIDER = {
    "id": "openai",
    "name": "OpenAI",
    "api_pattern": "https://api\\.openai\\.com",
    "models": [{"id": "gpt-x", "match": {"equals": "gpt-x"}, "prices": {"input_mtok": 7}}],
}


def test_the_package_tells_its_version_and_when_it_was_installed() -> None:
    """Provenance of the installed table."""
    source, number, date = table.package_table().provenance
    assert (source, number) == ("genai-prices", version("genai-prices"))
    assert date is None or datetime.fromisoformat(date).year >= 2000


def test_a_file_in_the_published_form_is_a_table(tmp_path: Path) -> None:
    """Its models are found; its version is its content's hash, its date that of the file."""
    path = tmp_path / "data.json"
    path.write_text(json.dumps([PROVIDER]))
    os.utime(path, (1_795_000_000, 1_795_000_000))
    found = table.file_table(path)
    assert found.provenance.source == "data.json"
    assert len(found.provenance.version) == 12
    assert found.provenance.date == "2026-11-18"
    prices = Catalogue(lambda: found).find("openai", "gpt-x", {})
    assert prices is not None
    cost = prices.at(0).card.cost({"gen_ai.usage.input_tokens": 1_000_000})
    assert cost is not None
    assert cost.total / cost.denominator == 7.0


@pytest.mark.parametrize("text", ["{", "{}", '[{"id": 3}]'])
def test_any_other_file_is_refused(tmp_path: Path, text: str) -> None:
    """What is wrong is said, with the path."""
    path = tmp_path / "data.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"Cannot use price\.table: '.*data\.json'"):
        table.file_table(path)
    with pytest.raises(ValueError, match="FileNotFoundError"):
        table.file_table(tmp_path / "none.json")


def test_what_was_fetched_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version of a fetched table is the day; where nothing came there is no table."""
    answers = [DataSnapshot([], from_auto_update=True), None]
    monkeypatch.setattr(genai_prices.UpdatePrices, "fetch", lambda _: answers.pop(0))
    fetched = table.fetched_table()
    assert fetched is not None
    assert fetched.provenance.version == f"fetched-{datetime.now(UTC).date()}"
    assert table.fetched_table() is None


def test_a_time_before_2000_is_no_date(tmp_path: Path) -> None:
    """Reproducible builds give files a time that tells nothing."""
    path = tmp_path / "f"
    path.touch()
    os.utime(path, (315_532_800, 315_532_800))
    assert table.file_date(path) is None
    assert table.file_date(tmp_path / "none") is None
