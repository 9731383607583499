"""Patterns rewritten for the native scanner: for text of ASCII, every set of characters spelled out.

What each set holds is asked of the module that runs the pattern otherwise, so that no two dialects of
expressions can read it differently. What is left (order, repetition, looking around by one character) means
the same in all of them. A pattern with anything else in it is not rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

import regex

from .atoms import UnreadableError, written_atom

#: Longer patterns take longer to compile than they are worth: all top-level domains.
_LONGEST = 8_000
_KNOWN_FLAGS = re.I | re.M | re.S | re.U | re.X
_POSIX = re.compile(r"\[:\^?[A-Za-z]+:\]")
_ASCII = "".join(map(chr, range(128)))
_WORD = "[0-9A-Z_a-z]"
#: No character: none of a byte, that is.
_NO_CHARACTER = r"[^\x00-\xff]"
#: The ends of words, for the kind of expression that knows them, and for the one that can look around.
_BOUNDARY = {False: r"\b", True: f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))"}
_NO_BOUNDARY = {False: r"\B", True: f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))"}


class Expression(NamedTuple):
    """``looks``: whether it looks ahead or behind, which takes another kind of matcher."""

    text: str
    looks: bool


def for_ascii(pattern: str, flags: int = 0, module: Any = regex) -> Expression | None:
    """``pattern``, which ``module`` (``regex`` or ``re``) runs with ``flags``; None: it is not rewritten."""
    if len(pattern) > _LONGEST or flags & ~_KNOWN_FLAGS or _POSIX.search(pattern):
        return None
    try:
        tree = parser.parse(pattern, flags)
        for looks in (False, True):
            writer = _Writer(module, looks)
            text = writer.sequence(tree, tree.state.flags & ~re.U)
            if looks or not writer.met_a_look:
                return Expression(text, looks)
    except (UnreadableError, re.error, RecursionError):
        pass
    return None


class _Writer:
    def __init__(self, module: Any, looks: bool) -> None:
        self._module = module
        self._looks = looks
        self.met_a_look = False

    def sequence(self, nodes: Any, flags: int) -> str:
        return "".join(self._node(kind, value, flags) for kind, value in nodes)

    def _node(self, kind: Any, value: Any, flags: int) -> str:
        write: Callable[[Any, Any, int], str] | None = _WRITERS.get(kind)
        if write is None:
            raise UnreadableError
        return write(self, value, flags) if kind not in _ATOMS else self._atom(kind, value, flags)

    def _atom(self, kind: Any, value: Any, flags: int) -> str:
        if kind is op.LITERAL and value == ord("{") and self._module is regex:
            raise UnreadableError  # may begin a fuzzy count
        if flags & (re.A | re.L):
            raise UnreadableError
        return _class(written_atom(kind, value), flags, self._module)

    def _branch(self, value: Any, flags: int) -> str:
        return f"(?:{'|'.join(self.sequence(nodes, flags) for nodes in value[1])})"

    def _group(self, value: Any, flags: int) -> str:
        _number, added, removed, nodes = value
        return f"(?:{self.sequence(nodes, (flags | added) & ~removed)})"

    def _greedy(self, value: Any, flags: int) -> str:
        least, most, nodes = value
        end = "" if most is op.MAXREPEAT else most
        return f"(?:{self.sequence(nodes, flags)}){{{least},{end}}}"

    def _lazy(self, value: Any, flags: int) -> str:
        return f"{self._greedy(value, flags)}?"

    def _at(self, value: Any, flags: int) -> str:
        if value is op.AT_BOUNDARY:
            return _BOUNDARY[self._looks]
        if value is op.AT_NON_BOUNDARY:
            return _NO_BOUNDARY[self._looks]
        if value is op.AT_END_STRING:
            return r"\z"
        if value in (op.AT_BEGINNING, op.AT_END) and flags & re.M:
            return "(?m:^)" if value is op.AT_BEGINNING else "(?m:$)"
        raise UnreadableError

    def _ahead(self, value: Any, flags: int) -> str:
        return self._look(value, flags, "=")

    def _not_ahead(self, value: Any, flags: int) -> str:
        return self._look(value, flags, "!")

    def _look(self, value: Any, flags: int, sign: str) -> str:
        self.met_a_look = True
        direction, nodes = value
        if direction < 0 and nodes.getwidth()[1] > 1:
            raise UnreadableError  # only the character next to a run is there
        return f"(?{'<' if direction < 0 else ''}{sign}{self.sequence(nodes, flags)})"


_ATOMS = frozenset({op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY})
_WRITERS: dict[Any, Any] = {
    **dict.fromkeys(_ATOMS, _Writer._atom),
    op.BRANCH: _Writer._branch,
    op.SUBPATTERN: _Writer._group,
    op.MAX_REPEAT: _Writer._greedy,
    op.MIN_REPEAT: _Writer._lazy,
    op.AT: _Writer._at,
    op.ASSERT: _Writer._ahead,
    op.ASSERT_NOT: _Writer._not_ahead,
}


@lru_cache(maxsize=1_024)
def _class(atom: str, flags: int, module: Any) -> str:
    """The ASCII characters that ``atom`` matches, as a class."""
    flags &= re.I | re.S
    runs = [(run.start(), run.end() - 1) for run in module.compile(f"(?:{atom})+", flags).finditer(_ASCII)]
    inside = "".join(rf"\x{low:02x}-\x{high:02x}" for low, high in runs)
    return f"[{inside}]" if runs else _NO_CHARACTER
