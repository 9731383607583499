"""Workers are replaced when they end or hang, and a bad policy never replaces a good one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from spanwright_processors.stage.frame import Kind
from spanwright_processors.stage.workers import InvalidRequestError, WorkerLostError, Workers, WorkersError
from support.stage import ADDRESS, sent_spans, texts, traces_request


@asynccontextmanager
async def running(count: int = 1, seconds: float = 20.0) -> AsyncIterator[tuple[Workers, list[int]]]:
    """Workers, and one entry for each that was replaced."""
    restarts: list[int] = []
    workers = Workers(count, 1_000_000, seconds, lambda: restarts.append(1))
    await workers.start()
    try:
        yield workers, restarts
    finally:
        await workers.end(5.0)


def body(**attributes: str) -> bytes:
    return traces_request(attributes).SerializeToString()


async def until_running(workers: Workers, count: int) -> None:
    async with asyncio.timeout(20):
        while workers.running < count:
            await asyncio.sleep(0.02)


@pytest.mark.usefixtures("only_mask")
async def test_requests_are_processed_at_the_same_time() -> None:
    """Every one by one of the workers, through the steps."""
    async with running(2) as (workers, restarts):
        many = [workers.process(Kind.TRACES, body(note=f"{number} {ADDRESS}")) for number in range(20)]
        results = await asyncio.gather(*many)
        assert [texts(sent_spans(*parts)[0])["note"] for parts in results] == [
            f"{number} [EMAIL]" for number in range(20)
        ]
        assert sorted(await workers.metrics()) == ["0", "1"]
        assert restarts == []


@pytest.mark.usefixtures("only_mask")
async def test_what_is_no_message_is_told_apart() -> None:
    """The worker goes on."""
    async with running() as (workers, restarts):
        with pytest.raises(InvalidRequestError):
            await workers.process(Kind.TRACES, b"\xff\xff\xff")
        assert sent_spans(*await workers.process(Kind.TRACES, body(note="fine")))
        assert restarts == []


@pytest.mark.usefixtures("faulty_step")
@pytest.mark.parametrize("fault", ["crash", "hang"])
async def test_a_worker_that_ends_or_hangs_is_replaced(fault: str) -> None:
    """The request is to come again; when it does it gets through without content, and ends nobody."""
    async with running(1, 1.0) as (workers, restarts):
        bad = body(**{fault: "yes", "note": ADDRESS})
        begun = time.monotonic()
        with pytest.raises(WorkerLostError):
            await workers.process(Kind.TRACES, bad)
        assert time.monotonic() - begun < 10
        await until_running(workers, 1)
        (span,) = sent_spans(*await workers.process(Kind.TRACES, bad))
        assert texts(span) == {}
        assert span.span_id == (1).to_bytes(8, "big")
        assert (
            texts(sent_spans(*await workers.process(Kind.TRACES, body(note=ADDRESS)))[0])["note"] == "[EMAIL]"
        )
        assert restarts == [1]


async def test_there_are_metrics_while_no_worker_runs() -> None:
    """A stage whose workers are all being replaced is still scraped: an alarm needs it most then."""
    assert await Workers(1, 1000, 1.0).metrics() == {}


@pytest.mark.usefixtures("only_mask")
async def test_a_new_policy_replaces_the_old_one_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go on while the new workers start; those after it meet the new policy."""
    async with running(2) as (workers, restarts):
        monkeypatch.setenv("SPANWRIGHT_MASK_PRESET", "off")
        reload = asyncio.create_task(workers.start())
        while not reload.done():
            assert sent_spans(*await workers.process(Kind.TRACES, body(note=ADDRESS)))
        await reload
        for _ in range(4):
            (span,) = sent_spans(*await workers.process(Kind.TRACES, body(note=ADDRESS)))
            assert texts(span)["note"] == ADDRESS
        assert workers.running == 2
        assert restarts == []


@pytest.mark.usefixtures("only_mask")
async def test_a_policy_that_cannot_be_used_leaves_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error has the problems as the user would see them at a start."""
    async with running() as (workers, _):
        monkeypatch.setenv("SPANWRIGHT_MASK_PRESET", "loose")
        with pytest.raises(WorkersError, match="Cannot use SPANWRIGHT_MASK_PRESET"):
            await workers.start()
        (span,) = sent_spans(*await workers.process(Kind.TRACES, body(note=ADDRESS)))
        assert texts(span)["note"] == "[EMAIL]"


async def test_no_workers_start_with_wrong_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that cannot mask does not run at all: its senders keep what they have."""
    monkeypatch.setenv("SPANWRIGHT_STEPS", "masc")
    with pytest.raises(WorkersError, match=r'no step "masc" is installed. Did you mean mask\?'):
        await Workers(2, 1000, 1.0).start()
