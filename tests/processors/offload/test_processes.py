"""Cold storage with real processes: killed in the middle, forked, several at once, ended in every way."""

from __future__ import annotations

import os
import random
import signal
import sys
import textwrap
import time
from pathlib import Path

from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.reading import trace_texts
from spanwright_processors.offload.spool import Spool, waiting
from spanwright_processors.offload.store import Store
from support.full_texts import conversation, hexed, texts_of
from support.processes import Process, started

TESTS = Path(__file__).parents[2]

#: Keeps growing conversations as fast as it can, and prints the number of each trace that has a reference.
WRITER = """
    import sys
    from support.full_texts import conversation, full_text, settings
    from spanwright_processors.offload.offloader import Offloader

    one = Offloader(settings(sys.argv[1], retention_days=0), linger_seconds=0.0)
    start = int(sys.argv[2])
    for number in range(start, start + 100_000):
        text = full_text(conversation(number % 30 + 1, str(number // 30)), number)
        assert one.keep(number, 2, None, text) is not None
        print(number, flush=True)
"""

#: A pre-fork server's way: opened in the master, written by all, ended as Celery's workers end.
FORKING = """
    import os, sys
    from support.full_texts import conversation, full_text, settings
    from spanwright_processors.offload.offloader import Offloader
    from spanwright_processors.process_exit import flush_providers

    one = Offloader(settings(sys.argv[1], retention_days=0))
    keep = lambda number: one.keep(number, 2, None, full_text(conversation(number % 50 + 1), number))
    keep(1)
    children = []
    for child in range(4):
        pid = os.fork()
        if not pid:
            for number in range(50):
                assert keep(100 * (child + 1) + number)
            flush_providers()
            os._exit(0)
        children.append(pid)
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
    keep(2)
"""

#: Ends by the end of the program; the last span comes from the SDK's own exit handler, after ours.
ENDING = """
    import sys
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from spanwright_processors import attach
    from spanwright_processors.chain import StepChain
    from spanwright_processors.steps.offload import Offload, OffloadSettings

    class Exporter(InMemorySpanExporter):
        def export(self, spans):
            print(*(format(span.context.trace_id, "032x") for span in spans if span.attributes), flush=True)
            return super().export(spans)

    provider = TracerProvider()
    trace.set_tracer_provider(provider)
    provider.add_span_processor(BatchSpanProcessor(Exporter()))
    attach(provider, StepChain([Offload(OffloadSettings(url=sys.argv[1]))]))
    for text in ("first", "last"):
        with provider.get_tracer("t").start_as_current_span("chat") as span:
            span.set_attribute("gen_ai.input.messages", text * 50)
        if text == "first":
            provider.force_flush()
"""


def _script(tmp_path: Path, source: str, *arguments: object) -> list[str]:
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(source))
    return [sys.executable, "-W", "ignore", str(path), str(tmp_path / "texts"), *map(str, arguments)]


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(TESTS)}


def _acknowledged(process: Process) -> list[int]:
    """The numbers that were printed as whole lines."""
    whole, _, _ = process.output.rpartition("\n")
    return [int(line) for line in whole.splitlines()]


def _conversation(number: int) -> list[str]:
    return [conversation(number % 30 + 1, str(number // 30))]


def test_killed_in_the_middle(tmp_path: Path) -> None:
    """Whatever had a reference before a kill -9 is whole, at once and after the next process stored it."""
    folder = tmp_path / "texts"
    acknowledged: list[int] = []
    for turn in range(3):
        command = _script(tmp_path, WRITER, 1 + turn * 100_000)
        with started(command, _environment(), tmp_path, tmp_path / "output") as process:
            process.until(lambda text: "\n" in text or None)
            time.sleep(random.uniform(0.05, 0.4))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            acknowledged += _acknowledged(process)
    assert len(acknowledged) > 30
    place = FolderPlace(folder)
    for number in random.sample(acknowledged, 3):
        found = trace_texts(place, hexed(number), spool=folder / "spool")
        assert texts_of(one.span for one in found) == _conversation(number), number
    heir, store = Spool(folder / "spool", 10**9, 0), Store(place)
    assert heir.adopt() >= 1
    for segment in heir.take():
        store.store(segment.name, segment.spans())
        heir.done(segment)
    assert list(waiting(folder / "spool")) == []
    last = [number for number in acknowledged if number + 20 not in acknowledged]
    for number in {*last, *random.sample(acknowledged, 30)}:
        (one,) = trace_texts(place, hexed(number))
        assert (texts_of([one.span]), one.missing) == (_conversation(number), ())


def test_prefork(tmp_path: Path) -> None:
    """All processes' texts are there, and every message of the conversation they share is stored once."""
    with started(_script(tmp_path, FORKING), _environment(), tmp_path, tmp_path / "output") as process:
        assert process.wait() == 0, process.output
    place = FolderPlace(tmp_path / "texts")
    for number in [1, 2, *(100 * (child + 1) + turn for child in range(4) for turn in range(50))]:
        (one,) = trace_texts(place, hexed(number), spool=tmp_path / "texts" / "spool")
        assert (texts_of([one.span]), one.missing) == ([conversation(number % 50 + 1)], ())
        assert not one.is_waiting
    (day,) = (folder for folder in place.folders() if folder.startswith("20"))
    assert len(place.names(f"{day}/texts")) == 1 + 2 * 50 + 3  # the system prompt, messages, groups of 32


def test_the_end_of_the_program(tmp_path: Path) -> None:
    """What the SDK exports as the process ends is stored, not left in the spool."""
    with started(_script(tmp_path, ENDING), _environment(), tmp_path, tmp_path / "output") as process:
        assert process.wait() == 0, process.output
    traces = process.output.split()
    assert len(traces) == 2
    found = [one for trace in traces for one in trace_texts(FolderPlace(tmp_path / "texts"), trace)]
    assert texts_of(one.span for one in found) == ["first" * 50, "last" * 50]
    assert list(waiting(tmp_path / "texts" / "spool")) == []
