"""Calls through a provider's SDK with several emitters installed, and what spans come of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from spanwright_processors import attach
from spanwright_processors.settings import build_chain, load_settings
from spanwright_semconv.attributes import SPANWRIGHT_DUPLICATE_OF
from support.provider_drivers import driver_module
from support.recording import Recording, instrumented
from support.wire import Wire

#: How emitters say tokens.
_TOKENS = (
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "langfuse.observation.usage_details",
)

#: A provider's driver in the contract suite, by its name.
driver = driver_module

#: Who is installed first.
ORDERS = ("ours first", "theirs first")


def loaded(reference: str) -> Any:
    """``module:Class``."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)


def wire_of(provider: Any, *, stream: bool, kind: str = "text") -> Wire:
    """The other end, with the whole answer."""
    return Wire([provider.answer(kind, stream=stream)])


async def call(provider: Any, *, is_async: bool, stream: bool) -> Wire:
    """One call, read to its end."""
    wire = wire_of(provider, stream=stream)
    client = provider.client(wire, is_async=is_async, max_retries=0)
    answer = provider.create(client, stream=stream, kind="text")
    if inspect.isawaitable(answer):
        answer = await answer
    if stream and is_async:
        assert [chunk async for chunk in answer]
    elif stream:
        assert list(answer)
    return wire


@contextmanager
def both(theirs: Any, ours: Any, order: str, recording: Recording) -> Iterator[None]:
    """Their instrumentor and ours, into one recording, installed in this order."""
    options = {
        "tracer_provider": recording.tracer_provider,
        "meter_provider": recording.meter_provider,
        "skip_dep_check": True,
    }
    if order == "theirs first":
        theirs.instrument(**options)
    try:
        with instrumented(ours, recording):
            if order == "ours first":
                theirs.instrument(**options)
            try:
                yield
            finally:
                if order == "ours first":
                    theirs.uninstrument()
    finally:
        if order == "theirs first":
            theirs.uninstrument()


def with_tokens(recording: Recording) -> list[ReadableSpan]:
    """The spans that count the call's tokens; agents repeat the sum of their calls and do not count."""
    return [
        span
        for span in recording.spans
        if any((span.attributes or {}).get(key) is not None for key in _TOKENS) and not _is_agent(span)
    ]


def scopes(spans: list[ReadableSpan]) -> list[str]:
    """Who recorded each."""
    return [span.instrumentation_scope.name if span.instrumentation_scope else "" for span in spans]


def ours_alone(recording: Recording) -> bool:
    """One span with tokens, and it is ours."""
    found = scopes(with_tokens(recording))
    return len(found) == 1 and found[0].startswith("spanwright_instrumentation.")


def _is_agent(span: ReadableSpan) -> bool:
    found = span.attributes or {}
    return (
        found.get("gen_ai.operation.name") in ("invoke_agent", "invoke_workflow")
        or found.get("openinference.span.kind") == "AGENT"
    )


def counted_once(recording: Recording) -> Recording:
    """What is recorded passes the pipeline's steps that read other dialects and count a call once."""
    chain = build_chain(load_settings({"SPANWRIGHT_STEPS": "normalise,once"}))
    attach(recording.tracer_provider, chain)
    return recording


def counting(recording: Recording) -> list[ReadableSpan]:
    """The spans with tokens that are not marked as another's duplicate."""
    return [span for span in with_tokens(recording) if SPANWRIGHT_DUPLICATE_OF not in (span.attributes or {})]


def http_client(wire: Wire, *, is_async: bool) -> Any:
    """A client of the HTTP library of OpenAI's SDK, over this wire."""
    http = driver("openai").HTTP
    return getattr(http, "AsyncClient" if is_async else "Client")(transport=wire.transport(http))


async def consumed(answer: Any, *, is_async: bool) -> None:
    """Read whatever a framework gives: a value, an awaitable, a stream."""
    if inspect.isawaitable(answer):
        answer = await answer
    if is_async and hasattr(answer, "__aiter__"):
        assert [item async for item in answer]
    elif not is_async and hasattr(answer, "__next__"):
        assert list(answer)
