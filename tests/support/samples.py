"""Random texts that a pattern matches, made at run time: not even a made-up secret stands in a file."""

from __future__ import annotations

import importlib
import random
import string
from typing import Any

_parse = importlib.import_module("re._parser")
#: Repeats without a bound, or a high one, are cut here.
_MOST = 60


def sample(pattern: str, chance: random.Random) -> str:
    """A text that ``pattern`` matches from its first to its last character; assertions are not looked at."""
    return _all(_parse.parse(pattern), chance)


def _all(tokens: Any, chance: random.Random) -> str:
    return "".join(_one(code, value, chance) for code, value in tokens)


def _one(code: Any, value: Any, chance: random.Random) -> str:
    name = str(code)
    if name == "LITERAL":
        return chr(value)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, tokens = value
        times = chance.randint(least, max(least, min(int(most), least + _MOST)))
        return "".join(_all(tokens, chance) for _ in range(times))
    if name == "IN":
        return chance.choice(_members(value))
    if name == "BRANCH":
        return _all(chance.choice(value[1]), chance)
    if name == "SUBPATTERN":
        return _all(value[3], chance)
    if name in ("ASSERT", "ASSERT_NOT", "AT"):
        return ""
    raise NotImplementedError(name)


def _members(tokens: Any) -> str:
    members = ""
    for code, value in tokens:
        if str(code) == "LITERAL":
            members += chr(value)
        elif str(code) == "RANGE":
            members += "".join(map(chr, range(value[0], value[1] + 1)))
        else:  # \s with \S, or another category
            members += string.ascii_letters + string.digits
    return members
