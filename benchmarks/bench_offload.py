"""Full text: µs a span for the application, the exporting thread, all threads; MB/s; bytes stored."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from spanwright_processors import attach
from spanwright_processors.batch import BatchProcessor, BatchSettings
from spanwright_processors.chain import StepChain
from spanwright_processors.counters import Counters
from spanwright_processors.offload.offloader import Offloader
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.settings import OffloadSettings
from spanwright_processors.sdk import SpanView
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.offload import Offload

from .bench_steps import fresh
from .measure import Row, Variant, cpu_cost
from .spans import CLEAN, chat_span

TOPIC = "offload"
#: Turns of a conversation; each sends the whole history again.
TURNS = 50


class _Nowhere(SpanExporter):
    def export(self, spans: object) -> SpanExportResult:
        for span in spans:  # type: ignore[attr-defined]
            span.attributes  # noqa: B018 - reading runs the steps
        return SpanExportResult.SUCCESS


def rows(quick: bool) -> list[Row]:
    rounds, calls = (3, 30) if quick else (11, 300)
    with tempfile.TemporaryDirectory() as folder:
        keeper = _keeper(Path(folder) / "texts")
        found = [*_application(keeper, rounds, calls), *_step(keeper, rounds, calls)]
        keeper.close(60.0)
        found += _conversations(Path(folder) / "growing", 2 if quick else 20)
    return found


def _keeper(folder: Path) -> Offloader:
    settings = OffloadSettings(url=str(folder), retention_days=0)
    return Offloader(settings, counters=Counters())


def _application(keeper: Offloader, rounds: int, calls: int) -> Iterator[Row]:
    """What the thread that ends a span pays."""
    attributes = dict(chat_span(2_000).attributes or {})

    def ending(chain: StepChain) -> tuple[Callable[[], None], Callable[[], object]]:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(BatchProcessor(_Nowhere(), BatchSettings(queue_spans=100_000)))
        attach(provider, chain)
        tracer = provider.get_tracer("bench")

        def work() -> None:
            span = tracer.start_span("chat")
            span.set_attributes(attributes)
            span.end()

        return work, provider.force_flush

    variants = {}
    for name, chain in (
        ("end a 2 kB chat span", StepChain([], Counters())),
        ("end it, full text kept", StepChain([Offload(keeper=keeper)], Counters())),
    ):
        work, flush = ending(chain)
        variants[name] = Variant(work, leave=flush)
    cost = cpu_cost(variants, rounds=rounds, calls=calls)
    base = cost["end a 2 kB chat span"].caller
    for name, one in cost.items():
        yield Row(TOPIC, f"{name}: application's thread", one.caller, "µs", "without", one.caller / base)


def _step(keeper: Offloader, rounds: int, calls: int) -> Iterator[Row]:
    """What the exporting thread pays, and all threads together until the text is on the disk."""
    step, numbers = Offload(keeper=keeper), count(1)

    def work(span: EditableSpan) -> Callable[[], None]:
        def keep() -> None:
            one = fresh(span)
            one.trace_id = next(numbers)
            step(one)

        return keep

    spans = {"2 kB": SpanView(chat_span(2_000)).span, "16 kB": SpanView(chat_span(16_000)).span}
    variants = {"fresh view": Variant(lambda: fresh(spans["2 kB"]))}
    variants |= {
        label: Variant(work(span), finish=lambda: keeper.flush(60.0)) for label, span in spans.items()
    }
    cost = cpu_cost(variants, rounds=rounds, calls=calls)
    view = cost.pop("fresh view")
    for label, one in cost.items():
        yield Row(TOPIC, f"{label}: the step, exporting thread", one.caller - view.caller, "µs")
        yield Row(TOPIC, f"{label}: all threads, until stored", one.process - view.process, "µs")


def _conversations(folder: Path, number: int) -> Iterator[Row]:
    """Bytes stored of conversations that grow by 1 kB a turn, and how fast they are."""
    keeper = _keeper(folder)
    given, cpu, wall = 0, time.process_time(), time.perf_counter()
    for conversation in range(number):
        messages: list[dict[str, object]] = []
        for turn in range(TURNS):
            for role in ("user", "assistant"):
                content = f"{conversation} {turn} {role} " + CLEAN * 3
                messages.append({"role": role, "parts": [{"type": "text", "content": content[:500]}]})
            text = json.dumps(messages)
            given += len(text)
            span = fresh(SpanView(chat_span(1)).span)
            span.attributes = {"gen_ai.input.messages": text}
            span.trace_id = conversation * TURNS + turn + 1
            Offload(keeper=keeper)(span)
    keeper.close(120.0)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    place = FolderPlace(folder)
    stored = sum(len(place.get(name)) for name in place.names("") if not name.startswith("prompts"))
    name = f"conversations of {TURNS} turns"
    yield Row(TOPIC, f"{name}: bytes given", given / 1e6, "MB")
    yield Row(TOPIC, f"{name}: bytes stored", stored / 1e6, "MB", "given", stored / given)
    yield Row(TOPIC, f"{name}: speed by CPU", given / 1e6 / cpu, "MB/s")
    yield Row(TOPIC, f"{name}: speed by the clock", given / 1e6 / wall, "MB/s")
