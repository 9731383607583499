"""The workers as the stage sees them: started, given requests, replaced when they end, hang or are old."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

from . import frame
from .frame import Kind

_logger = logging.getLogger(__name__)

T = TypeVar("T")

#: What loading the steps may take, detection engines compiled in the background aside.
_START_SECONDS = 60.0
_METRICS_SECONDS = 5.0
_RESTART_PAUSE_SECONDS = 1.0
#: Requests remembered that ended a worker.
_SUSPECTS = 1000
_EMPTIED = {Kind.TRACES: Kind.EMPTIED_TRACES, Kind.LOGS: Kind.EMPTIED_LOGS}


class WorkersError(Exception):
    """No worker can be started; the message has one line for each reason."""


class InvalidRequestError(Exception):
    """A request is no OTLP message."""


class WorkerLostError(Exception):
    """The worker ended or hung over a request, which may be tried once more."""


@dataclass(slots=True, eq=False)
class _Process:
    """A worker that runs, and the stage's end of the pair."""

    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, kind: Kind, *parts: bytes) -> tuple[Kind, list[bytes]]:
        async with self._turn:
            self.writer.write(frame.encode(kind, parts))
            await self.writer.drain()
            return await frame.receive(self.reader)

    async def kill(self) -> None:
        self.process.kill()
        self.writer.close()
        await asyncio.to_thread(self.process.wait)

    async def end(self, seconds: float) -> None:
        """Let it end what it does, and export its last metrics."""
        try:
            async with asyncio.timeout(seconds), self._turn:
                self.writer.close()
            await asyncio.to_thread(self.process.wait, seconds)
        except (TimeoutError, subprocess.TimeoutExpired):
            await self.kill()


class Workers:
    """``count`` processes that take requests in turn. ``limit``: bytes of a request for the next hop.

    ``seconds``: what one request may take. ``on_restart`` is called for each worker that had to be replaced.
    """

    def __init__(
        self, count: int, limit: int, seconds: float, on_restart: Callable[[], None] = lambda: None
    ) -> None:
        self._count = count
        self._limit = limit
        self._seconds = seconds
        self._on_restart = on_restart
        self._idle: asyncio.Queue[_Process] = asyncio.Queue()
        self._current: dict[_Process, int] = {}
        self._suspects: OrderedDict[bytes, None] = OrderedDict()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_ended = False

    @property
    def running(self) -> int:
        """How many workers can take requests or are at one."""
        return len(self._current)

    async def start(self) -> None:
        """Start a new set, and only when every one of it is ready let the old one end.

        Raises ``WorkersError`` where the settings cannot be used; the old set goes on then.
        """
        started = await asyncio.gather(*(self._started() for _ in range(self._count)), return_exceptions=True)
        errors = [one for one in started if isinstance(one, BaseException)]
        if errors:
            for one in started:
                if isinstance(one, _Process):
                    await one.kill()
            raise errors[0]
        old, self._current = self._current, {}
        for number, one in enumerate(one for one in started if isinstance(one, _Process)):
            self._current[one] = number
            self._idle.put_nowait(one)
        for _ in range(self._idle.qsize() - self._count):
            outdated = self._idle.get_nowait()
            if outdated in old:
                self._let_end(outdated)
            else:
                self._idle.put_nowait(outdated)

    async def process(self, kind: Kind, body: bytes) -> list[bytes]:
        """The requests for the next hop that ``body`` becomes, of ``limit`` bytes at most where it can be cut

        Raises ``InvalidRequestError`` or ``WorkerLostError``. A request that has already ended a worker gets
        through without its content.
        """
        digest = blake2b(body, digest_size=16).digest()
        if digest in self._suspects:
            kind = _EMPTIED[kind]
        one = await self._idle.get()
        try:
            answer, parts = await asyncio.wait_for(one.ask(kind, body), self._seconds)
        except BaseException as error:
            self._replace(one)
            if isinstance(error, (EOFError, OSError, TimeoutError)):
                self._suspect(digest)
                raise WorkerLostError from error
            raise
        self._give_back(one)
        if answer is Kind.INVALID:
            raise InvalidRequestError
        return parts

    async def metrics(self) -> dict[str, bytes]:
        """The metrics of each worker that answers in time, by its number; none while none runs."""
        asked = {number: self._run(one.ask(Kind.METRICS)) for one, number in self._current.items()}
        if not asked:
            return {}
        await asyncio.wait(asked.values(), timeout=_METRICS_SECONDS)
        return {
            str(number): task.result()[1][0]
            for number, task in asked.items()
            if task.done() and task.exception() is None
        }

    async def end(self, seconds: float) -> None:
        """Let every worker end; those that take longer than ``seconds`` are killed."""
        self._is_ended = True
        await asyncio.gather(
            *(one.end(seconds) for one in self._current), *self._tasks, return_exceptions=True
        )
        self._current.clear()

    async def _started(self) -> _Process:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", f"{__package__}.worker", str(theirs.fileno()), str(self._limit)]
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        reader, writer = await asyncio.open_connection(sock=ours)
        one = _Process(process, reader, writer)
        try:
            kind, parts = await asyncio.wait_for(frame.receive(reader), _START_SECONDS)
        except (EOFError, OSError, TimeoutError) as error:
            await one.kill()
            raise WorkersError(
                "Cannot start a worker of the stage: it ended before it was ready. Its reason stands above."
            ) from error
        if kind is not Kind.READY:
            await one.kill()
            raise WorkersError("\n".join(part.decode() for part in parts))
        return one

    def _give_back(self, one: _Process) -> None:
        if one in self._current:
            self._idle.put_nowait(one)
        else:
            self._let_end(one)

    def _let_end(self, one: _Process) -> None:
        self._run(one.end(self._seconds))

    def _replace(self, one: _Process) -> None:
        self._run(one.kill())
        number = self._current.pop(one, None)
        if number is not None and not self._is_ended:
            self._on_restart()
            self._run(self._restart(number))

    async def _restart(self, number: int) -> None:
        while not self._is_ended:
            try:
                one = await self._started()
            except WorkersError as error:
                _logger.error("%s", error)
                await asyncio.sleep(_RESTART_PAUSE_SECONDS)
                continue
            if self._is_ended or number in self._current.values():  # the set was renewed in the meantime
                await one.end(self._seconds)
                return
            self._current[one] = number
            self._idle.put_nowait(one)
            return

    def _suspect(self, digest: bytes) -> None:
        self._suspects[digest] = None
        while len(self._suspects) > _SUSPECTS:
            self._suspects.popitem(last=False)

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
