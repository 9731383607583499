"""What a validator is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

#: The parameters of a recognizer, as Presidio holds them.
Parameters = dict[str, Any]
#: Gets the matched text. True: certain, False: no such number, None: the pattern's score stands.
Validation = Callable[[str, Parameters], bool | None]
#: Gets the matched text. True: no such number.
Invalidation = Callable[[str, Parameters], bool]


class Validator(NamedTuple):
    """``fingerprints``: of those versions of Presidio's own validation that this one was held to."""

    fingerprints: frozenset[str]
    validate: Validation | None = None
    invalidate: Invalidation | None = None


def cleaned(text: str, parameters: Parameters) -> str:
    """The text without its separators."""
    for old, new in parameters.get("replacement_pairs") or ():
        text = text.replace(old, new)
    return text
