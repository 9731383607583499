"""Where in a text a pattern can match at all, derived from the pattern itself.

Everything here errs on the side of "it can": a gate is a necessary condition, never a sufficient one, so that
running a pattern only where its gate says so finds exactly what running it over the whole text finds.

A match of a gated pattern consumes characters of ``span`` only and holds at least one of ``anchor``; so it
lies inside one maximal run of ``span`` characters that holds an anchor, and what happens in one such run does
not depend on another. ``shape`` is the pattern with every digit made ``0`` and every letter made ``A``: it
matches the shape of a run wherever the pattern matches the run.
"""

from __future__ import annotations

import re
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import regex

from .atoms import UnreadableError, written_atom
from .characters import EVERYTHING, NOTHING, Characters
from .definitions import Gate

_KNOWN_FLAGS = re.I | re.M | re.S | re.U | re.X
#: POSIX classes, which ``re`` reads as a set of their letters.
_POSIX = re.compile(r"\[:\^?[A-Za-z]+:\]")
#: A set of characters more frequent than this, per thousand, is no use as an anchor.
_TOO_COMMON = 100.0
_BOUNDARIES = {op.AT_BOUNDARY: r"\b", op.AT_NON_BOUNDARY: r"\B"}
_MANY = 1 << 30


class _Part(NamedTuple):
    """What is known of a piece of a pattern: required = a match holds a character of each of these sets."""

    shape: str
    span: Characters = NOTHING
    required: tuple[Characters, ...] = ()
    shortest: int = 0
    longest: int = 0


class Requirements(NamedTuple):
    """What a match of a pattern has to fulfil; ``anchors``: it holds at least one character of each."""

    anchors: tuple[Characters, ...]
    span: Characters
    shape: str
    shortest: int


def requirements(pattern: str, flags: int) -> Requirements | None:
    """What a match of ``pattern`` needs; None if nothing is known that would narrow down where to look."""
    if flags & ~_KNOWN_FLAGS or _POSIX.search(pattern):
        return None
    try:
        tree = parser.parse(pattern, flags)
        part = _sequence(tree, tree.state.flags & ~re.U)
    except (UnreadableError, re.error, RecursionError):
        return None
    anchors = tuple(dict.fromkeys(each for each in part.required if each.frequency() < _TOO_COMMON))
    if part.shortest == 0 or not anchors or part.span == EVERYTHING:
        return None
    return Requirements(anchors, part.span, part.shape, part.shortest)


def gates(patterns: list[tuple[str, int]]) -> list[Gate | None]:
    """A gate for each pattern (text, flags), with as few different anchors over all of them as possible.

    Anchors that many patterns share are sought once for all of them.
    """
    needs = [requirements(*pattern) for pattern in patterns]
    digits = matched_by(r"\d", 0)
    found: list[Gate | None] = [None] * len(patterns)
    left = {number for number, need in enumerate(needs) if need is not None}
    candidates = {digits} | {anchor for need in needs if need for anchor in need.anchors}
    while left:
        anchor = max(candidates, key=lambda each: (_served(each, needs, left), -each.frequency(), each))
        served = [number for number in left if _serves(anchor, needs[number])]
        for number in served:
            need = needs[number]
            if need is not None:
                found[number] = Gate(anchor, need.span | anchor, _needs(need), need.shape, need.shortest)
        left -= set(served)
    return found


def _needs(need: Requirements) -> str:
    """The characters, neither digits nor letters, that a match holds for certain."""
    single = (chr(each.ranges[0][0]) for each in need.anchors if len(each.ranges) == 1 and _is_one(each))
    return "".join(character for character in single if character.isascii() and not character.isalnum())


def _is_one(characters: Characters) -> bool:
    low, high = characters.ranges[0]
    return low == high


def _serves(anchor: Characters, need: Requirements | None) -> bool:
    return need is not None and any(each.within(anchor) for each in need.anchors)


def _served(anchor: Characters, needs: list[Requirements | None], left: set[int]) -> int:
    return sum(_serves(anchor, needs[number]) for number in left)


def _sequence(nodes: Any, flags: int) -> _Part:
    parts = [_node(kind, value, flags) for kind, value in nodes]
    span = NOTHING
    for part in parts:
        span |= part.span
    return _Part(
        "".join(part.shape for part in parts),
        span,
        tuple(required for part in parts for required in part.required),
        sum(part.shortest for part in parts),
        min(sum(part.longest for part in parts), _MANY),
    )


def _node(kind: Any, value: Any, flags: int) -> _Part:
    if kind is op.LITERAL and value == ord("{"):
        raise UnreadableError  # may begin a fuzzy count, which re does not know
    if kind in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
        return _character(written_atom(kind, value), flags)
    if kind is op.BRANCH:
        return _branch([_sequence(nodes, flags) for nodes in value[1]])
    if kind is op.SUBPATTERN:
        _group, added, removed, nodes = value
        part = _sequence(nodes, (flags | added) & ~removed)
        return part._replace(shape=f"(?:{part.shape})")
    if kind is op.ATOMIC_GROUP:
        part = _sequence(value, flags)
        return part._replace(shape=f"(?:{part.shape})")
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, nodes = value
        return _repeat(least, most, nodes, flags)
    if kind is op.AT:
        return _at(value, flags)
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return _look(value, flags)
    if kind is op.GROUPREF:
        return _Part(r"[\s\S]*", longest=_MANY)
    raise UnreadableError


def _character(atom: str, flags: int) -> _Part:
    if flags & (re.A | re.L):
        raise UnreadableError
    characters = matched_by(atom, flags)
    if not characters.ranges:
        raise UnreadableError
    return _Part(_shape(characters), characters, (characters,), 1, 1)


def _shape(characters: Characters) -> str:
    """The set with each digit made 0 and each letter A: a class of ``re``."""
    members = {
        "0" if character.isdigit() else "A" if character.isalpha() else character
        for character in characters.ascii()
    }
    return f"[{''.join(sorted(re.escape(member) for member in members))}]" if members else "[^\\x00-\\x7f]"


def _branch(parts: list[_Part]) -> _Part:
    span = NOTHING
    for part in parts:
        span |= part.span
    shapes = dict.fromkeys(part.shape for part in parts)
    return _Part(
        f"(?:{'|'.join(shapes)})",
        span,
        _required_by_one_of(parts),
        min(part.shortest for part in parts),
        max(part.longest for part in parts),
    )


def _required_by_one_of(parts: list[_Part]) -> tuple[Characters, ...]:
    """What a match of any alternative holds: its rarest, and a digit, where all of them ask for one."""
    if not all(part.required for part in parts):
        return ()
    digits = matched_by(r"\d", 0)
    rarest = numeric = NOTHING
    without = False
    for part in parts:
        rarest |= min(part.required, key=Characters.frequency)
        digit = next((each for each in part.required if each.within(digits)), None)
        numeric |= digit or NOTHING
        without |= digit is None
    return (rarest,) if without else (rarest, numeric)


def _repeat(least: int, most: Any, nodes: Any, flags: int) -> _Part:
    part = _sequence(nodes, flags)
    unbounded = most is op.MAXREPEAT
    count = f"{{{least},{'' if unbounded else most}}}"
    return _Part(
        f"(?:{part.shape}){count}",
        part.span,
        part.required if least else (),
        part.shortest * least,
        _MANY if unbounded else min(part.longest * most, _MANY),
    )


def _at(where: Any, flags: int) -> _Part:
    if where in _BOUNDARIES:
        return _Part(_BOUNDARIES[where])
    if where is op.AT_END and not flags & re.M:
        raise UnreadableError  # before a last line break it looks two characters ahead
    return _Part("")


def _look(value: Any, flags: int) -> _Part:
    """A look-ahead over several characters has to stay inside the run; one character beyond it is seen.

    What lies before the run is seen whole: a search that begins in the middle of a text looks behind it.
    """
    direction, nodes = value
    part = _sequence(nodes, flags)
    ahead = direction > 0 and part.longest > 1
    return _Part("", part.span if ahead else NOTHING)


#: Every code point, surrogates too: a Python string may hold any of them.
_LAST = 0x10FFFF


@cache
def _all_characters() -> str:
    return "".join(map(chr, range(_LAST + 1)))


@cache
def matched_by(atom: str, flags: int) -> Characters:
    """The characters that ``atom``, a pattern of one character, matches: asked of ``regex`` itself."""
    runs = regex.compile(f"(?:{atom})+", flags)
    return Characters(tuple((run.start(), run.end() - 1) for run in runs.finditer(_all_characters())))
