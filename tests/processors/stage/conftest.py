"""The steps that the workers under test run."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.stage import install_faulty_step


@pytest.fixture
def faulty_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers run ``mask`` and a step that ends them (attribute ``crash``) or does not end (``hang``)."""
    folder = tmp_path / "faulty"
    folder.mkdir()
    install_faulty_step(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("SPANWRIGHT_STEPS", "faulty,mask")


@pytest.fixture
def only_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers run ``mask`` alone, which starts fast."""
    monkeypatch.setenv("SPANWRIGHT_STEPS", "mask")
