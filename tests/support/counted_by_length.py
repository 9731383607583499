"""Input counted by its length alone, whether or not another test has brought a tokenizer's vocabulary."""

from __future__ import annotations

import pytest
from spanwright_processors.spending import tokens


@pytest.fixture(autouse=True)
def by_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Import it into a test module. LiteLLM, once imported, brings vocabularies that tiktoken then finds."""
    monkeypatch.setattr(tokens, "_tiktoken", lambda _model: None)
