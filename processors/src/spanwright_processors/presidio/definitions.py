"""What recognizers look for, as data: read out of the installed Presidio, and run without it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from .characters import Characters

#: Raised with every change of what is written; an older file is compiled anew.
FORMAT = 1


class Kind(StrEnum):
    """How a recognizer finds: by patterns alone, or by a procedure of its own."""

    PATTERN = "pattern"
    IBAN = "iban"
    PHONE = "phone"
    LINE_TYPE = "line_type"


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a pattern can match: inside a run of ``span`` characters that holds an ``anchor`` (see ``gate``).

    ``shape``: a pattern for ``re`` that the run's shape (digits made 0, letters made A) has to match.
    ``needs``: ASCII characters every one of which the run has to hold. ``shortest``: characters in the
    shortest match.
    """

    anchor: Characters
    span: Characters
    needs: str
    shape: str
    shortest: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """``regex`` and ``flags`` as the ``regex`` module takes them; no gate: it runs over the whole text."""

    name: str
    regex: str
    flags: int
    score: float
    gate: Gate | None


@dataclass(frozen=True, slots=True)
class Recognizer:
    """One recognizer: what it finds, how, and which words near a finding raise its score.

    ``validator``: name in ``validators``; None: the patterns alone decide.
    ``parameters``: what the validator or the procedure of ``kind`` needs.
    ``thresholds``: least score by entity, or for all under ``default``.
    """

    name: str
    entity: str
    kind: Kind = Kind.PATTERN
    patterns: tuple[Pattern, ...] = ()
    context: tuple[str, ...] = ()
    validator: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)

    @property
    def least_score(self) -> float:
        """The least score that a finding has, where nobody asks for another."""
        return self.thresholds.get(self.entity, self.thresholds.get("default", 0.0))


@dataclass(frozen=True, slots=True)
class Affixes:
    """How spaCy's English tokenizer splits: patterns for ``re``, and exceptions with their tokens.

    ``rejoined``: exceptions that may come out of the splitting in pieces, with these pieces.
    """

    prefix: str
    suffix: str
    infix: str
    url: str
    exceptions: dict[str, list[str]]
    rejoined: dict[str, list[str]]
    stop_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything the engine needs.

    ``versions``: of the packages it was read from. ``suffixes``: public suffixes of domain names,
    ``punycode``: the ASCII form of their labels.
    ``left_out``: recognizers that run code of their own, which no data can hold, with the reason.
    ``changed``: recognizers whose validation differs from the one our validators were held to.
    """

    versions: dict[str, str]
    recognizers: tuple[Recognizer, ...]
    affixes: Affixes
    suffixes: frozenset[str]
    punycode: dict[str, str]
    left_out: dict[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, default=sorted, separators=(",", ":"))


def from_json(text: str) -> Definitions:
    """The definitions that ``to_json`` wrote. Raises ``ValueError`` for anything else."""
    try:
        data = json.loads(text)
        if data.pop("format") != FORMAT:
            raise ValueError("another format")
        affixes = data.pop("affixes")
        stop_words = frozenset(affixes.pop("stop_words"))
        return Definitions(
            recognizers=tuple(_recognizer(**each) for each in data.pop("recognizers")),
            affixes=Affixes(stop_words=stop_words, **affixes),
            suffixes=frozenset(data.pop("suffixes")),
            changed=tuple(data.pop("changed")),
            **data,
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"Cannot read compiled definitions: {error!r}. Compile them anew.") from error


def _recognizer(*, kind: str, patterns: list[Any], context: list[str], **rest: Any) -> Recognizer:
    return Recognizer(
        kind=Kind(kind), patterns=tuple(_pattern(**each) for each in patterns), context=tuple(context), **rest
    )


def _pattern(*, gate: Any, **rest: Any) -> Pattern:
    if gate is None:
        return Pattern(gate=None, **rest)
    anchor, span = _characters(gate.pop("anchor")), _characters(gate.pop("span"))
    return Pattern(gate=Gate(anchor=anchor, span=span, **gate), **rest)


def _characters(ranges: list[list[list[int]]]) -> Characters:
    return Characters(tuple((low, high) for low, high in ranges[0]))
