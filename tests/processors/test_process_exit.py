"""What is queued is exported where a process ends behind the back of its exit handlers."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time

from spanwright_processors.process_exit import flush_on_sigterm, flush_providers


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a process where flushing prints ``flushed``."""
    prelude = """
        import os, signal, sys, threading, time
        from opentelemetry import trace
        from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
        from spanwright_processors.process_exit import flush_at_celery_exit, flush_on_sigterm

        class Tell(SpanProcessor):
            def force_flush(self, timeout_millis=0):
                print("flushed", flush=True)
                return True

        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(Tell())
        trace.set_tracer_provider(provider)
    """
    command = [sys.executable, "-c", textwrap.dedent(prelude) + textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_sigterm_flushes_and_still_ends_the_process() -> None:
    """Whoever waits for the process sees that it was terminated by the signal."""
    done = run("flush_on_sigterm(); signal.raise_signal(signal.SIGTERM); print('survived')")
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGTERM, "flushed\n", "")


def test_a_handler_of_the_application_is_left_alone() -> None:
    """An application that handles SIGTERM itself decides itself."""
    done = run(
        """
        signal.signal(signal.SIGTERM, lambda *_: print("mine"))
        flush_on_sigterm()
        signal.raise_signal(signal.SIGTERM)
        """
    )
    assert (done.returncode, done.stdout) == (0, "mine\n")


def test_a_flush_that_hangs_is_not_waited_for_long() -> None:
    """An exporter whose lock the interrupted code holds delays the end by the limit, no more."""
    done = run(
        """
        import spanwright_processors.process_exit as process_exit
        process_exit.flush_providers.__defaults__ = (0.2,)
        lock = threading.Lock()
        Tell.force_flush = lambda *_: lock.acquire()
        flush_on_sigterm()
        with lock:
            signal.raise_signal(signal.SIGTERM)
        """
    )
    assert done.returncode == -signal.SIGTERM


def test_outside_the_main_thread_nothing_is_installed() -> None:
    """Python allows handlers only there, and an application started from a thread must not fail for it."""
    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=flush_on_sigterm)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_forked_celery_process_flushes_at_its_end() -> None:
    """The signal Celery sends before ``os._exit`` is heard in the child, once, however it was connected."""
    done = run(
        """
        flush_at_celery_exit(); flush_at_celery_exit()
        from celery import signals
        child = os.fork()
        if child == 0:
            signals.worker_process_shutdown.send(sender=None, pid=os.getpid(), exitcode=0)
            os._exit(0)
        os.waitpid(child, 0)
        print("end")
        """
    )
    assert (done.stdout, done.stderr) == ("flushed\nend\n", "")


def test_flushing_without_providers_is_quick_and_silent() -> None:
    """The API's placeholders have nothing to flush."""
    started = time.monotonic()
    flush_providers()
    assert time.monotonic() - started < 2


def test_what_waits_elsewhere_is_flushed_as_well() -> None:
    """A part that keeps something of its own writes it after the providers; its errors are its own."""
    done = run("""
        from spanwright_processors.process_exit import flush_also, flush_providers

        class Part:
            def __init__(self, fails): self.fails = fails
            def flush(self, seconds):
                print(f"part {seconds}", flush=True)
                if self.fails: raise OSError

        parts = [Part(True), Part(False), Part(True)]
        for part in parts: flush_also(part)
        del parts[0], part
        flush_providers(2.0)
    """)
    assert (done.stdout.splitlines()[0], sorted(done.stdout.splitlines()[1:])) == (
        "flushed",
        ["part 2.0"] * 2,
    )
