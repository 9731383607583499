"""A request's way: taken in, processed once, handed on, and answered only then.

Senders send again what was not accepted. So that this costs no work and makes no doubles, what is under way
is joined by its repetition, and what was processed but not accepted by the next hop waits, processed, for
its repetition to come.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from hashlib import blake2b
from time import monotonic

from .answer import ACCEPTED, Answer, Outcome
from .grouping import Grouping
from .next_hop import NextHop
from .signals import Signal
from .workers import InvalidRequestError, WorkerLostError, Workers

_logger = logging.getLogger(__name__)

#: Digests of requests that were accepted after their sender had left, which will come again.
_REMEMBERED = 10_000
_REMEMBERED_SECONDS = 600.0
#: Between two attempts to hand on a trace that its sender waits for.
_MOST_PAUSE_SECONDS = 5.0

Digest = bytes


class Requests:
    """All requests of the stage. ``max_waiting_bytes`` bounds those under way and, apart, those that wait
    processed. ``timeout_s``: what the next hop may take over one. ``group_wait_s``: how long spans are held
    for their trace to be whole; 0: not at all."""

    def __init__(
        self,
        workers: Workers,
        next_hop: NextHop,
        max_waiting_bytes: int,
        timeout_s: float,
        group_wait_s: float = 0.0,
    ) -> None:
        self._workers = workers
        self._next_hop = next_hop
        self._max_waiting_bytes = max_waiting_bytes
        self._timeout_s = timeout_s
        self._under_way: dict[Digest, asyncio.Task[Answer]] = {}
        self._waiting: OrderedDict[Digest, list[bytes]] = OrderedDict()
        self._waiting_bytes = 0
        self._accepted: OrderedDict[Digest, float] = OrderedDict()
        self._grouping: Grouping | None = None
        if group_wait_s:
            self._grouping = Grouping(group_wait_s, max_waiting_bytes // 2, self._traces_handed_on)
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
        if self._grouping is not None:
            self._grouping.flush()
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
        try:
            if self._grouping is not None and signal is Signal.TRACES:
                return await self._grouping.add(body)
            parts = self._take_waiting(digest)
            if parts is None:
                parts = await self._workers.process(signal.kind, body)
        except InvalidRequestError:
            return Answer(Outcome.INVALID, "The request is no OTLP message.")
        except WorkerLostError:
            return Answer(Outcome.UNAVAILABLE, "The request could not be processed in time.")
        answer, rest = await self._sent(signal, parts)
        if rest and answer.outcome.is_retryable:
            self._wait(digest, rest)
        return answer

    async def _sent(self, signal: Signal, parts: list[bytes]) -> tuple[Answer, list[bytes]]:
        """How the next hop answered, and what it has not accepted."""
        answer = ACCEPTED
        for number, part in enumerate(parts):
            answer = await self._next_hop.send(signal, part, self._timeout_s)
            if not answer.is_accepted:
                return answer, parts[number:]
        return answer, []

    async def _traces_handed_on(self, bodies: list[bytes]) -> list[Answer]:
        """Whole traces, together; one by one where they fail together, so that each answers for itself."""
        try:
            answer = await self._persistently_sent(b"".join(bodies))
        except WorkerLostError:
            answer = Answer(Outcome.UNAVAILABLE, "The request could not be processed in time.")
            if len(bodies) == 1:  # known now as one that ends workers: it goes without its content
                with contextlib.suppress(WorkerLostError):
                    answer = await self._persistently_sent(bodies[0])
        if len(bodies) == 1 or answer.is_accepted or self.is_draining:
            return [answer] * len(bodies)
        return [(await self._traces_handed_on([body]))[0] for body in bodies]

    async def _persistently_sent(self, body: bytes) -> Answer:
        """Sent again and again until the next hop accepts or refuses, or the stage ends."""
        rest = await self._workers.process(Signal.TRACES.kind, body)
        while True:
            answer, rest = await self._sent(Signal.TRACES, rest)
            if answer.is_accepted or not answer.outcome.is_retryable or self.is_draining:
                return answer
            await asyncio.sleep(min(answer.retry_s, _MOST_PAUSE_SECONDS))

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
