"""Calls: CPU that instrumenting adds to an application's call, over the bare SDK, message content captured.

"caller" is the application's thread, until the call returns; "in all" adds what other threads do until the
span is encoded for OTLP: the steps, the encoding, the metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from openai import OpenAI
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from spanwright_instrumentation.instrumentor import LibraryInstrumentor
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from spanwright_processors import attach
from spanwright_processors.settings import build_chain, load_settings

from .measure import Row, Variant, cpu_cost
from .openai_wire import MODEL, client
from .spans import PROSE

CHUNKS = 200

#: Whether it is quick -> rounds, and calls in each.
ROUNDS = {True: (8, 2), False: (80, 8)}


class EncodingExporter(SpanExporter):
    """Encodes as the OTLP exporters do and sends nothing."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        encode_spans(spans).SerializeToString()
        return SpanExportResult.SUCCESS


def calls(sdk: OpenAI) -> dict[str, Callable[[], object]]:
    def turns(size: int) -> list[dict[str, str]]:
        roles = ("user", "assistant")
        text = (PROSE * 6)[:1000]
        history = [{"role": roles[i % 2], "content": f"{i}. {text}"} for i in range(size // 1000)]
        return [{"role": "system", "content": "You answer briefly."}, *history]

    short, long = turns(2_000), turns(16_000)

    def chat(**sent: object) -> Any:  # looked up anew: instrumenting replaces the method on the class
        return sdk.chat.completions.create(model=MODEL, **sent)  # type: ignore[call-overload]

    def respond(**sent: object) -> Any:
        return sdk.responses.create(model=MODEL, instructions=short[0]["content"], **sent)  # type: ignore[call-overload]

    return {
        "chat, 2 kB": lambda: chat(messages=short, temperature=0.2),
        "chat, 16 kB history": lambda: chat(messages=long, temperature=0.2),
        f"stream, {CHUNKS} chunks": lambda: list(chat(messages=short, stream=True)),
        "responses, 2 kB": lambda: respond(input=short[1:], temperature=0.2),
        f"stream of responses, {CHUNKS} events": lambda: list(respond(input=short[1:], stream=True)),
        "embeddings": lambda: sdk.embeddings.create(
            model="text-embedding-3-small", input="Where is my order?", encoding_format="float"
        ),
    }


@contextmanager
def guarded_provider() -> Iterator[TracerProvider]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(EncodingExporter()))
    attach(provider, build_chain(load_settings({})))
    yield provider
    provider.shutdown()


def rows(quick: bool) -> list[Row]:
    return observed_rows("calls", OpenAIInstrumentor(), calls(client(CHUNKS)), quick)


def observed_rows(
    topic: str,
    instrumentor: LibraryInstrumentor,
    made: Mapping[str, Callable[[], object]],
    quick: bool,
) -> list[Row]:
    """What this instrumentor adds to each call, its metrics included."""
    found: list[Row] = []
    meter_provider = MeterProvider([InMemoryMetricReader()], shutdown_on_exit=False)
    with guarded_provider() as provider:
        given = {"tracer_provider": provider, "meter_provider": meter_provider}
        flushed = (provider.force_flush, meter_provider.force_flush)
        for name, call in made.items():
            variants = {
                "bare": Variant(call),
                "observed": Variant(
                    call,
                    enter=partial(instrumentor.instrument, **given),
                    leave=instrumentor.uninstrument,
                    finish=lambda: [flush() for flush in flushed],
                ),
            }
            found += compared(topic, name, variants, *ROUNDS[quick])
    return found


def compared(topic: str, name: str, variants: dict[str, Variant], rounds: int, repeats: int) -> list[Row]:
    cost = cpu_cost(variants, rounds=rounds, calls=repeats)
    bare, observed = cost["bare"], cost["observed"]
    found = [
        Row(topic, f"{name}: bare SDK", bare.caller, "µs"),
        Row(
            topic,
            f"{name}: added, caller",
            observed.caller - bare.caller,
            "µs",
            "bare SDK",
            observed.caller / bare.caller,
        ),
        Row(
            topic,
            f"{name}: added, in all",
            observed.process - bare.process,
            "µs",
            "bare SDK",
            observed.process / bare.process,
        ),
    ]
    if name.startswith("stream"):
        found.append(
            Row(topic, f"{name}: added a chunk, caller", (observed.caller - bare.caller) / CHUNKS, "µs")
        )
    return found
