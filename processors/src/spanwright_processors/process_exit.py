"""Exports what is still queued where a process ends without Python's exit handlers.

The SDK flushes in an ``atexit`` handler. Celery's pool processes end by ``os._exit``, and a SIGTERM that
nobody handles ends any process at once: uvicorn raises it again after it has closed its connections, so
that each of its workers would lose the spans of its last five seconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from functools import cache
from types import FrameType
from typing import Any, Protocol
from weakref import WeakSet

#: How long the end of a process is held up at most, in seconds.
FLUSH_SECONDS = 5.0


class Flushed(Protocol):
    def flush(self, seconds: float) -> bool:
        """Write what waits; called when the providers have exported, before the process may end."""
        ...


_flushed: WeakSet[Flushed] = WeakSet()


def flush_also(part: Flushed) -> None:
    """Call ``part.flush(seconds)`` after the providers', for as long as ``part`` lives."""
    _flushed.add(part)


def flush_providers(seconds: float = FLUSH_SECONDS) -> None:
    """Export what the global providers have queued, waiting ``seconds`` at most. Never raises.

    In a thread of its own: a signal may have come while this one holds a lock of the exporter.
    """
    thread = threading.Thread(target=_flush, args=(int(seconds * 1000),), daemon=True)
    with contextlib.suppress(RuntimeError):
        thread.start()
        thread.join(seconds)


def _flush(timeout_millis: int) -> None:
    from opentelemetry import _logs, metrics, trace

    for provider in (trace.get_tracer_provider(), _logs.get_logger_provider(), metrics.get_meter_provider()):
        force_flush = getattr(provider, "force_flush", None)
        if force_flush is not None:
            with contextlib.suppress(Exception):
                force_flush(timeout_millis)
    for part in list(_flushed):
        with contextlib.suppress(Exception):
            part.flush(timeout_millis / 1000)


def flush_on_sigterm() -> None:
    """Flush before a SIGTERM ends the process, where nobody else handles it; the exit status stays the same.

    Does nothing outside the main thread, where Python allows no handlers.
    """
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    ):
        signal.signal(signal.SIGTERM, _flush_and_end)


def _flush_and_end(signum: int, _: FrameType | None) -> None:
    # The default first, so that a second SIGTERM does not wait.
    signal.signal(signum, signal.SIG_DFL)
    flush_providers()
    signal.raise_signal(signum)


@cache
def flush_at_celery_exit() -> None:
    """Flush when a process of Celery's prefork pool ends. Costs nothing where Celery is not used."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_connect_celery)


def _connect_celery() -> None:
    signals = sys.modules.get("celery.signals")
    if signals is not None:
        with contextlib.suppress(Exception):
            signals.worker_process_shutdown.connect(_celery_exit, weak=False)


def _celery_exit(**_: Any) -> None:
    flush_providers()
