"""Masking's detection beside Presidio's own: the same texts, the same findings, one run."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from random import Random

from .measure import Row
from .spans import CLEAN, PROSE
from .texts import document, english, log, messages, prose

TOPIC = "presidio"
#: The types that are worth masking in telemetry; the others are dates, URLs, UUIDs and bare numbers.
MASKED = (
    "CREDIT_CARD", "CRYPTO", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "MAC_ADDRESS",
    "MEDICAL_LICENSE", "PHONE_NUMBER", "UK_NHS", "US_ITIN", "US_SSN",
)  # fmt: skip
_IMPORT = """
import json, sys, time

def memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

import spanwright_processors.detect.finding
before, start = memory(), time.process_time()
from spanwright_processors.presidio import load_engine
imported = time.process_time()
engine = load_engine()
loaded = time.process_time()
engine.find("call 415-555-2671 or a@example.com, account 12345678, https://example.com")
used = time.process_time()
steps = [(imported - start) * 1e3, (loaded - imported) * 1e3, (used - loaded) * 1e3]
print(json.dumps([*steps, memory() - before]))
"""


def rows(quick: bool) -> list[Row]:
    sys.path.append("tests")
    from spanwright_processors.presidio import load_engine

    from .presidio_oracle import Oracle

    logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
    engine, oracle = load_engine(), Oracle()
    if engine is None:
        raise SystemExit(
            "Cannot compare with Presidio: presidio-analyzer is not installed. Run make .venv/.ready."
        )
    rounds, size = (1, 2_000) if quick else (5, 12_000)
    found: list[Row] = []
    for name, texts in _texts(size, rounds).items():
        ours, theirs = _speed(engine.find, texts), _speed(oracle.find, texts)
        found.append(
            Row(TOPIC, f"{name}, 17 entities", ours, "MB/s", f"Presidio {theirs:.3f}", ours / theirs)
        )
        chosen = _speed(lambda text: engine.find(text, MASKED), texts)
        against = _speed(lambda text: oracle.find(text, entities=sorted(MASKED)), texts)
        found.append(
            Row(TOPIC, f"{name}, 11 entities", chosen, "MB/s", f"Presidio {against:.3f}", chosen / against)
        )
    attribute = messages(Random(7), size)
    values = _strings(json.loads(attribute))
    ours = _speed(lambda _text: [engine.find(value, MASKED) for value in values], [attribute] * (rounds + 1))
    theirs = _speed(oracle.find, [f"{attribute}{number}" for number in range(rounds + 1)])
    found.append(
        Row(TOPIC, "JSON values, 11 entities", ours, "MB/s", f"whole attribute {theirs:.3f}", ours / theirs)
    )
    return found + _start()


def _texts(size: int, rounds: int) -> dict[str, list[str]]:
    """Different texts for each round, so that what was seen in one is no help in the next."""
    random = Random(20261123)
    makers: dict[str, Callable[[], str]] = {
        "plain text": lambda: sparse(random, size),
        "English, much to find": lambda: english(random, size),
        "several languages, much to find": lambda: prose(random, size),
        "JSON, hardly anything else": lambda: document(random, size),
        "log lines": lambda: log(random, size),
    }
    return {name: [make() for _ in range(rounds + 1)] for name, make in makers.items()}


def sparse(random: Random, size: int) -> str:
    """A support conversation: about every fourth paragraph names a telephone number and an address."""
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < size:
        number, name = random.randrange(1000, 9999), random.choice(("dana", "lee", "kim", "ana"))
        paragraph = PROSE if random.random() < 0.25 else CLEAN
        paragraphs.append(paragraph.replace("2671", str(number)).replace("dana", f"{name}{number}"))
    return "".join(paragraphs)


def _strings(value: object) -> list[str]:
    """The texts in a JSON value, as a masking step hands them over one by one."""
    if isinstance(value, str):
        return [value]
    members: Iterable[object] = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return [text for member in members for text in _strings(member)]


def _speed(find: Callable[[str], object], texts: list[str]) -> float:
    """MB/s of CPU time, the best of the texts after the first."""
    find(texts[0])
    best = 0.0
    for text in texts[1:] or texts:
        start = time.process_time()
        find(text)
        best = max(best, len(text.encode(errors="replace")) / (time.process_time() - start) / 1e6)
    return best


def _start() -> list[Row]:
    """What the engine costs a process whose cache holds the definitions, Python itself not counted."""
    run = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True)
    imported, loaded, used, memory = json.loads(run.stdout)
    return [
        Row(TOPIC, "import of the engine", imported, "ms"),
        Row(TOPIC, "loading its definitions", loaded, "ms"),
        Row(TOPIC, "first text (phone metadata, patterns)", used, "ms"),
        Row(TOPIC, "memory of all three", memory, "MB"),
    ]
