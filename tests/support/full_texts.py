"""Full texts and where they are stored, for the tests of cold storage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from spanwright_processors.offload.full_text import FullText, Value
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.settings import OffloadSettings

#: 2026-09-21 14:13:20 UTC, in seconds and in nanoseconds.
START = 1_790_000_000.0
START_NS = 1_790_000_000_000_000_000
DAY = "2026-09-21"
SYSTEM = "You answer questions about orders, briefly and with the order's number."


class Clock:
    """A clock that the test sets; seconds since the epoch."""

    def __init__(self, now: float = START + 5) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, days: float) -> None:
        self.now += days * 86_400


def message(text: str, role: str = "user") -> dict[str, object]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def conversation(turns: int, name: str = "c", length: int = 200) -> str:
    """The messages of a conversation's request ``turns`` as JSON: those of the one before and two more."""
    messages = [message(SYSTEM, "system")]
    for turn in range(turns):
        messages.append(message(f"{name} question {turn} " + "x" * length))
        messages.append(message(f"{name} answer {turn} " + "y" * length, "assistant"))
    return json.dumps(messages, separators=(",", ":"))


def full_text(
    text: str = "hello " * 20,
    trace: int = 1,
    span: int = 2,
    *,
    user: str | None = None,
    key: str = "gen_ai.input.messages",
    days: float = 0,
    prompt: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> FullText:
    """The full text of a span that ended ``days`` after ``START``."""
    time_ns = START_NS + int(days * 86_400e9)
    values = (Value("attributes", key, text),)
    return FullText(trace, span, "chat gpt-4o", time_ns, values, user, prompt, labels or {})


def hexed(trace: int) -> str:
    return f"{trace:032x}"


def settings(folder: Path, **given: object) -> OffloadSettings:
    return OffloadSettings(**{"url": str(folder), **given})  # type: ignore[arg-type]


def bytes_in(folder: Path) -> bytes:
    """Everything below a folder, decompressed where it is compressed."""
    from spanwright_processors.offload.compression import decompressed

    place = FolderPlace(folder)
    return b"\n".join(
        decompressed(place.get(name)) if name.endswith(".zst") else place.get(name)
        for name in place.names("")
    )


def texts_of(spans: Iterable[FullText]) -> list[str]:
    return [value.text for span in spans for value in span.values]
