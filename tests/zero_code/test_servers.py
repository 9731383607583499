"""Under servers of several processes every span of every worker arrives once, masked, and nothing hangs.

The SDK exports once a minute here instead of every five seconds, so that what arrives arrives because the end
of each process was caught.
"""

from __future__ import annotations

import re
import socket
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from support.otlp_grpc_receiver import otlp_grpc_receiver
from support.otlp_receiver import OtlpReceiver, ReceivedSpan
from support.processes import Process, Run, eventually
from zero_code.apps.call import SECRET

CALLS = 24
SELDOM = {"OTEL_BSP_SCHEDULE_DELAY": "60000"}


def address_in(output: str) -> str | None:
    """Where the server says it listens."""
    said = re.search(r"(?:Listening at: |Uvicorn running on )(http://127\.0\.0\.1:\d+)", output)
    return said.group(1) if said else None


def accepts(address: str) -> bool:
    """True once connections are taken, which uvicorn's workers do only after it has said where."""
    host, port = address.removeprefix("http://").split(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


def ask(address: str, number: int) -> str:
    """One request; the answer is the process id of the worker that served it."""
    with urllib.request.urlopen(f"{address}/{number}", timeout=10) as response:
        answer: str = response.read().decode()
    return answer


def serve_calls(server: Process) -> tuple[set[str], int]:
    """Ask until both workers have answered, stop the server; the workers' ids and the number of calls."""
    address = server.until(address_in)
    assert eventually(lambda: accepts(address)), server.output
    workers: set[str] = set()
    asked = 0
    with ThreadPoolExecutor(4) as pool:
        while (len(workers) < 2 or asked < CALLS) and asked < 20 * CALLS:
            workers |= set(pool.map(lambda number: ask(address, number), range(asked, asked + 4)))
            asked += 4
    server.terminate()
    return workers, asked


def check_calls(receiver: OtlpReceiver, workers: set[str], asked: int) -> list[ReceivedSpan]:
    """Each call arrived once, from the worker that served it, masked and priced; returns the other spans."""
    spans = receiver.spans
    calls = [span for span in spans if span.attributes["app.call"].isdigit()]
    arrived = Counter(span.attributes["app.call"] for span in calls)
    assert arrived == Counter(str(number) for number in range(asked))
    assert {str(span.attributes["app.pid"]) for span in calls} == workers
    assert len(workers) == 2
    for span in spans:
        assert "[EMAIL]" in span.attributes["gen_ai.input.messages"]
        assert span.attributes["spanwright.cost.usd"] > 0
    assert SECRET.encode() not in receiver.raw_bytes
    return [span for span in spans if span not in calls]


@pytest.mark.parametrize("options", [(), ("--preload",)], ids=["plain", "preload"])
def test_gunicorn(run: Run, receiver: OtlpReceiver, options: tuple[str, ...]) -> None:
    """Workers forked before or after the application was loaded; what the master recorded arrives once."""
    server = run(
        "gunicorn",
        "zero_code.apps.wsgi_app:app",
        "--bind",
        "127.0.0.1:0",
        "--workers",
        "2",
        *options,
        **SELDOM,
    )
    workers, asked = serve_calls(server)
    others = check_calls(receiver, workers, asked)
    imported = Counter(span.attributes["app.call"] for span in others)
    by_whom = {str(server.pid)} if options else workers
    assert imported == Counter(f"import-{pid}" for pid in by_whom)


def test_workers_do_not_share_the_connection_of_their_master(run: Run, receiver: OtlpReceiver) -> None:
    """A master that has exported before it forks keeps its connection to itself."""
    server = run(
        *("gunicorn", "zero_code.apps.wsgi_app:app", "--bind", "127.0.0.1:0", "--workers", "2", "--preload"),
        SPANWRIGHT_TEST_FLUSH="yes",
        **SELDOM,
    )
    workers, asked = serve_calls(server)
    check_calls(receiver, workers, asked)
    connections = {(span.connection, span.attributes["app.pid"]) for span in receiver.spans}
    assert len({connection for connection, _ in connections}) == len(connections) == 3


def test_workers_export_over_grpc(run: Run) -> None:
    """The protocol that is used when nothing is said, through channels that were open before the fork."""
    with otlp_grpc_receiver() as receiver:
        server = run(
            *(
                "gunicorn",
                "zero_code.apps.wsgi_app:app",
                "--bind",
                "127.0.0.1:0",
                "--workers",
                "2",
                "--preload",
            ),
            SPANWRIGHT_TEST_FLUSH="yes",
            OTEL_EXPORTER_OTLP_PROTOCOL="grpc",
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
            **SELDOM,
        )
        workers, asked = serve_calls(server)
        check_calls(receiver, workers, asked)


def test_uvicorn(run: Run, receiver: OtlpReceiver) -> None:
    """Workers are new interpreters that end by the SIGTERM uvicorn raises again once it has shut down."""
    server = run(
        "uvicorn",
        "zero_code.apps.asgi_app:app",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--workers",
        "2",
        **SELDOM,
    )
    workers, asked = serve_calls(server)
    assert check_calls(receiver, workers, asked) == []


def test_celery(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """Processes of the prefork pool end by ``os._exit``, behind the back of every exit handler."""
    folder = tmp_path / "celery"
    folder.mkdir()
    application = ("zero_code.apps.celery_app",)
    sent = run(
        "python", "-m", *application, str(CALLS), instrumented=False, SPANWRIGHT_TEST_FOLDER=str(folder)
    )
    worker = run(
        *("celery", "-A", *application, "worker", "--pool", "prefork", "--concurrency", "2"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        SPANWRIGHT_TEST_FOLDER=str(folder),
        **SELDOM,
    )
    assert sent.wait() == 0
    assert eventually(lambda: len(list((folder / "done").glob("*"))) == CALLS), worker.output
    assert worker.terminate() == 0
    pids = {str(span.attributes["app.pid"]) for span in receiver.spans}
    assert check_calls(receiver, pids, CALLS) == []
