"""Where the context of a request goes: into tasks, threads and executors."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from opentelemetry import context as otel_context
from opentelemetry import trace
from spanwright_instrumentation.context import context, context_attributes
from spanwright_instrumentation.threads import ThreadsInstrumentor
from spanwright_instrumentation.workflow import workflow
from support.recording import Recording


@pytest.fixture(autouse=True)
def instrumented() -> Iterator[None]:
    instrumentor = ThreadsInstrumentor()
    instrumentor.instrument()
    yield
    instrumentor.uninstrument()


class Worker(threading.Thread):
    """A thread with a ``run`` of its own."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self.work = work

    def run(self) -> None:
        self.work()


async def in_task(work: Callable[[], None]) -> None:
    async def task() -> None:
        work()

    await asyncio.create_task(task())


async def in_to_thread(work: Callable[[], None]) -> None:
    await asyncio.to_thread(work)


async def in_run_in_executor(work: Callable[[], None]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, work)


async def in_pool(work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


async def in_map(work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        list(pool.map(lambda _: work(), [1]))


async def in_thread(work: Callable[[], None]) -> None:
    ended(threading.Thread(target=work))


async def in_subclass(work: Callable[[], None]) -> None:
    ended(Worker(work))


async def in_timer(work: Callable[[], None]) -> None:
    ended(threading.Timer(0.001, work))


def ended(thread: threading.Thread) -> None:
    thread.start()
    thread.join()


WAYS = (
    in_task,
    in_to_thread,
    in_run_in_executor,
    in_pool,
    in_map,
    in_thread,
    in_subclass,
    in_timer,
)


@pytest.mark.parametrize("way", WAYS)
async def test_a_request_goes_on_there(recording: Recording, way: Any) -> None:
    """With its session, user and pipeline, in its trace, below what is current; nothing is left behind."""
    with workflow("answer", session_id="s-1", user_id="ada", pipeline="support"):
        await way(recording.chat)
    assert recording.tree() == "invoke_workflow answer\n  chat gpt-5"
    said = recording.attributes("chat gpt-5")
    for key in ("session.id", "user.hash", "spanwright.pipeline.name"):
        assert said[key] == recording.attributes("invoke_workflow answer")[key]
    assert otel_context.get_current() == {}


def test_a_pools_threads_belong_to_nobody() -> None:
    """Each thing brings its own context, whichever request made the pool grow."""
    with ThreadPoolExecutor(1) as pool:
        with context(session_id="s-1"):
            assert pool.submit(session).result() == "s-1"
        assert pool.submit(session).result() is None
        with context(session_id="s-2"):
            assert pool.submit(session).result() == "s-2"


def session() -> str | None:
    return context_attributes().get("session.id")


def test_arguments_results_and_errors_are_the_applications() -> None:
    """Whatever they are called."""

    def work(fn: int, *, self: int) -> int:
        return 1 // (fn - self)

    with context(session_id="s-1"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(work, 2, self=1).result() == 1
        with pytest.raises(ZeroDivisionError):
            pool.submit(work, 1, self=1).result()
        with pytest.raises(TypeError):
            pool.submit()  # type: ignore[call-arg]


def test_without_a_context_nothing_is_done() -> None:
    """The thread has the ``run`` that it had."""
    seen = []
    thread = threading.Thread(target=lambda: seen.append("run" in vars(thread)))
    ended(thread)
    with context(session_id="s-1"):
        thread = threading.Thread(target=lambda: seen.append("run" in vars(thread)))
        ended(thread)
    assert seen == [False, False]


def test_a_thread_is_not_kept() -> None:
    """By what it carried."""
    with context(session_id="s-1"):
        thread = Worker(lambda: None)
        ended(thread)
    left = weakref.ref(thread)
    gc.disable()
    try:
        del thread
        assert left() is None
    finally:
        gc.enable()


def test_taken_off() -> None:
    """Then threads are as Python makes them."""
    before = ThreadPoolExecutor.submit, threading.Thread.start
    ThreadsInstrumentor().uninstrument()
    assert ThreadPoolExecutor.submit is not before[0]
    assert threading.Thread.start is not before[1]
    seen = []
    with context(session_id="s-1"):
        ended(threading.Thread(target=lambda: seen.append(session())))
    assert seen == [None]
    ThreadsInstrumentor().instrument()


def test_a_context_that_was_copied_goes_before() -> None:
    """Who copies the context means that one."""
    with context(session_id="s-1"):
        copied = contextvars.copy_context()
    with context(session_id="s-2"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(copied.run, session).result() == "s-1"
    assert trace.get_current_span() is trace.INVALID_SPAN
