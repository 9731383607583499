"""The default engine, there from the first text on, so that no test depends on the time it takes."""

from __future__ import annotations

import pytest
from support.loading import LoadedAtOnce


@pytest.fixture(autouse=True)
def _loaded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spanwright_processors.masking.engines.Loading", LoadedAtOnce)
