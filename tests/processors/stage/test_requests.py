"""A request is answered after the next hop, and what comes again is neither processed nor sent twice."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from spanwright_processors.stage import requests as requests_module
from spanwright_processors.stage.answer import ACCEPTED, Answer, Outcome
from spanwright_processors.stage.frame import Kind
from spanwright_processors.stage.requests import Requests
from spanwright_processors.stage.signals import Signal
from spanwright_processors.stage.workers import InvalidRequestError, WorkerLostError, Workers
from support.stage import ToldNextHop, traces_request

UNAVAILABLE = Answer(Outcome.UNAVAILABLE, "down", 3.0)


class ToldWorkers:
    """Workers in memory: each request becomes its own bytes in capitals, or what ``parts`` says."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts
        self.processed: list[bytes] = []
        self.errors: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def process(self, kind: Kind, body: bytes) -> list[bytes]:
        self.processed.append(body)
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        return list(self.parts) or [body.upper()]


def requests_of(
    workers: ToldWorkers, next_hop: ToldNextHop, limit: int = 1000, group_wait_s: float = 0.0
) -> Requests:
    return Requests(cast(Workers, cast(Any, workers)), next_hop, limit, 5.0, group_wait_s)


async def test_accepted_means_accepted_by_the_next_hop() -> None:
    """The answer of the next hop goes back, a partial success too."""
    partial = Answer(Outcome.ACCEPTED, body=b"partial")
    workers, hop = ToldWorkers(), ToldNextHop(partial)
    assert await requests_of(workers, hop).export(Signal.TRACES, b"a") == partial
    assert hop.bodies == [b"A"]


async def test_what_was_not_accepted_is_not_processed_again() -> None:
    """Steps have memories: a trace that came twice would count twice."""
    workers, hop = ToldWorkers(), ToldNextHop(UNAVAILABLE, UNAVAILABLE)
    requests = requests_of(workers, hop)
    answers = [await requests.export(Signal.TRACES, b"a") for _ in range(3)]
    assert answers == [UNAVAILABLE, UNAVAILABLE, ACCEPTED]
    assert workers.processed == [b"a"]
    assert hop.bodies == [b"A"] * 3


async def test_of_a_cut_request_only_the_rest_is_sent_again() -> None:
    """The parts before it were accepted."""
    workers, hop = ToldWorkers(b"1", b"2", b"3"), ToldNextHop(ACCEPTED, UNAVAILABLE)
    requests = requests_of(workers, hop)
    assert await requests.export(Signal.TRACES, b"a") == UNAVAILABLE
    assert await requests.export(Signal.TRACES, b"a") == ACCEPTED
    assert hop.bodies == [b"1", b"2", b"2", b"3"]


async def test_a_refused_request_is_forgotten() -> None:
    """It will not come again; nothing of it stays in memory."""
    refused = Answer(Outcome.REFUSED, "no")
    workers, hop = ToldWorkers(), ToldNextHop(refused)
    requests = requests_of(workers, hop)
    assert await requests.export(Signal.TRACES, b"a") == refused
    await requests.export(Signal.TRACES, b"a")
    assert len(workers.processed) == 2


async def test_a_repetition_joins_what_is_under_way() -> None:
    """A sender that lost patience sends the same again."""
    workers, hop = ToldWorkers(), ToldNextHop()
    workers.gate.clear()
    requests = requests_of(workers, hop)
    both = [asyncio.create_task(requests.export(Signal.TRACES, b"a")) for _ in range(2)]
    await asyncio.sleep(0.01)
    workers.gate.set()
    assert await asyncio.gather(*both) == [ACCEPTED, ACCEPTED]
    assert hop.bodies == [b"A"]


async def test_what_was_accepted_behind_a_senders_back_is_not_sent_again() -> None:
    """The sender had left before the answer; its repetition is answered from memory, once."""
    workers, hop = ToldWorkers(), ToldNextHop()
    workers.gate.clear()
    requests = requests_of(workers, hop)
    first = asyncio.create_task(requests.export(Signal.TRACES, b"a"))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    workers.gate.set()
    assert await requests.drained(1.0)
    requests.is_draining = False
    assert await requests.export(Signal.TRACES, b"a") == ACCEPTED
    assert hop.bodies == [b"A"]
    await requests.export(Signal.TRACES, b"a")
    assert hop.bodies == [b"A", b"A"]


async def test_the_same_bytes_as_spans_and_as_log_records_are_two_requests() -> None:
    """Signals are told apart."""
    workers, hop = ToldWorkers(), ToldNextHop(UNAVAILABLE)
    requests = requests_of(workers, hop)
    await requests.export(Signal.TRACES, b"")
    await requests.export(Signal.LOGS, b"")
    assert len(workers.processed) == 2


async def test_more_than_may_wait_is_asked_to_come_again() -> None:
    """Memory is bounded; a single request is always taken, or it could never come through."""
    workers, hop = ToldWorkers(), ToldNextHop()
    workers.gate.clear()
    requests = requests_of(workers, hop, limit=10)
    taken = asyncio.create_task(requests.export(Signal.TRACES, b"a" * 50))
    await asyncio.sleep(0.01)
    assert requests.taken_bytes == 50
    busy = await requests.export(Signal.TRACES, b"b")
    assert busy.outcome is Outcome.BUSY
    workers.gate.set()
    assert await taken == ACCEPTED
    assert requests.taken_bytes == 0
    assert await requests.export(Signal.TRACES, b"b") == ACCEPTED


async def test_what_waits_processed_is_bounded_too() -> None:
    """The oldest is processed again when it comes again."""
    workers, hop = ToldWorkers(), ToldNextHop(*[UNAVAILABLE] * 3)
    requests = requests_of(workers, hop, limit=10)
    for body in (b"a" * 5, b"b" * 5, b"c" * 5):
        await requests.export(Signal.TRACES, body)
    for body in (b"c" * 5, b"b" * 5, b"a" * 5):
        assert await requests.export(Signal.TRACES, body) == ACCEPTED
    assert [body[:1] for body in workers.processed] == [b"a", b"b", b"c", b"a"]


async def test_every_failure_has_its_answer() -> None:
    """No message is final; a lost worker and anything unforeseen asks the sender to come again."""
    workers, hop = ToldWorkers(), ToldNextHop()
    requests = requests_of(workers, hop)
    for error, outcome in (
        (InvalidRequestError(), Outcome.INVALID),
        (WorkerLostError(), Outcome.UNAVAILABLE),
        (RuntimeError("secret content"), Outcome.UNAVAILABLE),
    ):
        workers.errors = [error]
        answer = await requests.export(Signal.TRACES, b"a")
        assert answer.outcome is outcome
        assert "secret" not in answer.message


async def test_while_draining_nothing_new_is_taken() -> None:
    """What is under way is answered; False says that something is left."""
    workers, hop = ToldWorkers(), ToldNextHop()
    workers.gate.clear()
    requests = requests_of(workers, hop)
    under_way = asyncio.create_task(requests.export(Signal.TRACES, b"a"))
    await asyncio.sleep(0.01)
    assert not await requests.drained(0.01)
    assert (await requests.export(Signal.TRACES, b"b")).outcome is Outcome.DRAINING
    workers.gate.set()
    assert await requests.drained(1.0)
    assert await under_way == ACCEPTED


def whole_trace(*names: str) -> bytes:
    return traces_request(*({"note": name} for name in names)).SerializeToString()


async def test_whole_traces_are_sent_until_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their senders wait for them and keep them: no repetition of a request is needed."""
    monkeypatch.setattr(requests_module, "_MOST_PAUSE_SECONDS", 0.01)
    workers, hop = ToldWorkers(b"1", b"2"), ToldNextHop(ACCEPTED, UNAVAILABLE, UNAVAILABLE)
    requests = requests_of(workers, hop, group_wait_s=0.05)
    assert await requests.export(Signal.TRACES, whole_trace("a")) == ACCEPTED
    assert len(workers.processed) == 1
    assert hop.bodies == [b"1", b"2", b"2", b"2"]


async def test_traces_that_fail_together_are_tried_one_by_one() -> None:
    """One that ends workers, or that the next hop refuses, costs the others nothing."""
    workers, hop = (
        ToldWorkers(),
        ToldNextHop(Answer(Outcome.REFUSED, "no"), ACCEPTED, Answer(Outcome.REFUSED)),
    )
    requests = requests_of(workers, hop, group_wait_s=0.05)
    workers.errors = [WorkerLostError()]
    answer = await requests.export(Signal.TRACES, whole_trace("a", "b"))
    assert answer.outcome is Outcome.REFUSED
    assert len(workers.processed) == 3
    assert len(set(workers.processed)) == 3


async def test_at_the_end_nobody_is_kept_waiting() -> None:
    """What the next hop does not take now stays with its sender."""
    workers, hop = ToldWorkers(), ToldNextHop(*[UNAVAILABLE] * 10)
    requests = requests_of(workers, hop, group_wait_s=30.0)
    sending = asyncio.create_task(requests.export(Signal.TRACES, whole_trace("a")))
    await asyncio.sleep(0.05)
    assert await requests.drained(2.0)
    assert (await sending).outcome is Outcome.UNAVAILABLE
