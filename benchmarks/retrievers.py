"""What observing adds to a search of each store whose client is installed: run in the stores' environments.

Prints rows as JSON. The clients and engines are those of the retrievers' contract (tests/support/retrievers).
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import support.retrievers
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_processors import attach
from spanwright_processors.settings import build_chain, load_settings
from support.retrieval_contract import HELP, MODEL, QUERY_TEXT

from benchmarks.measure import Row, Variant, cpu_cost

#: Rounds, and searches in each.
ROUNDS = (60, 8)


class ReadingExporter(SpanExporter):
    """Reads what an exporter reads, and sends nothing."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            dict(span.attributes or {})
        return SpanExportResult.SUCCESS


def main() -> None:
    warnings.simplefilter("ignore")
    remember_embeddings([HELP], [QUERY_TEXT], MODEL)
    wanted = sys.argv[1:]
    print(json.dumps([dataclasses.asdict(row) for row in rows(wanted)]))


def rows(wanted: Sequence[str]) -> Iterator[Row]:
    """Two rows for each client: what the bare one takes, and what observing adds."""
    for path in sorted(Path(support.retrievers.__path__[0]).glob("[a-z]*.py")):
        try:
            driver = import_module(f"support.retrievers.{path.stem}")
        except ModuleNotFoundError:
            continue
        if wanted and path.stem not in wanted:
            continue
        for is_async in (False,) if getattr(driver, "IS_SYNC_ONLY", False) else (False, True):
            yield from _measured(path.stem, driver, is_async)


def _measured(name: str, driver: Any, is_async: bool) -> list[Row]:
    with asyncio.Runner() as runner:
        run = runner.get_loop().run_until_complete
        around = driver.opened(is_async=is_async)
        opened = run(around.__aenter__())
        search = partial(opened.search, HELP, 3)
        bare, observed = _cost(driver, (lambda: run(search())) if is_async else search)
        run(around.__aexit__(None, None, None))
    client = f"{name}, asynchronous" if is_async else name
    return [
        Row("retrieval", f"{client}: bare client", bare, "µs"),
        Row("retrieval", f"{client}: added, caller", observed - bare, "µs", "bare client", observed / bare),
    ]


def _cost(driver: Any, work: Any) -> tuple[float, float]:
    """CPU µs of one search of the calling thread, bare and observed."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(ReadingExporter()))
    attach(provider, build_chain(load_settings({})))
    meters = MeterProvider([InMemoryMetricReader()], shutdown_on_exit=False)
    instrumentor = driver.instrumentor()
    given = {"tracer_provider": provider, "meter_provider": meters}
    observed = Variant(
        work,
        enter=partial(instrumentor.instrument, **given),
        leave=instrumentor.uninstrument,
        finish=lambda: [flush() for flush in (provider.force_flush, meters.force_flush)],
    )
    cost = cpu_cost({"bare": Variant(work), "observed": observed}, rounds=ROUNDS[0], calls=ROUNDS[1])
    provider.shutdown()
    return cost["bare"].caller, cost["observed"].caller


if __name__ == "__main__":
    main()
