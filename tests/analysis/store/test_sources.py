"""Files with OTLP, in every way that exporters and the Collector write them."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports import zstd
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from spanwright_analysis.store.error import StoreError
from spanwright_analysis.store.sources import Sources
from support.otlp_traces import ROOT, logs, traces

from .test_otlp_json import as_otlp

TRACES, LOGS = traces(ROOT), logs(("gen_ai.evaluation.result", {}), trace=1)
LINES = "".join(json.dumps(as_otlp(message)) + "\n" for message in (TRACES, LOGS)).encode()


def framed(*bodies: bytes) -> bytes:
    return b"".join(len(body).to_bytes(4, "big") + body for body in bodies)


WRITTEN: dict[str, tuple[bytes, list[Any]]] = {
    "lines": (LINES, [TRACES, LOGS]),
    "lines, the last without an end": (LINES.rstrip(), [TRACES, LOGS]),
    "one document": (json.dumps(as_otlp(TRACES), indent=2).encode(), [TRACES]),
    "a list": (json.dumps([as_otlp(TRACES), as_otlp(LOGS)]).encode(), [TRACES, LOGS]),
    "protobuf, traces": (TRACES.SerializeToString(), [TRACES]),
    "protobuf, logs": (LOGS.SerializeToString(), [LOGS]),
    "frames of protobuf": (framed(TRACES.SerializeToString(), LOGS.SerializeToString()), [TRACES, LOGS]),
    "frames, compressed": (
        framed(*(zstd.compress(body) for body in (TRACES.SerializeToString(), LINES.splitlines()[1]))),
        [TRACES, LOGS],
    ),
    "nothing": (b"", []),
    "metrics": (b'{"resourceMetrics":[]}\n' + LINES, [TRACES, LOGS]),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize("how", WRITTEN)
def test_it_is_read_whichever_way_it_is_written(
    how: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """The beginning tells; no name and no option is needed."""
    content, expected = WRITTEN[how]
    (tmp_path / "file").write_bytes(pack(content))
    sources = Sources([str(tmp_path / "file")])
    assert (list(sources), sources.problems) == (expected, [])


def test_standard_input_is_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named by a dash."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(LINES))))
    assert list(Sources(["-"])) == [TRACES, LOGS]


def test_folders_are_read_by_name(tmp_path: Path) -> None:
    """With what is below them; hidden files are somebody's own."""
    for name, content in (("b/2.jsonl", LINES), ("a.pb", TRACES.SerializeToString()), (".x/y", b"junk")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    sources = Sources([str(tmp_path)])
    assert (list(sources), sources.problems) == ([TRACES, TRACES, LOGS], [])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (LINES + b'{"resourceSpans": [{"sco', "line 3: no JSON, or not all of it"),
        (b'{"resourceSpans": [{"scopeSpans": 5}]}\n' + LINES, "line 1: no OTLP"),
        (b'{"hello": 1}\n' + LINES, "line 1: no OTLP"),
        (LINES + framed(b"x"), "line 3: no JSON, or not all of it"),
        (
            framed(TRACES.SerializeToString(), LOGS.SerializeToString(), b"123")[:-2],
            "message 3: not all of it",
        ),
        (framed(TRACES.SerializeToString(), b"\xff\xff", LOGS.SerializeToString()), "message 2: no OTLP"),
    ],
)
def test_what_cannot_be_read_is_passed_over_and_told(content: bytes, problem: str, tmp_path: Path) -> None:
    """With its place; what is around it counts."""
    (tmp_path / "file").write_bytes(content)
    sources = Sources([str(tmp_path / "file")])
    assert list(sources) == [TRACES, LOGS]
    assert [problem in each for each in sources.problems] == [True]


def test_a_compressed_file_that_breaks_off_is_told(tmp_path: Path) -> None:
    """What came before counts."""
    (tmp_path / "file").write_bytes(gzip.compress(LINES * 100)[:-30])
    sources = Sources([str(tmp_path / "file")])
    list(sources)
    assert "compression breaks off" in sources.problems[-1]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As an error: it is a slip of the user's."""
    with pytest.raises(StoreError, match="No such file"):
        list(Sources([str(tmp_path / "none")]))


def test_logs_are_told_from_traces_by_what_they_hold() -> None:
    """The frames of both are alike."""
    assert isinstance(LOGS, LogsData)
