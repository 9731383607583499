"""Runs many patterns over a text, each only where it can match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import regex

from ..detect.native import module
from .alternatives import by_letters
from .characters import NOTHING, Characters
from .definitions import Gate, Pattern
from .expressions import for_ascii
from .gate import matched_by

if TYPE_CHECKING:
    from spanwright_native import Families

_ASCII = Characters(((0, 127),))
#: The shortest numbers that the metadata of ``phonenumbers`` has, of any country and kind, in digits.
_LEAST_PHONE_DIGITS = 4
#: That the native scanner can tell apart.
_MOST_FAMILIES = 30
#: Shapes whose patterns are remembered, per family; beyond it the memory starts anew.
_REMEMBERED = 4_096
#: The shape of runs longer than this, neighbours included, is not remembered: it hardly occurs twice.
_LONG = 96


#: Stand for characters beyond ASCII of which no more is known: those that an anchor may be, and the others.
#: The two control characters themselves are taken for such.
_WILD_ANCHOR, _WILD = b"\x1f", b"\x7f"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
#: Stand for characters outside a family's span, in no word or in one; nothing else looks like them.
_OUTSIDE, _OUTSIDE_IN_WORD = b"\x80", b"x"
_MARK = b"\x01"


class Found(NamedTuple):
    """A match of the pattern with this number, in the order given."""

    pattern: int
    match: regex.Match[str]


class Runs(NamedTuple):
    """Where some pattern may match: (family, start, end); and whether there may be a telephone number."""

    places: list[tuple[int, int, int]]
    may_hold_phone: bool


class Scanner:
    """Finds what ``regex.finditer`` finds for each of the patterns, apart from empty matches.

    ``phones``: whether telephone numbers are sought in the same texts. ``native``: with the scanner of
    ``spanwright-native`` where that is installed.
    """

    def __init__(self, patterns: Sequence[Pattern], *, phones: bool = False, native: bool = True) -> None:
        self._numbered = numbered = [_Numbered(number, pattern) for number, pattern in enumerate(patterns)]
        self._everywhere = [each for each in numbered if each.gate is None]
        self._families = [_Family(members) for members in _families(numbered)]
        beyond = _anchors_beyond_ascii(numbered)
        self._anchors_beyond_ascii = re.compile(beyond.as_class()) if beyond.ranges else None
        self._native = _native_families(self._families, beyond, phones) if native else None

    @property
    def families(self) -> Families | None:
        """The native scanner's tables, if they tell of all patterns."""
        return None if self._everywhere else self._native

    def runs(self, text: str) -> Runs | None:
        """Where to look, by the native scanner; None: it cannot tell, or there is none."""
        found = self._native.runs(text) if self._native is not None else False
        return Runs(*found) if found is not False else None

    def matches(self, text: str, runs: Runs | None = None) -> Iterator[Found]:
        """All matches, by pattern or position in no particular order."""
        for each in self._everywhere:
            for match in each.compiled.finditer(text):
                if match.end() > match.start():
                    yield Found(each.number, match)
        if runs is None:
            plain = self._plain(text)
            marked: dict[bytes, bytes] = {}
            for family in self._families:
                marks = marked.get(family.to_marks)
                if marks is None:
                    marks = marked[family.to_marks] = plain.translate(family.to_marks)
                yield from family.matches(text, plain, marks)
            return
        for number, start, end in runs.places:
            around = self._plain(text[max(0, start - 1) : end + 1])
            fitting, shape = self._families[number].fitting(around, start == 0, end == len(text))
            if fitting:
                yield from _in_run(text, start, end, fitting)
            elif len(shape) <= _LONG and self._native is not None:
                self._native.learn(number, shape)

    def fitting(self, family: int, around: bytes, at_start: bool, at_end: bool) -> list[int]:
        """The patterns that may match in a run of the family, given in plain form with its neighbours."""
        return [each.number for each in self._families[family].fitting(around, at_start, at_end)[0]]

    def expression(self, pattern: int) -> tuple[str, bool] | None:
        """The pattern for the native scanner; None if that does not run it."""
        return self._numbered[pattern].for_ascii()

    def in_run(self, text: str, pattern: int, start: int, end: int) -> Iterator[regex.Match[str]]:
        """The pattern's matches in a run."""
        return (found.match for found in _in_run(text, start, end, (self._numbered[pattern],)))

    def _plain(self, text: str) -> bytes:
        """The text with every character beyond ASCII made wild."""
        if not text.isascii():
            if self._anchors_beyond_ascii:
                text = self._anchors_beyond_ascii.sub(_WILD_ANCHOR.decode(), text)
            text = _BEYOND_ASCII.sub(lambda run: _WILD.decode() * len(run.group()), text)
        return text.encode()


class _Numbered:
    """A pattern, compiled when it is first needed."""

    def __init__(self, number: int, pattern: Pattern) -> None:
        self.number = number
        self.gate = pattern.gate
        self._pattern = pattern
        self._needs = pattern.gate.needs.encode() if pattern.gate else b""
        self._shortest = pattern.gate.shortest if pattern.gate else 0

    @cached_property
    def compiled(self) -> regex.Pattern[str]:
        return regex.compile(by_letters(self._pattern.regex), self._pattern.flags)

    def for_ascii(self) -> tuple[str, bool] | None:
        return for_ascii(self._pattern.regex, self._pattern.flags)

    @cached_property
    def _shape(self) -> re.Pattern[bytes]:
        return re.compile(self.gate.shape.encode() if self.gate else b"")

    def fits(self, shape: bytes) -> bool:
        """False if the pattern surely matches nothing in a run whose shape, with its neighbours, is this."""
        return self.may_fit(shape) and self._shape.search(shape) is not None

    def may_fit(self, shape: bytes) -> bool:
        """The same without the shape itself: by the run's length and the characters that every match has."""
        return len(shape) - 2 >= self._shortest and all(needed in shape for needed in self._needs)


class _Family:
    """Patterns sought in the same runs: of characters of all their spans, with at least one anchor.

    A text is looked at by its shape, in which every character outside the span is a blank or a letter, and
    every character beyond ASCII, which may be of the span, is wild: a run with one goes to every pattern.
    """

    def __init__(self, members: Sequence[_Numbered]) -> None:
        self._members = members
        gates = [each.gate for each in members if each.gate]
        anchor, span = gates[0].anchor, NOTHING
        for gate in gates:
            span |= gate.span
        self._shortest = min(gate.shortest for gate in gates)
        self._to_shape = _to_shape(span)
        self._anchors = anchors = _shapes(anchor, self._to_shape) + _WILD_ANCHOR
        self._inside = inside = _shapes(span, self._to_shape) + _WILD_ANCHOR + _WILD
        #: A table for ``bytes.translate``: anchors as ``_MARK``, so that they are found at memory speed.
        self.to_marks = bytes(_MARK[0] if self._to_shape[byte] in anchors else 0 for byte in range(256))
        self._rest = re.compile(b"[%s]*+" % re.escape(inside))
        self._before = bytes(byte for byte in inside if byte not in anchors)
        self._fitting: dict[bytes, Sequence[_Numbered]] = {}

    def tables(self) -> tuple[bytes, bytes, bytes, int]:
        """For the native scanner: what characters are in a shape, anchors, all of a run, the shortest run."""
        return self._to_shape, self._anchors, self._inside, self._shortest

    def matches(self, text: str, plain: bytes, marks: bytes) -> Iterator[Found]:
        """``plain``: the text with every character beyond ASCII made wild; ``marks``: by ``to_marks``."""
        anchor, rest, end = marks.find(_MARK), self._rest.match, 0
        shape = plain.translate(self._to_shape) if anchor >= 0 else b""
        while anchor >= 0:
            start = end + len(shape[end:anchor].rstrip(self._before))
            end = rest(shape, anchor).end()  # type: ignore[union-attr] # it matches nothing, too
            anchor = marks.find(_MARK, end)
            if end - start < self._shortest:
                continue
            around = shape[start - 1 : end + 1] if start else _OUTSIDE + shape[: end + 1]
            yield from _in_run(text, start, end, self._candidates(around, end == len(shape)))

    def fitting(self, plain: bytes, at_start: bool, at_end: bool) -> tuple[Sequence[_Numbered], bytes]:
        """The members that may match in one run, and its shape, with what is next to it in the text.

        ``plain`` has the run's neighbours, but for those that a run at the text's start or end lacks.
        """
        shape = plain.translate(self._to_shape)
        around = _OUTSIDE + shape if at_start else shape
        return self._candidates(around, at_end), around

    def _candidates(self, around: bytes, at_end: bool) -> Sequence[_Numbered]:
        """The members that may match in a run that looks like this with its neighbours."""
        fitting = self._fitting.get(around)
        if fitting is None:
            fitting = self._that_fit(around + _OUTSIDE if at_end else around)
            if len(around) <= _LONG:
                if len(self._fitting) >= _REMEMBERED:
                    self._fitting = {}
                self._fitting[around] = fitting
        return fitting

    def _that_fit(self, shape: bytes) -> Sequence[_Numbered]:
        if _WILD in shape or _WILD_ANCHOR in shape:
            return [each for each in self._members if each.may_fit(shape)]
        return [each for each in self._members if each.fits(shape)]


def _in_run(text: str, start: int, end: int, candidates: Iterable[_Numbered]) -> Iterator[Found]:
    for each in candidates:
        for match in each.compiled.finditer(text, start, end + 1):
            yield Found(each.number, match)


def _anchors_beyond_ascii(numbered: Iterable[_Numbered]) -> Characters:
    """The characters beyond ASCII that are an anchor of any pattern."""
    anchors = NOTHING
    for each in numbered:
        anchors |= each.gate.anchor if each.gate else NOTHING
    return anchors - _ASCII


def _native_families(families: Sequence[_Family], beyond: Characters, phones: bool) -> Families | None:
    """The same families for the native scanner; None without it, or if they are too many for it."""
    native = module()
    if native is None or len(families) > _MOST_FAMILIES:
        return None
    # Any digit may be a telephone number's.
    wild = beyond | (matched_by(r"\d", 0) - _ASCII if phones else NOTHING)
    made: Families = native.Families(
        [family.tables() for family in families], wild.ranges, _LEAST_PHONE_DIGITS if phones else 0
    )
    return made


def _to_shape(span: Characters) -> bytes:
    """A table for ``bytes.translate``: what each ASCII character is in a shape.

    A letter or digit outside the span ends a run, as a blank does, but makes its end no end of a word.
    """
    table = bytearray(range(256))
    for code in {*range(128)} - {*_WILD, *_WILD_ANCHOR}:
        character = chr(code)
        if span.has(character):
            table[code] = ord("0" if character.isdigit() else "A" if character.isalpha() else character)
        else:
            table[code] = ord(_OUTSIDE_IN_WORD if character.isalnum() or character == "_" else _OUTSIDE)
    return bytes(table)


def _shapes(characters: Characters, to_shape: bytes) -> bytes:
    """What the ASCII characters of a set are in a shape."""
    return bytes(sorted({*characters.ascii().encode().translate(to_shape)} - {*_WILD, *_WILD_ANCHOR}))


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
