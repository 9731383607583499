"""Requests into the store: gathered for a moment, committed together, and answered only then."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from spanwright_processors.stage.answer import Answer, Outcome
from spanwright_processors.stage.signals import Signal

from .backend import Store, Written
from .batch import NO_EVENT, Batch, Reader
from .error import StoreError, UnwritableError
from .loading import BATCH_ROWS
from .measures import Measures

_logger = logging.getLogger(__name__)

#: How long what the retention lets through is taken as known.
_READER_SECONDS = 60.0


@dataclass(slots=True)
class _Request:
    signal: Signal
    body: bytes
    answered: Callable[[Answer], object]
    batch: Batch | None = None


class Committer:
    """Writes to ``store`` from one thread, which begins with ``start()``.

    ``gather_s``: how long requests are gathered for one commit. ``retain_every_s``: how often what is past
    the retention is deleted; 0: never.
    """

    def __init__(
        self,
        store: Store,
        measures: Measures,
        gather_s: float = 0.2,
        max_waiting_bytes: int = 256 * 1024 * 1024,
        retain_every_s: float = 0.0,
    ) -> None:
        self._store = store
        self._measures = measures
        self._gather_s = gather_s
        self._max_waiting_bytes = max_waiting_bytes
        self._retain_every_s = retain_every_s
        self._retain_at = monotonic() + retain_every_s
        self._queue: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="spanwright-store", daemon=True)
        self._reader = Reader()
        self._reader_until = 0.0
        self._problem: str | None = "not started"
        self.waiting_bytes = 0
        """Bytes of the requests that are not answered yet."""
        self.is_draining = False

    @property
    def problem(self) -> str | None:
        """Why the last commit failed, or None."""
        return "shutting down" if self.is_draining else self._problem

    def start(self) -> None:
        """Raises ``StoreError`` where the store cannot be used."""
        self._renew_reader()
        self._problem = None
        self._thread.start()

    async def export(self, signal: Signal, transport: str, body: bytes) -> Answer:  # noqa: ARG002
        """Store a request, or say why not. A cancelled call leaves the work going."""
        if self.is_draining:
            return Answer(Outcome.DRAINING, "The store is shutting down.")
        if self.waiting_bytes and self.waiting_bytes + len(body) > self._max_waiting_bytes:
            return Answer(Outcome.BUSY, "The store has as many requests as it may hold.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def told(answer: Answer) -> None:
            self.waiting_bytes -= len(body)
            if not future.done():
                future.set_result(answer)

        self.waiting_bytes += len(body)
        self._queue.put(_Request(signal, body, lambda answer: loop.call_soon_threadsafe(told, answer)))
        return await asyncio.shield(future)

    async def drain(self, seconds: float) -> bool:
        """Take nothing more, and wait for what was taken; False if something is left."""
        self.is_draining = True
        self._queue.put(None)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, seconds)
        await asyncio.sleep(0)  # the answers are under way to this loop
        return not self._thread.is_alive()

    def _run(self) -> None:
        is_ended = False
        while not is_ended:
            requests, is_ended = self._gathered()
            if requests:
                self._answer(requests)
            self._retain()

    def _gathered(self) -> tuple[list[_Request], bool]:
        """What came until the time is over or it is enough for a commit; and whether that was all."""
        requests: list[_Request] = []
        rows, until = 0, float("inf")
        while rows < BATCH_ROWS:
            wait = min(until - monotonic(), 1.0)
            if wait <= 0:
                break
            try:
                request = self._queue.get(timeout=wait)
            except queue.Empty:
                if self._retain_is_due():
                    break
                continue
            if request is None:
                return requests, True
            until = min(until, monotonic() + self._gather_s)
            if self._decoded(request):
                requests.append(request)
                rows += 0 if request.batch is None else len(request.batch)
        return requests, False

    def _decoded(self, request: _Request) -> bool:
        try:
            self._renew_reader()
            if request.signal is Signal.TRACES:
                request.batch = self._reader.traces(ExportTraceServiceRequest.FromString(request.body))
            else:
                request.batch = self._reader.logs(ExportLogsServiceRequest.FromString(request.body))
        except DecodeError:
            request.answered(Answer(Outcome.INVALID, "The request is no OTLP message."))
        except StoreError as error:
            self._failed(request, error)
        except Exception as error:
            _logger.error("Cannot read a request: %s.", type(error).__name__)
            request.answered(Answer(Outcome.REFUSED, "The store cannot read what the request holds."))
        return request.batch is not None

    def _answer(self, requests: list[_Request]) -> None:
        """Commit all; where the database refuses what they hold, each apart, so that one harms no other."""
        whole = Batch()
        for request in requests:
            if request.batch is not None:
                whole.add(request.batch)
        try:
            self._commit(whole)
        except UnwritableError as error:
            if len(requests) > 1:
                for request in requests:
                    self._answer([request])
                return
            _logger.error("The store refuses a request: %s", error)
            requests[0].answered(Answer(Outcome.REFUSED, "The store cannot hold what the request holds."))
        except Exception as error:
            self._log(error)
            for request in requests:
                self._failed(request, error)
        else:
            for request in requests:
                request.answered(_accepted(request))

    def _commit(self, batch: Batch) -> None:
        begun = monotonic()
        written, failure = Written(), ""
        try:
            if len(batch):
                written = self._store.write(batch)
        except Exception as error:
            failure = type(error).__name__
            raise
        finally:
            self._measures.committed(monotonic() - begun, failure)
        if self._problem is not None:
            _logger.info("The store takes spans again.")
        self._problem = None
        self._measures.took(written, batch.refused)

    def _failed(self, request: _Request, error: Exception) -> None:
        self._problem = type(error).__name__
        request.answered(Answer(Outcome.UNAVAILABLE, "The store could not write now."))

    def _log(self, error: Exception) -> None:
        """Once for each time that it begins to fail."""
        if self._problem is None:
            _logger.error("%s", error if isinstance(error, StoreError) else type(error).__name__)

    def _renew_reader(self) -> None:
        if monotonic() >= self._reader_until:
            self._reader = Reader(self._store.first_day(), time.time)
            self._reader_until = monotonic() + _READER_SECONDS

    def _retain_is_due(self) -> bool:
        return bool(self._retain_every_s) and monotonic() >= self._retain_at

    def _retain(self) -> None:
        if self._retain_is_due():
            self._retain_at = monotonic() + self._retain_every_s
            try:
                for day in self._store.retain():
                    _logger.info("Deleted %s, past the retention.", day)
            except Exception as error:
                _logger.warning("Cannot delete what is past the retention: %s", error)


def _accepted(request: _Request) -> Answer:
    """With how much was refused for good, as OTLP's "partial success" tells it."""
    refused = Counter({} if request.batch is None else request.batch.refused)
    refused.pop(NO_EVENT, None)  # nothing is wrong with such a record: it has no place here
    response: Any
    if request.signal is Signal.TRACES:
        response = ExportTraceServiceResponse()
        response.partial_success.rejected_spans = refused.total()
    else:
        response = ExportLogsServiceResponse()
        response.partial_success.rejected_log_records = refused.total()
    if refused:
        response.partial_success.error_message = "; ".join(
            f"{why}: {n}" for why, n in sorted(refused.items())
        )
    else:
        response.ClearField("partial_success")
    return Answer(Outcome.ACCEPTED, body=response.SerializeToString())
