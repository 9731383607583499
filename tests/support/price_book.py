"""Calls priced before they are made, by the installed table, whatever table another test's step has left."""

from __future__ import annotations

import pytest
from spanwright_processors.pricing import book


@pytest.fixture(autouse=True)
def installed_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Import it into a test module or conftest."""
    monkeypatch.setattr(book, "_current", None)
