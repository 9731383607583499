"""The order system of the demo's shop, as a tool for the model: asked over the Model Context Protocol."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from typing import Any, Self

from anyio.from_thread import start_blocking_portal
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from openai.types.chat import ChatCompletionFunctionToolParam
from spanwright_instrumentation import tool, workflow

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

#: The server's program. ``SPANWRIGHT_DEMO_ORDERS`` holds what is put before it.
SERVER = (sys.executable, "-m", "spanwright_analysis.demo.order_server")
LAUNCHER_VARIABLE = "SPANWRIGHT_DEMO_ORDERS"


class OrderSystemError(Exception):
    """The order system did not answer."""


class OrderSystem:
    """A connection to the order system, which starts with it, as ``with`` block."""

    def __init__(self, launcher: Sequence[str] = ()) -> None:
        command = [*launcher, *SERVER]
        environment = os.environ | {"OTEL_SERVICE_NAME": "larkspur-orders", "OTEL_BSP_SCHEDULE_DELAY": "100"}
        self._parameters = StdioServerParameters(command=command[0], args=command[1:], env=environment)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start the server; it gets ready while the bot does."""
        self._portal = self._stack.enter_context(start_blocking_portal())
        self._session = self._stack.enter_context(self._portal.wrap_async_context_manager(self._started()))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @workflow("connect_orders")
    def connect(self) -> None:
        """Wait until the server is ready, and ask what it offers."""
        self._portal.call(self._session.initialize)
        self._portal.call(self._session.list_tools)

    @tool(version="2.1")
    def lookup_order(self, order_id: str, email: str | None) -> dict[str, Any]:
        """Looks up an order by its number.

        Raises ``OrderSystemError`` where the server tells of an error.
        """
        arguments = {"order_id": order_id, "email": email}
        answer: Any = self._portal.call(self._session.call_tool, "lookup_order", arguments)
        text = "".join(getattr(part, "text", "") for part in answer.content)
        if answer.is_error:
            raise OrderSystemError(f"{text} for order {order_id} of {email}")
        found: dict[str, Any] = json.loads(text)
        return found

    @asynccontextmanager
    async def _started(self) -> AsyncIterator[ClientSession]:
        async with stdio_client(self._parameters) as streams, ClientSession(*streams) as session:
            yield session
