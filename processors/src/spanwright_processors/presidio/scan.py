"""Runs many patterns over a text, each only where it can match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import regex

from .characters import NOTHING, Characters
from .definitions import Gate, Pattern

#: Shapes whose patterns are remembered, per family; beyond it the memory starts anew.
_REMEMBERED = 4_096
#: Runs longer than this are given to every pattern of the family: a shape that long hardly occurs twice.
_LONG = 96


class Found(NamedTuple):
    """A match of the pattern with this number, in the order given."""

    pattern: int
    match: regex.Match[str]


class Scanner:
    """Finds what ``regex.finditer`` finds for each of the patterns, apart from empty matches."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        numbered = [_Numbered(number, pattern) for number, pattern in enumerate(patterns)]
        self._everywhere = [each for each in numbered if each.gate is None]
        self._families = [_Family(members) for members in _families(numbered)]

    def matches(self, text: str) -> Iterator[Found]:
        """All matches, by pattern or position in no particular order."""
        for each in self._everywhere:
            for match in each.compiled.finditer(text):
                if match.end() > match.start():
                    yield Found(each.number, match)
        for family in self._families:
            yield from family.matches(text)


class _Numbered:
    """A pattern, compiled when it is first needed."""

    def __init__(self, number: int, pattern: Pattern) -> None:
        self.number = number
        self.gate = pattern.gate
        self._pattern = pattern

    @cached_property
    def compiled(self) -> regex.Pattern[str]:
        return regex.compile(self._pattern.regex, self._pattern.flags)

    @cached_property
    def _shape(self) -> re.Pattern[str]:
        return re.compile(self.gate.shape if self.gate else "")

    def fits(self, shape: str) -> bool:
        """False if the pattern surely matches nothing in a run whose shape, with its neighbours, is this."""
        gate = self.gate
        if gate is None:
            return True
        return (
            len(shape) - 2 >= gate.shortest
            and all(needed in shape for needed in gate.needs)
            and self._shape.search(shape) is not None
        )


class _Family:
    """Patterns sought in the same runs: of characters of all their spans, with at least one anchor."""

    def __init__(self, members: Sequence[_Numbered]) -> None:
        self._members = members
        gates = [each.gate for each in members if each.gate]
        anchor, span = gates[0].anchor, NOTHING
        for gate in gates:
            span |= gate.span
        self._shortest = min(gate.shortest for gate in gates)
        self._anchor = re.compile(anchor.as_class())
        self._runs = _runs(anchor, span)
        self._to_shape = _to_shape(span)
        self._fitting: dict[str, list[_Numbered]] = {}

    def matches(self, text: str) -> Iterator[Found]:
        if not self._anchor.search(text):
            return
        for run in self._runs.finditer(text):
            start, end = run.span()
            if end - start < self._shortest:
                continue
            for each in self._candidates(text, start, end):
                for match in each.compiled.finditer(text, start, end + 1):
                    yield Found(each.number, match)

    def _candidates(self, text: str, start: int, end: int) -> Sequence[_Numbered]:
        """The members that may match in the run."""
        around = text[start - 1 : end + 1] if start else f" {text[: end + 1]}"
        if end == len(text):
            around += " "
        if end - start > _LONG or not around.isascii():
            return self._members
        shape = around.translate(self._to_shape)
        fitting = self._fitting.get(shape)
        if fitting is None:
            if len(self._fitting) >= _REMEMBERED:
                self._fitting = {}
            fitting = self._fitting[shape] = [each for each in self._members if each.fits(shape)]
        return fitting


def _runs(anchor: Characters, span: Characters) -> re.Pattern[str]:
    """A pattern for maximal runs of ``span`` characters with at least one of ``anchor``."""
    others, inside = span - anchor, span.as_class()
    before = f"{others.as_class()}*+" if others.ranges else ""
    return re.compile(f"(?<!{inside}){before}{anchor.as_class()}{inside}*+")


def _to_shape(span: Characters) -> dict[int, str]:
    """How ASCII characters look in a shape; those outside the span only matter as part of a word or not."""
    table = {}
    for code in range(128):
        character = chr(code)
        if character.isdigit():
            table[code] = "0"
        elif character.isalpha():
            table[code] = "A"
        elif character != "_" and not span.has(character):
            table[code] = " "
    return table


def _families(numbered: Iterable[_Numbered]) -> Iterator[list[_Numbered]]:
    """Gated patterns that share an anchor, together; those whose spans join words with blanks, apart."""
    families: dict[tuple[Characters, str], list[_Numbered]] = {}
    for each in numbered:
        if each.gate:
            families.setdefault((each.gate.anchor, _reach(each.gate)), []).append(each)
    yield from families.values()


def _reach(gate: Gate) -> str:
    """Which of line breaks, blanks and letters, if blanks are among them, the runs of a gate go over."""
    joins = "".join(character for character in " \n" if gate.span.has(character))
    return joins + "a" * gate.span.has("a") if joins else ""
