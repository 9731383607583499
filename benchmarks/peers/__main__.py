"""``make bench-peers``: each peer in an environment of its own, the same calls in turns, and the cases.

In each environment three processes take turns: the bare SDK, Spanwright and the peer, so that both are
compared with the same versions at the same moment. Writes docs/reference/peers.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from support.environments import ROOT, Environment, NotInstallableError

from .emitters import BARE, OURS, PEERS, Peer
from .page import page

PAGE = ROOT / "docs" / "reference" / "peers.md"


@dataclass
class Result:
    """What one peer's environment gave.

    :param versions: of its packages and the SDKs.
    :param added: call -> emitter -> µs of CPU added for the caller, over the bare SDK.
    :param in_all: the same for all threads.
    :param bare: call -> µs of the bare SDK.
    :param cases: emitter -> title -> right, wrong or nothing to judge.
    """

    peer: Peer
    versions: dict[str, str] = field(default_factory=dict)
    added: dict[str, dict[str, float]] = field(default_factory=dict)
    in_all: dict[str, dict[str, float]] = field(default_factory=dict)
    bare: dict[str, float] = field(default_factory=dict)
    cases: dict[str, dict[str, bool | None]] = field(default_factory=dict)


def environment_of(peer: Peer) -> Environment:
    """Installed beside the tests' own."""
    sources = ("semconv", "processors[presidio]", "instrumentation")
    return Environment(f"peer_{peer.name}", peer.packages, sources=sources)


class Worker:
    """One emitter in a process of its own."""

    def __init__(self, python: Path, emitter: Peer, task: str) -> None:
        self._noise = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [str(python), "-W", "ignore", "-m", "benchmarks.peers.worker", emitter.name, task],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            text=True,
        )

    def told(self, question: dict[str, Any] | None = None) -> Any:
        """The next answer, to this question."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if question is not None:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._noise.seek(0)
            raise RuntimeError(f"Cannot measure: the process has ended. {self._noise.read()[-500:]}")
        return json.loads(line)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def _environment() -> dict[str, str]:
    ours = ("PYTHON", "OTEL_", "SPANWRIGHT_", "VIRTUAL_ENV")
    found = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return found | {"SPANWRIGHT_INSTRUMENTATION_STREAM_DEADLINE": "1"}


def examined(peer: Peer, *, rounds: int, times: int) -> Result:
    """All of one peer."""
    python = environment_of(peer).python()
    result = Result(peer, versions=_versions(python, peer))
    for emitter in (OURS, peer):
        worker = Worker(python, emitter, "cases")
        result.cases[emitter.name] = worker.told()
        worker.close()
    workers = {emitter.name: Worker(python, emitter, "measure") for emitter in (BARE, OURS, peer)}
    try:
        names = [worker.told()["calls"] for worker in workers.values()]
        for name in names[0]:
            _measure(result, workers, name, rounds, times)
    finally:
        for worker in workers.values():
            worker.close()
    return result


def _measure(result: Result, workers: dict[str, Worker], name: str, rounds: int, times: int) -> None:
    samples: dict[str, list[dict[str, float]]] = {emitter: [] for emitter in workers}
    for at in range(rounds + 1):
        for emitter, worker in workers.items():
            found = worker.told({"call": name, "times": times})
            if found is not None and at:  # the first round warms up
                samples[emitter].append(found)
    bare = samples.pop(BARE.name)
    result.bare[name] = statistics.median(each["caller"] for each in bare)
    for emitter, values in samples.items():
        if values:
            result.added.setdefault(name, {})[emitter] = _over(values, bare, "caller")
            result.in_all.setdefault(name, {})[emitter] = _over(values, bare, "process")


def _over(values: Sequence[dict[str, float]], bare: Sequence[dict[str, float]], which: str) -> float:
    """Median of what was added in each round, in µs a call."""
    return statistics.median(mine[which] - none[which] for mine, none in zip(values, bare, strict=True))


def _versions(python: Path, peer: Peer) -> dict[str, str]:
    names = [package.partition("==")[0] for package in peer.packages if "==" in package]
    code = (
        "import sys, json; from importlib.metadata import version as v; "
        "print(json.dumps({name: v(name) for name in sys.argv[1:]}))"
    )
    wanted = [*names, "opentelemetry-sdk"]
    run = subprocess.run([str(python), "-c", code, *wanted], capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(run.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a first look; writes no page")
    parser.add_argument("peer", nargs="*", default=[peer.name for peer in PEERS], help="the peers (all)")
    arguments = parser.parse_args()
    console = Console(width=130)
    results = []
    for peer in PEERS:
        if peer.name not in arguments.peer:
            continue
        console.print(f"{peer.title} …")
        try:
            rounds, times = (3, 5) if arguments.quick else (11, 10)
            results.append(examined(peer, rounds=rounds, times=times))
        except (NotInstallableError, RuntimeError) as error:
            console.print(f"{peer.title}: left out. {error}")
    if not results:
        return
    text = page(results)
    console.print(text, markup=False)
    if not arguments.quick and len(results) == len(PEERS):
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
