"""One thing the doctor found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """``WRONG`` makes the command fail; ``NOTE`` is worth knowing; ``ABSENT`` is a possibility not used;
    ``SHOWN`` is no judgement."""

    GOOD = "ok"
    NOTE = "note"
    ABSENT = "-"
    SHOWN = ""
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    findings: tuple[Finding, ...]
