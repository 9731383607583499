"""The order system of the demo's shop: a server of the Model Context Protocol, over stdio.

Its spans are those of a process of its own; they stand in the trace of the bot that asked.
"""

from __future__ import annotations

import time
from typing import Any

from mcp.server.mcpserver import MCPServer

from .conversation import EMAIL, NAME

_ORDERS = {
    "LK-10482": {
        "order_id": "LK-10482",
        "customer": {"name": NAME, "email": EMAIL},
        "items": [{"product": "Aero 300", "bought": "2025-12-02", "warranty_until": "2027-12-02"}],
        "status": "delivered",
    }
}


class UnknownOrderError(Exception):
    """No answer was had for this order."""


def lookup_order(order_id: str, email: str | None) -> dict[str, Any]:
    """An order by its number.

    Raises ``UnknownOrderError`` for every order it has not at hand.
    """
    time.sleep(0.03)
    if order_id not in _ORDERS:
        raise UnknownOrderError(f"no answer within 30 ms for order {order_id} of {email}")
    return _ORDERS[order_id]


def main() -> None:
    server = MCPServer("orders", log_level="CRITICAL")
    server.add_tool(lookup_order)
    server.run("stdio")


if __name__ == "__main__":
    main()
