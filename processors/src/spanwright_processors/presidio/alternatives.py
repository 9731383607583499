"""Long lists of words in a pattern, such as all top-level domains, in a form that is tried letter by letter.

The form matches the same, and of several words that match the same one: words that begin with different
letters never match at one place, so that only those with the same beginning have to keep their order.
"""

from __future__ import annotations

import re

#: A group of groups of letters and digits and nothing else, at least nine: ``(?:(?:com)|(?:edu)|…)``.
_LIST = re.compile(r"(?<!\\)\(\?:(?:\(\?:[A-Za-z0-9]+\)\|){8,}\(\?:[A-Za-z0-9]+\)\)")
_WORD = re.compile(r"\(\?:([A-Za-z0-9]+)\)")
_CLASS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def by_letters(pattern: str) -> str:
    """``pattern`` with its long lists of words put together by their first letters."""
    classes = [found.span() for found in _CLASS.finditer(pattern) if found.group()[0] == "["]

    def rewritten(found: re.Match[str]) -> str:
        if any(start < found.end() and found.start() < end for start, end in classes):
            return found.group()
        return _joined(_WORD.findall(found.group()))

    return _LIST.sub(rewritten, pattern)


def _joined(words: list[str]) -> str:
    """A pattern for one of ``words``, tried in this order."""
    branches: list[str] = []
    rests: dict[str, list[str]] = {}

    def close() -> None:
        branches.extend(first + _joined(rest) for first, rest in rests.items())
        rests.clear()

    for word in words:
        if word:
            rests.setdefault(word[0], []).append(word[1:])
        else:  # matches everywhere: what comes after it is never tried before it
            close()
            branches.append("")
    close()
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
