"""What the demo's order system does in its own process."""

from __future__ import annotations

import pytest
from spanwright_analysis.demo.conversation import EMAIL, NAME
from spanwright_analysis.demo.order_server import UnknownOrderError, lookup_order


def test_what_it_knows() -> None:
    """One order, and nothing of any other."""
    assert lookup_order("LK-10482", None)["customer"]["name"] == NAME
    with pytest.raises(UnknownOrderError, match=EMAIL):
        lookup_order("LK-20977", EMAIL)
