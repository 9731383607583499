"""The comparison with peers: the cases hold for ours, and what is written follows from what was measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from support.environments import ROOT

from benchmarks.peers.__main__ import PAGE, Result, environment_of
from benchmarks.peers.emitters import OURS, PEERS
from benchmarks.peers.page import page


def test_ours_is_right_in_every_case() -> None:
    """In a process of its own, as in the comparison."""
    environment = {**os.environ, "SPANWRIGHT_INSTRUMENTATION_STREAM_DEADLINE": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.peers.worker", OURS.name, "cases"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = json.loads(run.stdout)
    assert len(found) == 15
    assert [title for title, outcome in found.items() if outcome is not True] == []


def test_page() -> None:
    """Ratios, µs and signs; what a peer cannot do has a dash."""
    peer = PEERS[0]
    result = Result(
        peer,
        versions={"openai": "2.54.0"},
        added={"chat": {OURS.name: 100.0, peer.name: 250.0}, "other": {OURS.name: 90.0}},
        in_all={"chat": {OURS.name: 300.0, peer.name: 350.0}, "other": {OURS.name: 200.0}},
        cases={OURS.name: {"a case": True, "b": True}, peer.name: {"a case": False, "b": None}},
    )
    text = page([result])
    assert f"| call | {peer.title} |\n|---|---:|\n| chat | 2.5 |\n| other | – |" in text
    assert "| chat | 250 / 100 (350 / 300) |" in text
    assert "| a case | ✓ | ✗ |" in text
    assert "| b | ✓ | – |" in text
    assert "| right, of 2 | 2 | 0 |" in text
    wrong = replace(result, cases={**result.cases, OURS.name: {"a case": False, "b": True}})
    assert "| a case | ✗ | – |" not in page([result, wrong])
    assert "| a case | ✗ | ✗ | ✗ |" in page([result, wrong])


def test_page_is_kept() -> None:
    """The documentation holds a page of all peers."""
    text = PAGE.read_text()
    assert [peer.title for peer in PEERS if peer.title not in text] == []


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_peers_are_pinned(peer: object) -> None:
    """Each of a peer's own packages in one version, so that a page can be made again."""
    assert [each for each in environment_of(peer).requirements if "==" not in each] == [  # type: ignore[arg-type]
        "httpx",
        "httpx2",
        "opentelemetry-exporter-otlp-proto-common",
    ]
