"""What masking made of a message seen before: its edits, and what has to be noted of them each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from . import json_text
from .found import Found
from .json_text import Edit
from .policy import Action, Policy

#: Replacements that are the same whatever the value: others depend on a trace or a key, or hold a part of it.
_SAME_FOR_ALL = frozenset({Action.MASK, Action.DROP, Action.KEEP})


class Outcome(NamedTuple):
    """Positions, types and replacements; no text of the message.

    ``learned``: (type, start, end, score) of what the trace's memory learns.
    """

    edits: tuple[Edit, ...]
    types: frozenset[str]
    learned: tuple[tuple[str, int, int, float], ...]

    def note(self, text: str, found: Found) -> list[Edit]:
        """The edits of ``text``, with all noted in ``found`` that looking at it would note."""
        found.types.update(self.types)
        read = _read if "\\" in text else str
        found.learned += [
            (entity, read(text[start:end]), score) for entity, start, end, score in self.learned
        ]
        return list(self.edits)

    def and_then(self, other: Outcome, shift: int) -> Outcome:
        """This, and the outcome of what stands ``shift`` characters further in the same text."""
        return Outcome(
            (*self.edits, *(Edit(start + shift, end + shift, *rest) for start, end, *rest in other.edits)),
            self.types | other.types,
            (
                *self.learned,
                *((kind, start + shift, end + shift, score) for kind, start, end, score in other.learned),
            ),
        )


def outcome(
    text: str, edits: Sequence[Edit], types: set[str], learned: Sequence[tuple[str, str, float]]
) -> Outcome | None:
    """What to remember of a message; None where what was learned is not what was replaced, one by one."""
    if len(edits) != len(learned):
        return None
    noted = []
    for edit, (entity, value, score) in zip(edits, learned, strict=True):
        if _read(text[edit.start : edit.end]) != value:
            return None
        noted.append((entity, edit.start, edit.end, score))
    return Outcome(tuple(edits), frozenset(types), tuple(noted))


def _read(written: str) -> str:
    """What was learned, which may be written with escapes."""
    return json_text.decode(written) if "\\" in written else written


def can_be_remembered(policy: Policy) -> bool:
    """True if the same message has the same outcome in every trace, and the outcome tells nothing of it."""
    actions = {policy.action(entity) for entity in (*policy.actions, "")}
    return actions <= _SAME_FOR_ALL and not policy.distinct
