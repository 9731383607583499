"""Spans are held until their trace is whole, and their senders with them."""

from __future__ import annotations

import asyncio

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from spanwright_processors.stage import grouping
from spanwright_processors.stage.answer import ACCEPTED, Answer, Outcome
from spanwright_processors.stage.grouping import Grouping
from spanwright_processors.stage.workers import InvalidRequestError
from support.stage import sent_spans

ROOT = 0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "_TICK_SECONDS", 0.01)
    monkeypatch.setattr(grouping, "_SETTLE_SECONDS", 0.05)


class HandedOn:
    """What was handed on: for each time, the names of the spans of each trace."""

    def __init__(self) -> None:
        self.together: list[list[list[str]]] = []
        self.answers: list[Answer | Exception] = []

    async def __call__(self, bodies: list[bytes]) -> list[Answer]:
        self.together.append([[span.name for span in sent_spans(body)] for body in bodies])
        answer = self.answers.pop(0) if self.answers else ACCEPTED
        if isinstance(answer, Exception):
            raise answer
        return [answer] * len(bodies)

    @property
    def traces(self) -> list[list[str]]:
        return [trace for traces in self.together for trace in traces]


@pytest.fixture
def handed_on() -> HandedOn:
    return HandedOn()


def request(*spans: tuple[int, int], service: str = "a") -> bytes:
    """Spans as (trace, parent); parent 0 is a root. A span's name is ``service:trace:parent``."""
    message = ExportTraceServiceRequest()
    resource = message.resource_spans.add(schema_url="schema")
    resource.resource.attributes.add(key="service.name").value.string_value = service
    scope = resource.scope_spans.add()
    scope.scope.name = "tests"
    for trace, parent in spans:
        scope.spans.add(
            name=f"{service}:{trace}:{parent}",
            trace_id=trace.to_bytes(16, "big"),
            parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        )
    return message.SerializeToString()


async def test_a_trace_goes_on_whole_when_its_root_has_come(handed_on: HandedOn) -> None:
    """Spans of several services and requests, in whatever order; the senders wait until then."""
    groups = Grouping(10.0, 1_000_000, handed_on)
    first = asyncio.create_task(groups.add(request((1, 5), (2, 5), service="a")))
    await asyncio.sleep(0.03)
    assert not first.done()
    second = asyncio.create_task(groups.add(request((1, ROOT), (2, ROOT), service="b")))
    assert list(await asyncio.gather(first, second)) == [ACCEPTED, ACCEPTED]
    assert handed_on.traces == [["a:1:5", "b:1:0"], ["a:2:5", "b:2:0"]]


async def test_resource_and_scope_stay_with_their_spans() -> None:
    """What is put together is as if it had been sent together."""
    bodies: list[bytes] = []

    async def keep(traces: list[bytes]) -> list[Answer]:
        bodies.extend(traces)
        return [ACCEPTED] * len(traces)

    groups = Grouping(10.0, 1_000_000, keep)
    await asyncio.gather(
        groups.add(request((1, 5), service="a")), groups.add(request((1, ROOT), service="b"))
    )
    (body,) = bodies
    told = [
        (resource.resource.attributes[0].value.string_value, resource.schema_url, scope.scope.name, span.name)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert told == [("a", "schema", "tests", "a:1:5"), ("b", "schema", "tests", "b:1:0")]


async def test_a_trace_without_a_root_is_waited_for_so_long(handed_on: HandedOn) -> None:
    """A root may never come."""
    groups = Grouping(0.1, 1_000_000, handed_on)
    async with asyncio.timeout(2):
        assert await groups.add(request((1, 5))) == ACCEPTED
    assert handed_on.traces == [["a:1:5"]]


async def test_a_request_is_answered_after_its_last_trace(handed_on: HandedOn) -> None:
    """With the answer of the one that failed."""
    handed_on.answers = [ACCEPTED, Answer(Outcome.REFUSED, "no")]
    groups = Grouping(0.2, 1_000_000, handed_on)
    answer = await groups.add(request((1, ROOT), (2, 5)))
    assert answer.outcome is Outcome.REFUSED
    assert handed_on.traces == [["a:1:0"], ["a:2:5"]]


async def test_what_comes_after_a_trace_has_gone_goes_by_itself(handed_on: HandedOn) -> None:
    """It is late, not lost."""
    groups = Grouping(0.1, 1_000_000, handed_on)
    await groups.add(request((1, ROOT)))
    await groups.add(request((1, 5)))
    assert handed_on.traces == [["a:1:0"], ["a:1:5"]]


async def test_memory_is_bounded(handed_on: HandedOn) -> None:
    """The oldest traces go on, not whole."""
    groups = Grouping(10.0, 2 * len(request((1, 5))), handed_on)
    adding = [asyncio.create_task(groups.add(request((number, 5)))) for number in range(1, 6)]
    await asyncio.sleep(0.1)
    assert [trace[0] for trace in handed_on.traces] == ["a:1:5", "a:2:5", "a:3:5"]
    groups.flush()
    assert await asyncio.gather(*adding) == [ACCEPTED] * 5


async def test_flush_hands_on_everything_now(handed_on: HandedOn) -> None:
    """For the end of the stage."""
    groups = Grouping(10.0, 1_000_000, handed_on)
    adding = asyncio.create_task(groups.add(request((1, 5))))
    await asyncio.sleep(0)
    groups.flush()
    async with asyncio.timeout(1):
        assert await adding == ACCEPTED


async def test_a_failure_reaches_the_senders(handed_on: HandedOn) -> None:
    """Nobody waits for ever."""
    handed_on.answers = [RuntimeError()]
    groups = Grouping(0.05, 1_000_000, handed_on)
    with pytest.raises(RuntimeError):
        await groups.add(request((1, ROOT)))


async def test_what_is_no_message_and_what_is_empty(handed_on: HandedOn) -> None:
    """Are answered at once."""
    groups = Grouping(10.0, 1_000_000, handed_on)
    assert await groups.add(b"") == ACCEPTED
    with pytest.raises(InvalidRequestError):
        await groups.add(b"\xff\xff")


async def test_large_traces_do_not_go_together(handed_on: HandedOn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker takes one request at a time: they would wait for each other."""
    monkeypatch.setattr(grouping, "_TOGETHER_BYTES", 150)
    groups = Grouping(0.05, 1_000_000, handed_on)
    await groups.add(request(*((number, ROOT) for number in range(1, 7))))
    assert [len(traces) for traces in handed_on.together] == [3, 3]
