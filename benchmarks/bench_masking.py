"""The mask step beside Presidio's patterns on the same texts, in pure Python and with the native scanner.

MB of text a second of CPU time, the best of the texts after the first; the step remembers nothing, but in a
conversation, whose turns repeat what was said. ``ratio`` is over Presidio's speed.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from spanwright_processors.detect.engine import Detector
from spanwright_processors.detect.finding import Entity
from spanwright_processors.detect.native import module
from spanwright_processors.masking.loading import State
from spanwright_processors.masking.settings import Engine
from spanwright_processors.presidio import load_engine
from spanwright_processors.sdk import SpanView
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.mask import Mask, MaskSettings

from .bench_presidio import sparse
from .measure import Row
from .spans import CLEAN, PROSE
from .texts import messages

TOPIC = "masking"
_IMPORT = """
import json, time
import opentelemetry.sdk.trace

def memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

before, start = memory(), time.process_time()
from spanwright_processors.masking.settings import Engine
from spanwright_processors.steps.mask import Mask, MaskSettings
Mask(MaskSettings(engine=Engine.OWN))
print(json.dumps([(time.process_time() - start) * 1e3, memory() - before]))
"""
_KEY = "gen_ai.input.messages"
#: Turns of a conversation, of a question and an answer each.
_TURNS = 20
#: Groups of texts that one variant gets in a row.
_BLOCK = 4
_trace_ids = count(1)


@dataclass(frozen=True)
class _Subject:
    """Texts that are looked at one after the other, each group in a trace of its own."""

    name: str
    groups: Sequence[Sequence[str]]
    #: What the step may remember, in bytes.
    cache: int = 0


def rows(quick: bool) -> list[Row]:
    from .presidio_oracle import Oracle

    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    oracle = Oracle()
    pure, native = load_engine(native=False), load_engine()
    if pure is None or native is None:
        raise SystemExit(
            "Cannot compare with Presidio: presidio-analyzer is not installed. Run make .venv/.ready."
        )
    blocks, size = (1, 4_000) if quick else (4, 16_000)
    rounds = blocks * _BLOCK
    random = Random(20261123)
    plain = _Subject("plain text, 17 entities", [[sparse(random, size)] for _ in range(rounds)])
    finds: dict[str, Callable[[str], object]] = {"find, pure Python": pure.find}
    if module() is not None:
        finds["find, native"] = native.find
    found = _compared(plain, oracle.find, {label: _finding(find) for label, find in finds.items()})
    for subject in _subjects(random, rounds, size):
        steps = {
            f"{engine.value}, {label}": _masking(step)
            for engine in (Engine.AUTO, Engine.FAST, Engine.OWN)
            for label, step in _steps(engine, subject.cache)
        }
        found += _compared(subject, oracle.find, steps)
    return [*found, *_secrets(random, size, rounds), *_start()]


def _subjects(random: Random, rounds: int, size: int) -> Iterator[_Subject]:
    many = range(rounds)
    yield _Subject("clean attribute", [[_attribute([_numbered(CLEAN, size)])] for _ in many])
    yield _Subject("support chat", [[_attribute(_paragraphs(random, size))] for _ in many])
    yield _Subject(
        "an address and a number every 190 B", [[_attribute([_numbered(PROSE, size)])] for _ in many]
    )
    yield _Subject("identifiers of all kinds", [[messages(random, size)] for _ in many])
    yield _Subject(
        f"growing conversation, {_TURNS} turns", [_conversation(random) for _ in range(_BLOCK)], 8_000_000
    )


def _numbered(paragraph: str, size: int) -> str:
    """The paragraph again and again, telephone numbers and names of addresses different each time."""
    numbers = iter(Random(size).sample(range(1_000, 10_000), size // len(paragraph) + 1))
    return "".join(
        paragraph.replace("2671", str(number)).replace("dana", f"dana{number}") for number in numbers
    )


def _paragraphs(random: Random, size: int) -> list[str]:
    return [sparse(random, 800) for _ in range(size // 800)]


def _attribute(contents: Sequence[str]) -> str:
    return json.dumps(
        [
            {"role": ("user", "assistant")[number % 2], "parts": [{"type": "text", "content": content}]}
            for number, content in enumerate(contents)
        ]
    )


def _conversation(random: Random) -> list[str]:
    """What the model is sent at each turn: all that was said before, and the new question."""
    contents = [sparse(random, 500) for _ in range(2 * _TURNS)]
    return [_attribute(contents[: 2 * turn + 1]) for turn in range(_TURNS)]


def _steps(engine: Engine, cache: int) -> Iterator[tuple[str, Mask]]:
    yield "pure Python", _step(MaskSettings(engine=engine, cache_bytes=cache, native_scanner=False))
    if module() is not None:
        yield "native", _step(MaskSettings(engine=engine, cache_bytes=cache))


def _step(settings: MaskSettings) -> Mask:
    """One that shares nothing with others: what they remember of the same texts would be no work for it."""
    load_engine.cache_clear()
    return _ready(Mask(settings))


def _ready(step: Mask) -> Mask:
    """The step, once Presidio's definitions are loaded."""
    report = step.engine_report(60)
    if report is not None and report.state is not State.READY:
        raise SystemExit(f"Cannot measure masking: Presidio's definitions are not loaded. {report.error}")
    return step


def _span(text: str, trace_id: int) -> EditableSpan:
    with TracerProvider(resource=Resource({})).get_tracer("bench").start_as_current_span("chat") as span:
        span.set_attribute(_KEY, text)
    editable = SpanView(span).span  # type: ignore[arg-type]
    editable.trace_id = trace_id
    return editable


#: Makes the work on a group of texts, which is all that is timed.
_Prepare = Callable[[Sequence[str]], Callable[[], object]]


def _finding(find: Callable[[str], object]) -> _Prepare:
    return lambda group: lambda: [find(text) for text in group]


def _masking(step: Mask) -> _Prepare:
    """The step over spans that hold the texts, of one trace."""

    def prepare(group: Sequence[str]) -> Callable[[], object]:
        trace_id = next(_trace_ids)
        spans = [_span(text, trace_id) for text in group]

        def work() -> None:
            for span in spans:
                step(span)

        return work

    return prepare


def _speeds(subject: _Subject, variants: Mapping[str, _Prepare]) -> dict[str, float]:
    """MB/s of each, the best of the groups but the first of each block.

    All take turns block by block, so that a change of the machine's speed meets all alike; within a block
    one group comes after the other, as an exporter hands spans over.
    """
    best = dict.fromkeys(variants, 0.0)
    for first in range(0, len(subject.groups), _BLOCK):
        block = subject.groups[first : first + _BLOCK]
        for label, prepare in variants.items():
            speeds = [_timed(group, prepare(group)) for group in block]
            best[label] = max(best[label], *speeds[1:])
    return best


def _timed(group: Sequence[str], work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return sum(len(text.encode()) for text in group) / (time.thread_time() - start) / 1e6


def _compared(
    subject: _Subject, presidio: Callable[[str], object], variants: Mapping[str, _Prepare]
) -> list[Row]:
    speeds = _speeds(subject, {"Presidio": _finding(presidio), **variants})
    theirs = speeds.pop("Presidio")
    return [
        Row(TOPIC, f"{subject.name}: {what}", ours, "MB/s", f"Presidio {theirs:.3f}", ours / theirs)
        for what, ours in speeds.items()
    ]


def _secrets(random: Random, size: int, rounds: int) -> list[Row]:
    """The rules for secrets alone, on prose: nothing of Presidio's to compare with."""
    subject = _Subject("secrets", [[sparse(random, size)] for _ in range(rounds)])
    variants = {"pure Python": _finding(_only_secrets(False))}
    if module() is not None:
        variants["native"] = _finding(_only_secrets(True))
    return [
        Row(TOPIC, f"secrets alone, {label}", speed, "MB/s")
        for label, speed in _speeds(subject, variants).items()
    ]


def _start() -> list[Row]:
    """What the step costs a process that has the SDK, its engines' definitions not counted."""
    run = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True)
    imported, memory = json.loads(run.stdout)
    return [
        Row(TOPIC, "import of the step, and making it", imported, "ms"),
        Row(TOPIC, "memory of both", memory, "MB"),
    ]


def _only_secrets(native: bool) -> Callable[[str], object]:
    return Detector((Entity.SECRET,), native=native).find
