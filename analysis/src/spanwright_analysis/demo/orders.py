"""The order system of the demo's shop, as a tool for the model."""

from __future__ import annotations

import time
from typing import Any

from openai.types.chat import ChatCompletionFunctionToolParam
from spanwright_instrumentation import tool

from .conversation import EMAIL, NAME

LOOKUP_ORDER: ChatCompletionFunctionToolParam = {
    "type": "function",
    "function": {
        "name": "lookup_order",
        "description": "Look up an order: what was bought and when, where the parcel is, and its warranty.",
        "parameters": {
            "type": "object",
            "properties": {
                "order_id": {"type": "string", "description": "The order number, such as LK-10482"},
                "email": {
                    "type": ["string", "null"],
                    "description": "The customer's e-mail address, if given",
                },
            },
            "required": ["order_id", "email"],
            "additionalProperties": False,
        },
    },
}

_ORDERS = {
    "LK-10482": {
        "order_id": "LK-10482",
        "customer": {"name": NAME, "email": EMAIL},
        "items": [{"product": "Aero 300", "bought": "2025-12-02", "warranty_until": "2027-12-02"}],
        "status": "delivered",
    }
}


class OrderSystemError(Exception):
    """The order system did not answer."""


@tool(version="2.1")
def lookup_order(order_id: str, email: str | None) -> dict[str, Any]:
    """Looks up an order by its number.

    Raises ``OrderSystemError`` for every order it has not at hand.
    """
    time.sleep(0.03)
    if order_id not in _ORDERS:
        raise OrderSystemError(f"no answer within 30 ms for order {order_id} of {email}")
    return _ORDERS[order_id]
