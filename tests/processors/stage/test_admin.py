"""What an orchestrator and Prometheus are told."""

from __future__ import annotations

import httpx
import pytest
from spanwright_processors.stage.admin import admin_application
from spanwright_processors.stage.exposition import CONTENT_TYPE


async def text() -> bytes:
    return b"one 1\n"


@pytest.mark.parametrize(
    ("method", "path", "problem", "status", "body"),
    [
        ("GET", "/healthz", "draining", 200, "ok\n"),
        ("GET", "/readyz", None, 200, "ok\n"),
        ("GET", "/readyz", "no worker runs", 503, "no worker runs\n"),
        ("GET", "/metrics", None, 200, "one 1\n"),
        ("GET", "/", None, 404, "There are /healthz, /readyz and /metrics.\n"),
        ("POST", "/healthz", None, 405, "Ask with GET.\n"),
    ],
)
async def test_answers(method: str, path: str, problem: str | None, status: int, body: str) -> None:
    """Alive is not ready; why it is not ready is said."""
    transport = httpx.ASGITransport(admin_application(lambda: problem, text))
    async with httpx.AsyncClient(transport=transport, base_url="http://stage") as client:
        response = await client.request(method, path)
    assert (response.status_code, response.text) == (status, body)
    if path == "/metrics":
        assert response.headers["content-type"] == CONTENT_TYPE
