"""A worker: reads requests, runs the steps on them, writes what is to be sent on. One at a time.

``python -m spanwright_processors.stage.worker FD LIMIT`` with one end of a socket pair; it ends when the
other end is closed. Anything it says goes to standard error and never quotes a request.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ..chain import StepChain
from ..otlp import process_logs, process_traces
from ..refuse import refusing_chain
from ..settings import SettingsError, build_chain, load_settings
from ..warm_up import WarmUp
from . import frame
from .exposition import Metrics
from .frame import Kind
from .sampling import Sampling
from .settings import SamplingSettings
from .splitting import split

_REQUESTS: dict[Kind, tuple[type[Any], Any]] = {
    Kind.TRACES: (ExportTraceServiceRequest, process_traces),
    Kind.LOGS: (ExportLogsServiceRequest, process_logs),
}
_EMPTIED = {Kind.EMPTIED_TRACES: Kind.TRACES, Kind.EMPTIED_LOGS: Kind.LOGS}


class Worker:
    """The steps over serialized requests. ``limit``: the most bytes of a request for the next hop."""

    def __init__(
        self, chain: StepChain, limit: int, metrics: Metrics, sampling: SamplingSettings | None = None
    ) -> None:
        self._chain = chain
        self._sampling = Sampling(sampling or SamplingSettings())
        self._refusing = refusing_chain(chain.counters)
        self._limit = limit
        self._metrics = metrics

    def serve(self, source: BinaryIO, target: BinaryIO) -> None:
        """Answer frame by frame until ``source`` ends."""
        with contextlib.suppress(EOFError):
            while True:
                kind, parts = frame.read(source)
                answer, results = self._answered(kind, parts)
                target.write(frame.encode(answer, results))
                target.flush()

    def _answered(self, kind: Kind, parts: list[bytes]) -> tuple[Kind, list[bytes]]:
        if kind is Kind.METRICS:
            return Kind.DONE, [self._metrics.text()]
        chain = self._refusing if kind in _EMPTIED else self._chain
        message, process = _REQUESTS[_EMPTIED.get(kind, kind)]
        try:
            request = message.FromString(parts[0])
        except DecodeError:
            return Kind.INVALID, []
        process(request, chain)
        if isinstance(request, ExportTraceServiceRequest):
            self._sampling(request)
        return Kind.DONE, list(split(request, self._limit))


def main() -> None:
    descriptor, limit = int(sys.argv[1]), int(sys.argv[2])
    # The stage ends its workers by closing the pair: what a terminal sends to the whole group is its affair.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    pair = socket.socket(fileno=descriptor)
    with pair.makefile("rb") as source, pair.makefile("wb") as target:
        metrics = Metrics("spanwright-stage")
        made = list(_made(limit, metrics))
        problems = [problem.encode() for problem in made if isinstance(problem, str)]
        target.write(frame.encode(Kind.PROBLEMS if problems else Kind.READY, problems))
        target.flush()
        for worker in made:
            if isinstance(worker, Worker):
                with contextlib.suppress(BrokenPipeError):
                    worker.serve(source, target)
        metrics.shutdown()


def _made(limit: int, metrics: Metrics) -> Iterator[Worker | str]:
    """The worker, or every reason why there is none."""
    try:
        settings = load_settings()
        chain = build_chain(settings)
    except SettingsError as error:
        problems: Iterable[str] = error.problems
        yield from problems
        return
    chain.emit_metrics()
    WarmUp(chain).begin()
    yield Worker(chain, limit, metrics, settings.stage.sampling)


if __name__ == "__main__":
    main()
