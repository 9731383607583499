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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from spanwright_processors.detect.engine import Detector
from spanwright_processors.detect.finding import Entity
from spanwright_processors.detect.native import module
from spanwright_processors.detect.replacement import NOT_READY
from spanwright_processors.masking.settings import Engine
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
_trace_ids = count(1)


@dataclass(frozen=True)
class _Subject:
    """Texts that are looked at one after the other, each group in a trace of its own."""

    name: str
    groups: Sequence[Sequence[str]]
    #: What the step may remember, in bytes.
    cache: int = 0


def rows(quick: bool) -> list[Row]:
    from spanwright_processors.presidio import load_engine

    from .presidio_oracle import Oracle

    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    oracle = Oracle()
    pure, native = load_engine(native=False), load_engine()
    if pure is None or native is None:
        raise SystemExit(
            "Cannot compare with Presidio: presidio-analyzer is not installed. Run make .venv/.ready."
        )
    rounds, size = (2, 4_000) if quick else (6, 16_000)
    random = Random(20261123)
    plain = _Subject("plain text, 17 entities", [[sparse(random, size)] for _ in range(rounds + 1)])
    theirs = _speed(oracle.find, plain)
    found = [_row(plain, "find, pure Python", _speed(pure.find, plain), theirs)]
    if module() is not None:
        found.append(_row(plain, "find, native", _speed(native.find, plain), theirs))
    for subject in _subjects(random, rounds, size):
        theirs = _speed(oracle.find, subject)
        for engine in (Engine.FAST, Engine.OWN):
            for label, step in _steps(engine, subject.cache):
                speed = _speed(oracle.find, subject, step)
                found.append(_row(subject, f"{engine.value}, {label}", speed, theirs))
    return [*found, *_secrets(random, size, rounds), *_start()]


def _subjects(random: Random, rounds: int, size: int) -> Iterator[_Subject]:
    many = range(rounds + 1)
    yield _Subject("clean attribute", [[_attribute([_numbered(CLEAN, size)])] for _ in many])
    yield _Subject("support chat", [[_attribute(_paragraphs(random, size))] for _ in many])
    yield _Subject(
        "an address and a number every 190 B", [[_attribute([_numbered(PROSE, size)])] for _ in many]
    )
    yield _Subject("identifiers of all kinds", [[messages(random, size)] for _ in many])
    yield _Subject(
        f"growing conversation, {_TURNS} turns", [_conversation(random) for _ in range(3)], 8_000_000
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
    yield "pure Python", _ready(Mask(MaskSettings(engine=engine, cache_bytes=cache, native_scanner=False)))
    if module() is not None:
        yield "native", _ready(Mask(MaskSettings(engine=engine, cache_bytes=cache)))


def _ready(step: Mask) -> Mask:
    """The step, once Presidio's definitions are loaded."""
    for _ in range(200):
        span = _span("call 415-555-2671", 0)
        step(span)
        if span.attributes[_KEY] != NOT_READY:
            return step
        time.sleep(0.05)
    raise SystemExit("Cannot measure masking: Presidio's definitions are not loaded. See the log above.")


def _span(text: str, trace_id: int) -> EditableSpan:
    with TracerProvider(resource=Resource({})).get_tracer("bench").start_as_current_span("chat") as span:
        span.set_attribute(_KEY, text)
    editable = SpanView(span).span  # type: ignore[arg-type]
    editable.trace_id = trace_id
    return editable


def _speed(find: Callable[[str], object], subject: _Subject, step: Mask | None = None) -> float:
    """MB/s: of ``find``, or of the step over spans with the text."""
    best = 0.0
    for number, group in enumerate(subject.groups):
        trace_id = next(_trace_ids)
        spans = [_span(text, trace_id) for text in group] if step else []
        start = time.process_time()
        if step:
            for span in spans:
                step(span)
        else:
            for text in group:
                find(text)
        seconds = time.process_time() - start
        if number:
            best = max(best, sum(len(text.encode()) for text in group) / seconds / 1e6)
    return best


def _row(subject: _Subject, what: str, ours: float, theirs: float) -> Row:
    return Row(TOPIC, f"{subject.name}: {what}", ours, "MB/s", f"Presidio {theirs:.3f}", ours / theirs)


def _secrets(random: Random, size: int, rounds: int) -> list[Row]:
    """The rules for secrets alone, on prose: nothing of Presidio's to compare with."""
    subject = _Subject("secrets", [[sparse(random, size)] for _ in range(rounds + 1)])
    found = [Row(TOPIC, "secrets alone, pure Python", _speed(_only_secrets(False), subject), "MB/s")]
    if module() is not None:
        found.append(Row(TOPIC, "secrets alone, native", _speed(_only_secrets(True), subject), "MB/s"))
    return found


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
