"""A request's way: taken in, processed once, handed on, and answered only then.

Senders send again what was not accepted. So that this costs no work and makes no doubles, what is under way
is joined by its repetition, and what was processed but not accepted by the next hop waits, processed, for
its repetition to come.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from hashlib import blake2b
from time import monotonic

from .answer import ACCEPTED, Answer, Outcome
from .next_hop import NextHop
from .signals import Signal
from .workers import InvalidRequestError, WorkerLostError, Workers

_logger = logging.getLogger(__name__)

#: Digests of requests that were accepted after their sender had left, which will come again.
_REMEMBERED = 10_000
_REMEMBERED_SECONDS = 600.0

Digest = bytes


class Requests:
    """All requests of the stage. ``max_waiting_bytes`` bounds those under way and, apart, those that wait
    processed. ``timeout_s``: what the next hop may take over one."""

    def __init__(self, workers: Workers, next_hop: NextHop, max_waiting_bytes: int, timeout_s: float) -> None:
        self._workers = workers
        self._next_hop = next_hop
        self._max_waiting_bytes = max_waiting_bytes
        self._timeout_s = timeout_s
        self._under_way: dict[Digest, asyncio.Task[Answer]] = {}
        self._waiting: OrderedDict[Digest, list[bytes]] = OrderedDict()
        self._waiting_bytes = 0
        self._accepted: OrderedDict[Digest, float] = OrderedDict()
        self.taken_bytes = 0
        """Bytes of the requests under way."""
        self.is_draining = False

    async def export(self, signal: Signal, body: bytes) -> Answer:
        """Process and hand on ``body``, or say why not. A cancelled call leaves the work going."""
        if self.is_draining:
            return Answer(Outcome.DRAINING, "The stage is shutting down.")
        digest = blake2b(body, digest_size=16, person=signal.label.encode()).digest()
        if self._was_accepted(digest):
            return ACCEPTED
        task = self._under_way.get(digest)
        if task is None:
            if self.taken_bytes and self.taken_bytes + len(body) > self._max_waiting_bytes:
                return Answer(Outcome.BUSY, "The stage has as many requests as it may hold.")
            task = asyncio.create_task(self._taken(signal, body, digest))
            self._under_way[digest] = task
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(lambda done: self._nobody_was_told(digest, done))
            raise

    async def drained(self, seconds: float) -> bool:
        """Wait for what is under way, ``seconds`` at most; False if something still is."""
        self.is_draining = True
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=seconds)
        return not self._under_way

    async def _taken(self, signal: Signal, body: bytes, digest: Digest) -> Answer:
        self.taken_bytes += len(body)
        try:
            return await self._answered(signal, body, digest)
        except Exception as error:  # such as a token's file that has gone: the sender keeps its spans
            _logger.error("Cannot hand on a request: %s.", type(error).__name__)
            return Answer(Outcome.UNAVAILABLE, "The request could not be handed on.")
        finally:
            self.taken_bytes -= len(body)
            del self._under_way[digest]

    async def _answered(self, signal: Signal, body: bytes, digest: Digest) -> Answer:
        parts = self._take_waiting(digest)
        if parts is None:
            try:
                parts = await self._workers.process(signal.kind, body)
            except InvalidRequestError:
                return Answer(Outcome.INVALID, "The request is no OTLP message.")
            except WorkerLostError:
                return Answer(Outcome.UNAVAILABLE, "The request could not be processed in time.")
        answer = ACCEPTED
        for number, part in enumerate(parts):
            answer = await self._next_hop.send(signal, part, self._timeout_s)
            if not answer.is_accepted:
                if answer.outcome.is_retryable:
                    self._wait(digest, parts[number:])
                return answer
        return answer

    def _take_waiting(self, digest: Digest) -> list[bytes] | None:
        parts = self._waiting.pop(digest, None)
        if parts is not None:
            self._waiting_bytes -= sum(map(len, parts))
        return parts

    def _wait(self, digest: Digest, parts: list[bytes]) -> None:
        """Keep what was not accepted; the oldest goes first, to be processed again if it comes again."""
        self._waiting[digest] = parts
        self._waiting_bytes += sum(map(len, parts))
        while self._waiting_bytes > self._max_waiting_bytes:
            _, oldest = self._waiting.popitem(last=False)
            self._waiting_bytes -= sum(map(len, oldest))

    def _nobody_was_told(self, digest: Digest, task: asyncio.Task[Answer]) -> None:
        if not task.cancelled() and task.exception() is None and task.result().is_accepted:
            self._accepted[digest] = monotonic() + _REMEMBERED_SECONDS
            while len(self._accepted) > _REMEMBERED:
                self._accepted.popitem(last=False)

    def _was_accepted(self, digest: Digest) -> bool:
        return self._accepted.pop(digest, 0.0) > monotonic()
