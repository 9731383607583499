"""One character's place in a parsed expression, written as a pattern of its own."""

from __future__ import annotations

from re import _constants as op  # type: ignore[attr-defined]
from typing import Any

_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}


class UnreadableError(Exception):
    """An expression has something that is not understood here, and is to be taken as it is."""


def written_atom(kind: Any, value: Any) -> str:
    """What matches the same one character: ``.``, a literal, or a set.

    :raises UnreadableError: a set holds a kind of character that has no name here.
    """
    if kind is op.ANY:
        return "."
    if kind is op.LITERAL:
        return f"[{_literal(value)}]"
    if kind is op.NOT_LITERAL:
        return f"[^{_literal(value)}]"
    negated = value[0][0] is op.NEGATE
    return f"[{'^' if negated else ''}{''.join(_member(*member) for member in value[negated:])}]"


def _literal(code: int) -> str:
    return f"\\U{code:08x}"


def _member(kind: Any, value: Any) -> str:
    if kind is op.LITERAL:
        return _literal(value)
    if kind is op.RANGE:
        return f"{_literal(value[0])}-{_literal(value[1])}"
    if kind is op.CATEGORY and value in _CATEGORIES:
        return _CATEGORIES[value]
    raise UnreadableError
