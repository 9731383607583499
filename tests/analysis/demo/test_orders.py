"""The demo's tool."""

from __future__ import annotations

import pytest
from spanwright_analysis.demo.conversation import EMAIL, NAME
from spanwright_analysis.demo.orders import OrderSystemError, lookup_order


def test_an_order_has_its_customer_in_it() -> None:
    """The result holds personal data, as real results do."""
    assert lookup_order(order_id="LK-10482", email=EMAIL)["customer"] == {"name": NAME, "email": EMAIL}


def test_another_order_fails_with_personal_data_in_the_message() -> None:
    """An exception's message is content too."""
    with pytest.raises(OrderSystemError, match=EMAIL):
        lookup_order(order_id="LK-20977", email=EMAIL)
