"""Takes originals from the mask step and writes them in a thread of its own."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from ..background import started
from ..fork import watch_forks
from ..process_exit import flush_also
from .audit_log import AuditLog, Writer
from .error import AuditError
from .frame import Kind
from .originals import Originals, Record, Replaced, packed
from .retention import complete_abandoned, purge, purge_and_note
from .segment import Item
from .settings import AuditSettings
from .user_links import UserLinks

#: How long a record waits for others, so that they reach the disk together, in seconds.
LINGER_SECONDS = 0.2
_DAY_SECONDS = 86_400
_logger = logging.getLogger(__name__)


def recorder(settings: AuditSettings, clock: Callable[[], float] = time.time) -> Originals | None:
    """Who keeps originals as ``settings`` say; None where nobody does.

    What is due is deleted here. Where anything is missing, one error in the log says what: masking goes on,
    and no original is kept.
    """
    if settings.directory is None:
        return None
    try:
        log = AuditLog.opened(settings, clock=clock)
        log.folder.prepare()
        _purge(log)
    except (AuditError, OSError) as error:
        _logger.error("%s Until this is corrected, no original is kept.", _reason(error))
        _purge_without_key(settings, clock)
        return None
    return Recorder(log)


class _Waiting:
    """A record that is not written yet."""

    __slots__ = ("kind", "record", "size", "span_id", "trace_id", "user")

    def __init__(self, kind: Kind, trace_id: int, span_id: int, user: str | None, record: Record) -> None:
        self.kind = kind
        self.trace_id = trace_id
        self.span_id = span_id
        self.user = user
        self.record = record
        self.size = 200 + sum(
            100 + len(replaced.key) + sum(80 + len(original) for _, original, _ in replaced.edits)
            for replaced in record.replaced
        )

    def item(self) -> Item:
        """The record encoded; raises what an attribute or id of no known shape makes it raise."""
        if self.trace_id >> 128 or self.span_id >> 64:
            raise OverflowError
        content = self.record.encode() if self.kind == Kind.ORIGINALS else packed(b"{}")
        return Item(self.kind, self.trace_id, self.span_id, self.user, content)


class Recorder:
    """Keeps originals by ``Originals``; each process writes files of its own.

    ``lost`` counts the records that found the queue full or could not be written. A record is safe from a
    kill of the process when it is written, a fraction of a second after ``keep`` or when ``flush`` returns.
    """

    def __init__(self, log: AuditLog, linger_seconds: float = LINGER_SECONDS) -> None:
        self._log = log
        self._linger = linger_seconds
        self._said: set[str] = set()
        self._writer = Writer(log)
        self._reset()
        watch_forks(self)
        flush_also(self)
        atexit.register(_flush_at_exit, weakref.ref(self))

    def _reset(self) -> None:
        # Re-entrant: garbage collection may end a span in the middle of this.
        self._changed = threading.Condition(threading.RLock())
        self._writing = threading.Lock()
        self._queue: deque[_Waiting] = deque()
        self._bytes = 0
        self._links = UserLinks()
        self._thread: threading.Thread | None = None
        self._urgent = False
        self._closed = False
        self._is_exiting = False
        self._kept = self._settled = 0
        self.lost = 0
        self._lost_noted = 0
        self._maintained = ""

    def after_fork(self) -> None:
        """What waits is the parent's, and so is its file."""
        self._writer.leave()
        self._reset()

    def keep(self, trace_id: int, span_id: int, user_hash: object, replaced: Sequence[Replaced]) -> None:
        """Queue what was replaced. Takes microseconds, never raises an ``Exception``."""
        try:
            self._keep(trace_id, span_id, user_hash, replaced)
        except Exception as error:
            self.lost += 1
            self._say(type(error).__name__)

    def _keep(self, trace_id: int, span_id: int, user_hash: object, replaced: Sequence[Replaced]) -> None:
        user = user_hash if isinstance(user_hash, str) and user_hash else None
        with self._changed:
            user, is_news = self._links.of(trace_id, user, has_originals=bool(replaced))
            if replaced:
                kind = Kind.ORIGINALS
            elif is_news:
                kind = Kind.USER
            else:
                self._run()
                return
            record = Record(int(self._log.clock() * 1e9), tuple(replaced))
            self._add(_Waiting(kind, trace_id, span_id, user, record))
        if self._is_exiting and self._writing.acquire(blocking=False):  # else another thread writes it
            try:
                self._write(sync=False)
            finally:
                self._writing.release()

    def _add(self, waiting: _Waiting) -> None:
        limit = self._log.settings.queue_bytes
        if self._closed or self._bytes + waiting.size > limit:
            self.lost += 1
            self._say("more was masked than can be written, or waits after the end")
            return
        self._queue.append(waiting)
        self._kept += 1
        self._bytes += waiting.size
        self._run()
        if len(self._queue) == 1 or self._bytes * 2 > limit:
            self._urgent = self._urgent or self._bytes * 2 > limit
            self._changed.notify_all()

    def _run(self) -> None:
        """Start the thread, in this process and not before it has a span: a server may still fork."""
        if self._thread is None and not self._is_exiting:
            self._thread = started(self._work, "spanwright-audit")
            self._is_exiting = self._thread is None

    def _work(self) -> None:
        pid, changed = os.getpid(), self._changed
        due = self._maintain()
        while os.getpid() == pid and not self._closed:
            with changed:
                # A long sleep in short ones: a laptop's or a container's clock may have stood still.
                changed.wait_for(lambda: self._queue or self._closed or self._urgent, timeout=min(due, 600.0))
                if self._queue and not self._urgent:
                    changed.wait_for(lambda: self._urgent or self._closed, timeout=self._linger)
                self._urgent = False
            self._drain()
            due = self._seconds_to_midnight()
            if self._log.today() != self._maintained:
                due = self._maintain()

    def _seconds_to_midnight(self) -> float:
        return _DAY_SECONDS - self._log.clock() % _DAY_SECONDS

    def _maintain(self) -> float:
        """What is done at the start and on every day; the seconds until the next time."""
        self._maintained = self._log.today()
        try:
            with self._writing:
                self._writer.complete_outdated()
            _purge(self._log)
            complete_abandoned(self._log)
        except Exception as error:
            self._say(_reason(error))
        return self._seconds_to_midnight()

    def _drain(self) -> None:
        """Write what waits."""
        with self._writing:
            self._write()

    def _write(self, *, sync: bool = True) -> None:
        with self._changed:
            # In one go: a span that garbage collection ends in this thread adds to the queue meanwhile.
            batch, self._queue, self._bytes = self._queue, deque(), 0
            lost = self.lost
        try:
            if batch or (lost > self._lost_noted and self._writer.is_open):
                items = [item for waiting in batch if (item := self._item(waiting)) is not None]
                self._writer.append(items, lost=lost - self._lost_noted, sync=sync)
                self._lost_noted = lost
        except Exception as error:
            self.lost += len(batch)
            self._say(_reason(error))
        with self._changed:
            self._settled += len(batch)
            self._changed.notify_all()

    def _item(self, waiting: _Waiting) -> Item | None:
        try:
            return waiting.item()
        except Exception as error:
            self.lost += 1
            self._say(_reason(error))
            return None

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until all that was kept before is on the disk or counted as lost; False if time runs out."""
        with self._changed:
            target = self._kept
            if self._settled >= target:
                return True
            if self._thread is not None and self._thread.is_alive():
                self._urgent = True
                self._changed.notify_all()
                return self._changed.wait_for(lambda: self._settled >= target, timeout=seconds)
        self._drain()
        return True

    def close(self, seconds: float = 5.0) -> bool:
        """Write what waits, complete the file and end the thread. What comes later is lost and counted."""
        flushed = self.flush(seconds)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)
        with self._writing:
            try:
                self._writer.complete()
            except (AuditError, OSError) as error:
                self._say(_reason(error))
        return flushed

    def finish(self) -> None:
        """The process ends: write what waits, and what is still to come at once."""
        self.flush()
        self._is_exiting = True

    def _say(self, reason: str) -> None:
        """Say once why originals are lost; no exception's own text but our errors', which quote none."""
        if reason not in self._said and len(self._said) < 8:
            self._said.add(reason)
            with suppress(Exception):
                _logger.error(
                    "Cannot write the audit log: %s. Masking goes on; originals are lost and counted.",
                    reason.rstrip("."),
                )


def _reason(error: Exception) -> str:
    if isinstance(error, AuditError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def _purge(log: AuditLog) -> None:
    """Delete what is due, whether or not that can be noted."""
    try:
        purge_and_note(log)
    except OSError as error:
        raise AuditError(
            f"Cannot delete what is due in {log.folder.path}: {error.strerror}. Delete it."
        ) from error


def _purge_without_key(settings: AuditSettings, clock: Callable[[], float]) -> None:
    from .folder import Folder

    if settings.directory is not None:
        with suppress(OSError):
            purge(Folder(settings.directory), settings.retention_days, clock)


def _flush_at_exit(reference: weakref.ref[Recorder]) -> None:
    one = reference()
    if one is not None:
        one.finish()
