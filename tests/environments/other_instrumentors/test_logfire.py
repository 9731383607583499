"""Logfire's instrumentation of clients beside ours."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib import import_module

import pytest
from opentelemetry import trace
from support.one_call import call, driver, ours_alone, scopes, with_tokens
from support.recording import Recording, instrumented

CLIENTS = {"openai": "OpenAI", "anthropic": "Anthropic"}


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Its uninstrumenting leaves methods of the base class on the clients."""
    yield
    for module, name in CLIENTS.items():
        client = getattr(import_module(module), name)
        if "request" in vars(client):
            del client.request


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("library", CLIENTS)
def test_one_span_with_tokens(library: str, stream: bool) -> None:
    """It silences all others inside its spans; since these give way, ours is recorded all the same."""
    logfire = pytest.importorskip("logfire")
    provider, recording = driver(library), Recording()
    theirs = logfire.configure(
        local=True,
        send_to_logfire=False,
        console=False,
        inspect_arguments=False,
        additional_span_processors=[recording.tracer_provider._active_span_processor],
    )
    instrument = getattr(theirs, f"instrument_{library}")
    with instrumented(provider.instrumentor(), recording), instrument():
        asyncio.run(call(provider, is_async=False, stream=stream))
    assert trace.get_current_span() is trace.INVALID_SPAN
    assert ours_alone(recording), scopes(with_tokens(recording))
