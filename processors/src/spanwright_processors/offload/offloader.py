"""Takes texts from the step and stores them in a thread of its own."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, attach, set_value
from spanwright_semconv.enums import DropReason

from ..audit.user_links import UserLinks
from ..background import started
from ..counters import Counters, process_counters
from ..days import day
from ..fork import watch_forks
from ..process_exit import FLUSH_SECONDS, flush_also, flush_providers
from . import layout
from .erased import ABOUT, ABOUT_TEXT
from .error import ContentError, PlaceError
from .full_text import FullText
from .place import Place, local_path, opened, public
from .prompt_registry import PromptRegistrar
from .retention import purge
from .settings import OffloadSettings
from .spool import SEGMENT_BYTES, Segment, Spool
from .store import Store

#: How long a text waits for others, so that they are stored together, in seconds: in a folder, and at a
#: store, whose requests are paid for.
LINGER_SECONDS, STORE_LINGER_SECONDS = 1.0, 5.0
#: How long a place that cannot be reached is left alone, in seconds: at first, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
#: Seconds until deleting what is due is tried again where it failed.
_PATIENCE_SECONDS = 3600.0
#: Seconds between two looks for what processes that have ended left behind.
_ROUND_SECONDS = 30.0
_logger = logging.getLogger(__name__)


def spool_folder(settings: OffloadSettings) -> Path | None:
    """Where texts wait: the folder named, else one in the folder of the texts, else of this user's state."""
    assert settings.url is not None
    if settings.spool is not None:
        return settings.spool.expanduser().absolute()
    path = local_path(settings.url)
    if path is not None:
        return path / "spool"
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(state) / "spanwright" / "spool" / layout.user_digest(public(settings.url))


class Offloader:
    """Stores texts where ``settings.url`` says. ``keep`` neither waits for the place nor raises.

    A text is safe from a kill of the process when ``keep`` returns its reference, as long as the spool's disk
    takes it; it is at the place about a second later, or when ``flush`` returns True.
    """

    def __init__(
        self,
        settings: OffloadSettings,
        place: Place | None = None,
        counters: Counters | None = None,
        linger_seconds: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        assert settings.url is not None
        self._settings = settings
        self._url = public(settings.url)
        self._given_place = place
        self._counters = process_counters() if counters is None else counters
        usual = LINGER_SECONDS if local_path(settings.url) else STORE_LINGER_SECONDS
        self._linger = usual if linger_seconds is None else linger_seconds
        self._clock = clock
        self._said: set[str] = set()
        self._spool = Spool(
            spool_folder(settings), settings.spool_bytes, settings.queue_bytes, self._say_refused
        )
        self._reset()
        watch_forks(self)
        flush_also(self)
        _at_the_end(weakref.ref(self))

    def _reset(self) -> None:
        # Re-entrant: garbage collection may end a span in the middle of this.
        self._changed = threading.Condition(threading.RLock())
        self._storing = threading.Lock()
        self._links = UserLinks()
        self._thread: threading.Thread | None = None
        self._store: Store | None = None
        self._kept = self._settled = self._failures = 0
        self._is_urgent = self._is_closed = self._is_exiting = False
        self._maintained = ""
        self._not_before = self._looked = 0.0

    def after_fork(self) -> None:
        """What waits is the parent's; connections to the place are not for two processes."""
        self._spool.forget()
        self._reset()

    def keep(self, trace_id: int, span_id: int, user: str | None, text: FullText | None) -> str | None:
        """Take a span's text, if it has any, and its user; the reference, or None where it is not kept.

        A span without text is told of as well: it may be the only one that says whose the trace is.
        """
        try:
            return self._keep(trace_id, span_id, user, text)
        except Exception as error:
            self._lose(DropReason.ERROR, type(error).__name__)
            return None

    def _keep(self, trace_id: int, span_id: int, user: str | None, text: FullText | None) -> str | None:
        with self._changed:
            user, is_news = self._links.of(trace_id, user, has_originals=text is not None)
        if text is None:
            if not is_news:
                return None
            text = FullText(trace_id, span_id, "", int(self._clock() * 1e9), ())
        if self._is_closed:
            self._lose(DropReason.SHUTDOWN, "it came after the end")
            return None
        if not self._spool.append(replace(text, user=user).encode()):
            self._lose(DropReason.QUEUE_FULL, "more waits than there is room for")
            return None
        self._wake()
        if not text.values:
            return None
        return layout.reference(self._url, text.day(self._clock()), trace_id, span_id)

    def _wake(self) -> None:
        with self._changed:
            self._kept += 1
            self._run()
            if self._kept - self._settled == 1 or self._spool.waiting() > SEGMENT_BYTES:
                self._changed.notify_all()
        if self._is_exiting and self._storing.acquire(blocking=False):  # else another thread stores it
            try:
                self._drain()
            finally:
                self._storing.release()

    def _run(self) -> None:
        """Start the thread, in this process and not before it has a text: a server may still fork."""
        if self._thread is None and not self._is_exiting:
            self._thread = started(self._work, "spanwright-offload")
            self._is_exiting = self._thread is None

    def _work(self) -> None:
        # What the place's own library does is no part of the application.
        attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
        pid, changed, pause = os.getpid(), self._changed, 0.0
        while os.getpid() == pid and not self._is_closed:
            with changed:
                if pause:
                    changed.wait_for(lambda: self._is_urgent or self._is_closed, timeout=pause)
                else:
                    changed.wait_for(self._has_work, timeout=_ROUND_SECONDS)
                    if not self._is_urgent:
                        changed.wait_for(self._is_pressing, timeout=self._linger)
            with self._storing:
                self._is_urgent = False
                self._maintain()
                is_stored = self._drain()
            pause = 0.0 if is_stored else min(max(pause * 2, FIRST_PAUSE), LONGEST_PAUSE)

    def _has_work(self) -> bool:
        return self._kept > self._settled or self._is_urgent or self._is_closed

    def _is_pressing(self) -> bool:
        return self._is_urgent or self._is_closed or self._spool.waiting() > SEGMENT_BYTES

    def _maintain(self) -> None:
        """Take over what others left; once a day, delete what is due."""
        if time.monotonic() - self._looked > _ROUND_SECONDS or not self._looked:
            self._looked = time.monotonic()
            with suppress(OSError):
                self._spool.adopt()
        today, now = day(self._clock()), time.monotonic()
        assert self._settings.url is not None
        if today == self._maintained or now < self._not_before:
            return
        self._not_before = now + _PATIENCE_SECONDS
        try:
            if local_path(self._settings.url) is None:
                self._place().put({ABOUT: ABOUT_TEXT})
            purge(
                self._place(),
                self._settings.retention_days,
                self._settings.prompt_retention_days,
                self._clock,
            )
            self._maintained = today
        except Exception as error:
            self._say(error)

    def _drain(self) -> bool:
        """Store what waits, oldest first; False if the place cannot be reached."""
        with self._changed:
            kept = self._kept
        for segment in self._spool.take():
            if not self._is_done(segment):
                with self._changed:
                    self._failures += 1
                    self._changed.notify_all()
                return False
        with self._changed:
            self._settled = max(self._settled, kept)
            self._changed.notify_all()
        return True

    def _is_done(self, segment: Segment) -> bool:
        spans: list[FullText] = []
        try:
            spans = list(segment.spans())
            if self._store is None:
                self._store = self._new_store()
            self._store.store(segment.name, spans)
        except (PlaceError, OSError) as error:
            self._say(error)
            return False
        except Exception:  # of ours: it would be the same again, but perhaps for one span only
            return self._is_done_singly(segment, spans)
        self._spool.done(segment)
        return True

    def _is_done_singly(self, segment: Segment, spans: list[FullText]) -> bool:
        """The same span by span; those that cannot be stored are lost and counted."""
        for number, span in enumerate(spans):
            try:
                if self._store is None:
                    self._store = self._new_store()
                self._store.store(f"{segment.name}-{number}", [span])
            except (PlaceError, OSError) as error:
                self._say(error)
                return False
            except Exception as error:
                self._lose(DropReason.ERROR, type(error).__name__)
        self._spool.done(segment)
        return True

    def _new_store(self) -> Store:
        settings, place = self._settings, self._place()
        registrar = None
        if settings.prompts:
            writer = f"{os.getpid()}-{os.urandom(4).hex()}"
            registrar = PromptRegistrar(place, writer, settings.prompts)
        return Store(place, settings.retention_days, registrar, self._clock)

    def _place(self) -> Place:
        assert self._settings.url is not None
        if self._given_place is None:
            return opened(self._settings.url)
        return self._given_place

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until all that was kept before is at the place; False if that fails, or time runs out.

        What is not there then waits in the spool.
        """
        with self._changed:
            target, failures = self._kept, self._failures
            if self._settled >= target:
                return True
            if self._thread is not None and self._thread.is_alive():
                self._is_urgent = True
                self._changed.notify_all()
                self._changed.wait_for(
                    lambda: self._settled >= target or self._failures > failures, timeout=seconds
                )
                return self._settled >= target
        with self._storing:
            return self._drain()

    def close(self, seconds: float = 5.0) -> bool:
        """Store what waits and end the thread. What comes later is lost and counted."""
        is_stored = self.flush(seconds)
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)
        return is_stored

    def finish(self) -> None:
        """The process ends: have exported what waits, store it, and what is still to come at once."""
        if not self._is_exiting:
            deadline = time.monotonic() + FLUSH_SECONDS
            flush_providers()
            self.flush(max(0.0, deadline - time.monotonic()))
            self._is_exiting = True

    def _lose(self, reason: DropReason, why: str) -> None:
        self._counters.content_lost(reason)
        self._say(ContentError(f"Cannot keep the full text of a span: {why}."))

    def _say_refused(self, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        self._say(
            ContentError(
                f"Cannot write to the spool {self._spool.folder}: {reason}. Texts wait in memory, and are "
                "lost if the process is killed."
            )
        )

    def _say(self, error: Exception) -> None:
        """Say once what is wrong; no exception's own text but our errors', which quote none."""
        reason = str(error) if isinstance(error, ContentError) else type(error).__name__
        if reason not in self._said and len(self._said) < 8:
            self._said.add(reason)
            with suppress(Exception):
                _logger.error(
                    "%s Spans go on; full texts wait in the spool while there is room, then they are lost "
                    "and counted.",
                    reason,
                )


def _at_the_end(reference: weakref.ref[Offloader]) -> None:
    """Finish when the main thread has ended, while the executors that stores' libraries use still work."""
    import concurrent.futures.thread  # noqa: F401 - its own end is registered first then, and comes after

    atexit.register(_flush_at_exit, reference)
    register = getattr(threading, "_register_atexit", None)
    if register is not None:
        with suppress(RuntimeError):  # the end has begun
            register(_flush_at_exit, reference)


def _flush_at_exit(reference: weakref.ref[Offloader]) -> None:
    one = reference()
    if one is not None:
        one.finish()
