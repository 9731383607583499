"""Memory: what 100,000 observed calls leave behind in the process, once its caches are full.

Calls differ from each other in their texts and ids, so that nothing that remembers one of them can pass for
flat. What the second half adds is growth: everything that remembers spans or texts is full by the first.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
from openai import OpenAI
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor

from .bench_calls import guarded_provider
from .measure import Row
from .openai_wire import MODEL, answers
from .spans import CLEAN

_CALLS = 100_000
#: Spans are exported this often, in calls: a queue that runs full would hide what it drops.
_FLUSH = 200


def _client() -> OpenAI:
    """A client whose answers have ids of their own, as a real provider's have."""
    made = answers(stream_chunks=8)
    numbers = iter(range(sys.maxsize))

    def answer(request: httpx2.Request) -> httpx2.Response:
        found = made(request)
        content = found.content.replace(b"0123456789", b"%010d" % next(numbers))
        return httpx2.Response(200, headers=found.headers, content=content)

    return OpenAI(api_key="sk-none", http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))


def _calls(sdk: OpenAI) -> Iterator[int]:
    """Mostly chats, and now and then a stream, one that is dropped half read, and an embedding."""

    def chat(text: str, **sent: Any) -> Any:
        return sdk.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}], **sent)

    for at in range(sys.maxsize):
        text, kind = f"{at}. {CLEAN}", at % 8
        if kind == 7:
            sdk.embeddings.create(model="text-embedding-3-small", input=text)
        elif kind == 6:
            next(iter(chat(text, stream=True)))
        elif kind == 5:
            list(chat(text, stream=True))
        else:
            chat(text)
        yield at


def rows(quick: bool) -> list[Row]:
    calls = _CALLS // 50 if quick else _CALLS
    meter_provider = MeterProvider([InMemoryMetricReader()], shutdown_on_exit=False)
    instrumentor = OpenAIInstrumentor()
    with guarded_provider() as provider:
        instrumentor.instrument(tracer_provider=provider, meter_provider=meter_provider)

        def flush() -> None:
            provider.force_flush()
            meter_provider.force_flush()

        made = _calls(_client())
        try:
            _run(made, calls // 2, flush)
            before, blocks = _resident(), sys.getallocatedblocks()
            _run(made, calls // 2, flush)
            after, more = _resident(), sys.getallocatedblocks() - blocks
        finally:
            instrumentor.uninstrument()
    per_thousand = 1_000 / (calls // 2)
    return [
        Row("memory", f"resident after {calls // 2:,} calls", before / 1e6, "MB"),
        Row("memory", f"resident after {calls:,} calls", after / 1e6, "MB", "the first half", after / before),
        Row("memory", "growth per 1,000 calls", (after - before) / 1e3 * per_thousand, "kB"),
        Row("memory", "more of Python's blocks per 1,000 calls", more * per_thousand, "blocks"),
    ]


def _run(made: Iterator[int], calls: int, flush: Callable[[], None]) -> None:
    for at in range(calls):
        next(made)
        if at % _FLUSH == 0:
            flush()
    flush()
    gc.collect()


def _resident() -> int:
    """Bytes of memory this process has."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
