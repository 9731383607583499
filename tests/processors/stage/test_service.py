"""``spanwright stage`` as users run it: nothing acknowledged is lost, nothing unmasked passes."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import grpc  # type: ignore[import-untyped]
import pytest
from spanwright_processors.stage.service import Stage
from spanwright_processors.stage.settings import NextHopSettings, StageSettings
from spanwright_processors.stage.signals import Signal
from support.processes import BIN, Process
from support.stage import (
    ADDRESS,
    Receiver,
    free_address,
    http_receiver,
    install_faulty_step,
    texts,
    traces_request,
)

PROTOBUF = {"Content-Type": "application/x-protobuf"}


class Running:
    """A stage that runs, and its addresses."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.grpc, self.http, self.admin = free_address(), free_address(), free_address()
        self.process = Process(
            [str(BIN / "spanwright"), "stage"],
            {
                "SPANWRIGHT_STAGE_GRPC": self.grpc,
                "SPANWRIGHT_STAGE_HTTP": self.http,
                "SPANWRIGHT_STAGE_ADMIN": self.admin,
                "SPANWRIGHT_STAGE_NEXT_PROTOCOL": "http/protobuf",
                "SPANWRIGHT_STEPS": "mask",
                **environment,
            },
            folder,
            folder / "stage.log",
        )

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://{self.admin}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def wait_until_ready(self) -> Running:
        self.process.until(lambda _: self.get("/readyz")[0] == 200 or None, 40)
        return self

    def post(self, body: bytes, signal_: Signal = Signal.TRACES) -> int:
        request = urllib.request.Request(f"http://{self.http}{signal_.http_path}", body, PROTOBUF)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def call(self, body: bytes) -> grpc.StatusCode:
        with grpc.insecure_channel(self.grpc) as channel:
            try:
                channel.unary_unary(Signal.TRACES.grpc_method)(body, timeout=30)
            except grpc.RpcError as error:
                return error.code()
        return grpc.StatusCode.OK


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as receiver:
        yield receiver


def body(number: int = 0, **attributes: str) -> bytes:
    return traces_request({"note": f"{number} {ADDRESS}", **attributes}).SerializeToString()


def notes(receiver: Receiver) -> list[str]:
    return [texts(span).get("note", "") for span in receiver.spans]


@pytest.fixture
def stage(tmp_path: Path, receiver: Receiver) -> Iterator[Running]:
    folder = tmp_path / "faulty"
    folder.mkdir()
    install_faulty_step(folder)
    configuration = tmp_path / "spanwright.yaml"
    configuration.write_text("steps: [faulty, mask]\n")
    running = Running(
        tmp_path,
        {
            "PYTHONPATH": str(folder),
            "SPANWRIGHT_STAGE_NEXT_ENDPOINT": receiver.url,
            "SPANWRIGHT_STEPS": "",
            "SPANWRIGHT_CONFIG_FILE": str(configuration),
            "SPANWRIGHT_STAGE_RELOAD_CHECK_MS": "100",
            "SPANWRIGHT_STAGE_WORKERS": "2",
        },
    ).wait_until_ready()
    yield running
    running.process.terminate()


def test_a_day_in_the_life(stage: Running, receiver: Receiver, tmp_path: Path) -> None:
    """Both ways in; a next hop that is down and comes back; a step that ends its worker; hostile bytes; a new
    policy, a wrong one; the end. One process, since it takes seconds to start."""
    # Both ways in.
    assert stage.post(body(1)) == 200
    assert stage.call(body(2)) is grpc.StatusCode.OK
    assert notes(receiver) == ["1 [EMAIL]", "2 [EMAIL]"]

    # The next hop is down: the sender keeps the request, and sends it again.
    receiver.statuses = [(503,), (502,)]
    assert stage.post(body(3)) == 503
    assert stage.call(body(3)) is grpc.StatusCode.UNAVAILABLE
    assert stage.post(body(3)) == 200
    receiver.statuses = [(400,)]
    assert stage.post(body(4)) == 400
    del receiver.received[:]

    # A step ends its worker: once more, then without content.
    fatal = body(5, crash="yes")
    assert stage.post(fatal) == 503
    stage.process.until(lambda _: "spanwright_stage_workers 2.0" in stage.get("/metrics")[1] or None)
    assert stage.post(fatal) == 200
    (span,) = receiver.spans
    assert texts(span) == {}

    # Hostile bytes.
    assert stage.post(b"\xff" * 1000) == 400
    assert stage.call(b"\xff" * 1000) is grpc.StatusCode.INVALID_ARGUMENT
    assert stage.post(b"", Signal.LOGS) == 200

    # What it says of itself.
    metrics = stage.get("/metrics")[1]
    assert 'spanwright_processing_spans_total{worker="' in metrics
    assert "spanwright_stage_worker_restarts_total 1.0" in metrics
    assert 'spanwright_stage_outcome="unavailable"' in metrics

    # A wrong policy is not taken, a right one is, without a request refused.
    configuration = tmp_path / "spanwright.yaml"
    configuration.write_text("steps: [masc]\n")
    stage.process.until(lambda output: "Cannot reload the stage" in output or None)
    assert stage.post(body(6)) == 200
    configuration.write_text("steps: [mask]\nmask: {preset: 'off'}\n")
    del receiver.received[:]
    number = 10
    while f"{number - 1} {ADDRESS}" not in notes(receiver):
        assert stage.post(body(number)) == 200
        number += 1
    assert 'spanwright_stage_outcome="accepted"} 1.0' in stage.get("/metrics")[1]
    assert ADDRESS not in stage.process.output


def test_requests_under_way_are_answered_at_the_end(tmp_path: Path, receiver: Receiver) -> None:
    """SIGTERM: what has come is processed, handed on and answered, and the exit status is 0."""
    from concurrent.futures import ThreadPoolExecutor

    stage = Running(tmp_path, {"SPANWRIGHT_STAGE_NEXT_ENDPOINT": receiver.url}).wait_until_ready()
    with ThreadPoolExecutor(8) as threads:
        large = [
            traces_request(*({"note": f"{number} {ADDRESS}"} for _ in range(200))).SerializeToString()
            for number in range(16)
        ]
        answers = [threads.submit(stage.post, one) for one in large]
        assert receiver.arrived.wait(20)
        os.kill(stage.process.pid, signal.SIGTERM)
        statuses: list[int] = []
        for answer in answers:
            try:
                statuses.append(answer.result())
            except OSError:  # not taken any more: the sender keeps it
                statuses.append(0)
    assert stage.process.wait() == 0
    assert 200 in statuses
    assert set(statuses) <= {200, 503, 0}
    assert len(receiver.spans) == 200 * statuses.count(200)
    assert not any(ADDRESS in note for note in notes(receiver))


def test_a_stage_that_cannot_mask_does_not_start(tmp_path: Path) -> None:
    """Its senders keep what they have; the reason is one sentence."""
    environment = {"SPANWRIGHT_STAGE_NEXT_ENDPOINT": "http://127.0.0.1:1", "SPANWRIGHT_STEPS": "masc"}
    stage = Running(tmp_path, environment)
    assert stage.process.wait() == 2
    assert 'no step "masc" is installed. Did you mean mask?' in stage.process.output
    assert "Traceback" not in stage.process.output


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (StageSettings(), "it is not told where to send"),
        (StageSettings(next=NextHopSettings("http://a:1"), grpc=None, http=None), "it listens nowhere"),
    ],
)
def test_a_stage_that_leads_nowhere_does_not_start(settings: StageSettings, said: str) -> None:
    """One clear error before anything is started."""
    with pytest.raises(ValueError, match=said):
        Stage(settings)


@pytest.mark.usefixtures("only_mask")
async def test_not_ready_while_it_ends(receiver: Receiver) -> None:
    """An orchestrator sends nothing new to a stage that is going."""
    settings = StageSettings(
        grpc=free_address(),
        http=None,
        admin=None,
        workers=1,
        next=NextHopSettings(receiver.url, "http/protobuf"),
        drain_ms=2000,
    )
    stage = Stage(settings, {})
    assert stage.problem() == "not serving"
    begun = time.monotonic()
    await stage.start()
    assert stage.problem() is None
    await stage.stop()
    assert stage.problem() == "not serving"
    assert time.monotonic() - begun < 30
    await asyncio.sleep(0)
