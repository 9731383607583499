"""The demo's tool, over the server that it asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spanwright_analysis.demo.conversation import EMAIL, NAME
from spanwright_analysis.demo.orders import OrderSystem, OrderSystemError


@pytest.fixture(scope="module")
def orders() -> Iterator[OrderSystem]:
    with OrderSystem() as orders:
        orders.connect()
        yield orders


def test_an_order_has_its_customer_in_it(orders: OrderSystem) -> None:
    """The result holds personal data, as real results do."""
    found = orders.lookup_order(order_id="LK-10482", email=EMAIL)
    assert found["customer"] == {"name": NAME, "email": EMAIL}


def test_another_order_fails_with_personal_data_in_the_message(orders: OrderSystem) -> None:
    """An exception's message is content too."""
    with pytest.raises(OrderSystemError, match=EMAIL):
        orders.lookup_order(order_id="LK-20977", email=EMAIL)
