"""Definitions are data."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio.definitions import Definitions, from_json


def test_come_back_from_json(definitions: Definitions) -> None:
    """What is read is what was written."""
    assert from_json(definitions.to_json()) == definitions


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 0}', '{"format": 1}', "null"])
def test_refuses_other_json(text: str) -> None:
    """Anything else is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        from_json(text)
