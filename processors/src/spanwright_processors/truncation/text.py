"""Cutting text where a reader would: between characters, beside placeholders, with a mark of how much."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

#: What masking leaves: `[EMAIL]`, `[CARD]`, `[NAME_3f9a1c07]`; a little wider, for other tools' placeholders.
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Za-z0-9_:#=+/.-]{0,62}\]")
_LONGEST_PLACEHOLDER = 64
_MARKED = re.compile(r"…\[\+(\d+) chars\]\Z")

#: A cluster longer than this is cut; real ones are far shorter.
_LONGEST_CLUSTER = 32
_JOINER = "\u200d"


def utf8_bytes(text: str) -> int:
    """Bytes of ``text`` in UTF-8; a lone surrogate counts as the replacement character it becomes."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def cut(text: str, chars: int) -> str:
    """``text`` in at most ``chars`` characters (32 or more), the beginning kept and the rest counted.

    Text that was cut before is not marked twice: the count goes on from what was left out then.
    """
    if len(text) <= chars:
        return text
    return _cut(text, lambda kept: len(kept) <= chars)


def cut_to_bytes(text: str, limit: int, size: Callable[[str], int] = utf8_bytes) -> str:
    """``text`` with ``size(text) <= limit``, the beginning kept. ``limit`` must hold the mark: 32 or more."""
    if len(text) <= limit and size(text) <= limit:
        return text
    return _cut(text, lambda kept: size(kept) <= limit)


def cut_middle(text: str, limit: int, size: Callable[[str], int] = utf8_bytes) -> str:
    """``text`` with ``size(text) <= limit``: a quarter from the beginning, the rest from the end.

    For stack traces, whose last lines name the exception and the innermost frames.
    """
    if len(text) <= limit and size(text) <= limit:
        return text
    reserved = size(_mark(len(text))) + size("…")
    head = _longest(text, lambda kept: size(kept) <= (limit - reserved) // 4)
    room = limit - reserved - size(text[:head])
    tail = len(text) - _longest_tail(text, lambda kept: size(kept) <= room)
    end, start = _whole_end(text, head), _whole_start(text, max(tail, head))
    return f"{text[:end]}{_mark(start - end)}…{text[start:]}"


def _mark(left_out: int) -> str:
    return f"…[+{left_out} chars]"


def _cut(text: str, fits: Callable[[str], bool]) -> str:
    text, left_out = _unmarked(text)
    widest = _mark(len(text) + left_out)
    end = _whole_end(text, _longest(text, lambda kept: fits(kept + widest)))
    return text[:end] + _mark(len(text) - end + left_out)


def _unmarked(text: str) -> tuple[str, int]:
    """``text`` without the mark of an earlier cut, and how many characters that one left out."""
    marked = _MARKED.search(text, max(0, len(text) - _LONGEST_PLACEHOLDER))
    return (text, 0) if marked is None else (text[: marked.start()], int(marked[1]))


def _longest(text: str, fits: Callable[[str], bool]) -> int:
    """Characters of the longest beginning that fits. Doubles first, so that little of a long text is read."""
    high = 256
    while high < len(text) and fits(text[:high]):
        high *= 2
    low, high = 0, min(high, len(text))
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _longest_tail(text: str, fits: Callable[[str], bool]) -> int:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(text[-middle:]):
            low = middle
        else:
            high = middle - 1
    return low


def _whole_end(text: str, end: int) -> int:
    """``end`` moved to the left so that no visible character and no placeholder is cut through."""
    for whole in range(end, max(-1, end - _LONGEST_CLUSTER), -1):
        if not _continues(text, whole):
            end = whole
            break
    opened = text.rfind("[", max(0, end - _LONGEST_PLACEHOLDER), end)
    if opened != -1 and (found := _PLACEHOLDER.match(text, opened)) and found.end() > end:
        return opened
    return end


def _whole_start(text: str, start: int) -> int:
    """``start`` moved to the right for the same reason."""
    opened = text.rfind("[", max(0, start - _LONGEST_PLACEHOLDER), start)
    if opened != -1 and (found := _PLACEHOLDER.match(text, opened)) and found.end() > start:
        start = found.end()
    for whole in range(start, min(len(text), start + _LONGEST_CLUSTER) + 1):
        if not _continues(text, whole):
            return whole
    return start


def _continues(text: str, at: int) -> bool:
    """True if the character at ``at`` is drawn together with the one before it."""
    if at <= 0 or at >= len(text) or text[at].isascii():
        return False
    following = text[at]
    return (
        unicodedata.combining(following) != 0
        or following == _JOINER
        or text[at - 1] == _JOINER
        or unicodedata.category(following) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= following <= "\U0001f3ff"
    )
