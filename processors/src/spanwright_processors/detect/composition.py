"""Edits that overlap, or that were made one after the other, as edits of one text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from . import json_text
from .json_text import Edit

#: A masked text is looked at again until nothing is found, at most so often: what a replacement left
#: beside itself may have become an entity of its own.
_ROUNDS = 4


def stable(text: str, once: Callable[[str], list[Edit]]) -> list[Edit]:
    """What ``once`` edits in ``text``, and then in what it made of it, until nothing is left."""
    edits = once(text)
    for _ in range(_ROUNDS):
        if not edits:
            break
        more = once(json_text.apply(text, edits))
        if not more:
            break
        edits = _composed(edits, more)
    return edits


def united(edits: Iterable[Edit]) -> list[Edit]:
    """The edits in order, overlapping ones made one that covers them all and puts in what the longest
    does."""
    made: list[Edit] = []
    longest = 0
    for edit in sorted(edits):
        if made and edit.start < made[-1].end:
            last = made[-1]
            winner = last if longest >= edit.end - edit.start else edit
            longest = max(longest, edit.end - edit.start)
            made[-1] = Edit(last.start, max(last.end, edit.end), winner.replacement, winner.type)
        else:
            made.append(edit)
            longest = edit.end - edit.start
    return made


def _composed(first: list[Edit], second: Iterable[Edit]) -> list[Edit]:
    """``first`` and then ``second``, which edits what ``first`` made, as edits of the original text."""
    in_original = partial(_position_before, first)
    moved = [
        Edit(in_original(start, False), in_original(end, True), replacement, entity)
        for start, end, replacement, entity in second
    ]
    kept = [
        edit for edit in first if not any(new.start <= edit.start and edit.end <= new.end for new in moved)
    ]
    return united([*kept, *moved])


def _position_before(edits: Iterable[Edit], position: int, is_end: bool) -> int:
    """Where ``position`` of the edited text was in the original; inside a replacement, the edge of the
    edit."""
    shift = 0
    for start, end, replacement, _ in edits:
        new_start = start + shift
        new_end = new_start + len(replacement)
        if position < new_start or (is_end and position == new_start):
            break
        if position < new_end or (is_end and position == new_end):
            return end if is_end else start
        shift += len(replacement) - (end - start)
    return position - shift
