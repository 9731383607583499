"""Keys that are not known."""

from __future__ import annotations

import pytest
from spanwright_analysis.backends.definition import DefinitionError
from spanwright_analysis.backends.definition.error import checked_keys


def test_known_keys_pass_and_others_are_quoted() -> None:
    """A key typed wrong is not passed over."""
    assert checked_keys("panel", {"a": 1}, ("a", "b")) == {"a": 1}
    with pytest.raises(DefinitionError, match=r"Cannot use panel: 'c' is not known\. Use a, b\."):
        checked_keys("panel", {"a": 1, "c": 2}, ("a", "b"))
