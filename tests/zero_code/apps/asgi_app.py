"""A bare ASGI application that records one call per request."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any


async def app(scope: dict[str, Any], receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    if scope["type"] != "http":
        return
    from zero_code.apps.call import record_call

    record_call(scope["path"].strip("/"))
    await asyncio.sleep(0.02)
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
