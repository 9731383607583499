"""Health, readiness and metrics, for an orchestrator and for Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .exposition import CONTENT_TYPE
from .http_server import Application, Receive, Scope, Send, reply


def admin_application(
    problem: Callable[[], str | None], metrics: Callable[[], Awaitable[bytes]]
) -> Application:
    """``problem()`` says why the stage cannot take requests now, or None; ``metrics()`` gives the text.

    ``/healthz`` is 200 while the process answers at all, ``/readyz`` 503 with the reason where there is one.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            await reply(send, 405, b"Ask with GET.\n", "text/plain", {"Allow": "GET, HEAD"})
        elif path == "/healthz":
            await reply(send, 200, b"ok\n", "text/plain")
        elif path == "/readyz":
            why = problem()
            await reply(send, 503 if why else 200, f"{why or 'ok'}\n".encode(), "text/plain")
        elif path == "/metrics":
            await reply(send, 200, await metrics(), CONTENT_TYPE)
        else:
            await reply(send, 404, b"There are /healthz, /readyz and /metrics.\n", "text/plain")

    return answer
