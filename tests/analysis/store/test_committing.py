"""Requests into the store."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from spanwright_analysis.store import committing
from spanwright_analysis.store.backend import Store, Written
from spanwright_analysis.store.batch import Batch
from spanwright_analysis.store.committing import Committer
from spanwright_analysis.store.error import UnavailableError, UnwritableError
from spanwright_analysis.store.measures import Measures
from spanwright_processors.stage.answer import Answer, Outcome
from spanwright_processors.stage.signals import Signal
from support.otlp_traces import ROOT, logs, traces


class Recorded:
    """A store that keeps what it is given, or fails as it is told."""

    def __init__(self, write: Callable[[Batch], None] = lambda _: None) -> None:
        self.batches: list[Batch] = []
        self.retained = 0
        self._write = write

    def first_day(self) -> str:
        return "2026-10-25"

    def write(self, batch: Batch) -> Written:
        self._write(batch)
        self.batches.append(batch)
        return Written(len(batch.spans), len(batch.events), 0)

    def retain(self) -> list[str]:
        self.retained += 1
        return ["2026-01-01"]


def committer(store: Recorded, **options: Any) -> Committer:
    made = Committer(cast(Store, store), Measures(), **options)
    made.start()
    return made


def assert_(happened: bool) -> None:
    assert happened


def body(trace: int) -> bytes:
    return traces(ROOT, trace=trace, at=time.time() - 60).SerializeToString()


async def test_requests_are_gathered_and_answered_when_they_are_stored() -> None:
    """One commit for those of a moment; none is answered before it."""
    begun, go = threading.Event(), threading.Event()

    def write(_: Batch) -> None:
        begun.set()
        assert go.wait(10)

    store = Recorded(write)
    commits = committer(store, gather_s=0.2)
    tasks = [asyncio.create_task(commits.export(Signal.TRACES, "grpc", body(number))) for number in (1, 2, 3)]
    await asyncio.to_thread(begun.wait, 10)
    assert [task.done() for task in tasks] == [False] * 3
    assert commits.waiting_bytes > 0
    go.set()
    answers = await asyncio.gather(*tasks)
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 3
    assert [len(batch) for batch in store.batches] == [3]
    assert commits.waiting_bytes == 0
    assert await commits.drain(5)


async def test_what_is_refused_is_told_in_the_answer() -> None:
    """As OTLP's partial success; a log record that is no event is nobody's fault."""
    commits = committer(Recorded(), gather_s=0.0)
    answer = await commits.export(Signal.TRACES, "http", traces(ROOT, at=1).SerializeToString())
    told = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert (told.rejected_spans, told.error_message) == (1, "no time: 1")
    fine = await commits.export(Signal.TRACES, "http", body(1))
    assert fine.body == b""
    answer = await commits.export(Signal.LOGS, "http", logs(("", {}), at=time.time()).SerializeToString())
    assert not ExportLogsServiceResponse.FromString(answer.body).HasField("partial_success")
    await commits.drain(5)


async def test_what_is_no_otlp_is_refused_for_good() -> None:
    """Without harm to others."""
    commits = committer(Recorded(), gather_s=0.05)
    bad, good = await asyncio.gather(
        commits.export(Signal.TRACES, "http", b"\xff\xff"), commits.export(Signal.TRACES, "http", body(1))
    )
    assert (bad.outcome, good.outcome) == (Outcome.INVALID, Outcome.ACCEPTED)
    await commits.drain(5)


async def test_while_the_database_is_away_senders_come_again(caplog: pytest.LogCaptureFixture) -> None:
    """And readiness says so, once in the log; afterwards all is as before."""
    away = threading.Event()
    away.set()

    def write(_: Batch) -> None:
        if away.is_set():
            raise UnavailableError("Cannot use the store: it is away. Try again later.")

    commits = committer(Recorded(write), gather_s=0.0)
    for _ in range(2):
        answer = await commits.export(Signal.TRACES, "grpc", body(1))
        assert answer.outcome is Outcome.UNAVAILABLE
        assert answer.outcome.is_retryable
    told = commits.problem
    assert told == "UnavailableError"
    away.clear()
    assert (await commits.export(Signal.TRACES, "grpc", body(1))).is_accepted
    assert commits.problem is None
    said = [record.levelname for record in caplog.records if record.name == committing.__name__]
    assert said == ["ERROR"]
    await commits.drain(5)


async def test_one_that_cannot_be_stored_harms_no_other() -> None:
    """It is found by storing each apart, and refused for good."""

    def write(batch: Batch) -> None:
        if any(trace == f"{2:032x}" for trace, _ in batch.spans):
            raise UnwritableError("no")

    store = Recorded(write)
    commits = committer(store, gather_s=0.2)
    answers: list[Answer] = await asyncio.gather(
        *(commits.export(Signal.TRACES, "grpc", body(number)) for number in (1, 2, 3))
    )
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    await commits.drain(5)


async def test_no_more_is_held_than_may_be() -> None:
    """Who comes beyond is asked to come again; nothing comes in once it drains."""
    go = threading.Event()
    commits = committer(Recorded(lambda _: assert_(go.wait(10))), gather_s=0.0, max_waiting_bytes=400)
    first = asyncio.create_task(commits.export(Signal.TRACES, "grpc", body(1)))
    await asyncio.sleep(0.05)
    assert (await commits.export(Signal.TRACES, "grpc", body(2))).outcome is Outcome.BUSY
    draining = asyncio.create_task(commits.drain(5))
    await asyncio.sleep(0)
    assert (await commits.export(Signal.TRACES, "grpc", body(3))).outcome is Outcome.DRAINING
    go.set()
    assert await draining
    assert (await first).is_accepted


async def test_what_is_past_the_retention_goes_from_time_to_time() -> None:
    """Between commits, in the same thread."""
    store = Recorded()
    commits = committer(store, gather_s=0.0, retain_every_s=0.01)
    await asyncio.sleep(0.05)
    await commits.export(Signal.TRACES, "grpc", body(1))
    await commits.drain(5)
    assert store.retained > 0
