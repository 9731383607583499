"""Arrays of messages that grow: what was said before is not looked at again.

An array that begins as another one did, up to that one's closing bracket, and goes on with a comma and an
object, is that array and the rest; whatever is in the rest changes nothing in what stands before it. Known
again it is by a keyed digest, so that no text is kept.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .engine import FindingCache
from .json_text import BLANKS
from .outcomes import Outcome

if TYPE_CHECKING:
    from .engine import Digest

#: Shorter arrays cost no more to look at.
_SHORTEST = 512
#: By which arrays that may be beginnings are looked up, in characters.
_HEAD = 256
#: Arrays with the same head whose lengths are kept, and digests taken of one text in vain.
_LENGTHS, _TRIES = 16, 3


class Beginning(NamedTuple):
    """The first ``length`` characters of a text, of this digest and without a bracket at the end, have this
    outcome.
    """

    length: int
    outcome: Outcome
    digest: Digest


class Conversations:
    """The arrays seen, by one policy and what a trace knows (``beside``), in a cache's memory."""

    def __init__(self, cache: FindingCache) -> None:
        self._cache = cache

    def beginning(self, text: str, beside: bytes) -> Beginning | None:
        """The longest array seen that ``text`` is, or goes on from; None for none."""
        lengths: tuple[int, ...] = self._cache.get(self._cache.key(text[:_HEAD], b"head" + beside)) or ()
        possible = (length for length in sorted(lengths, reverse=True) if _can_go_on(text, length))
        for length in islice(possible, _TRIES):
            digest = self._cache.digest(text[:length])
            outcome: Outcome | None = self._cache.get(self._key(digest, beside))
            if outcome is not None:
                return Beginning(length, outcome, digest)
        return None

    def keep(
        self, text: str, beside: bytes, outcome: Outcome, era: object, before: Beginning | None = None
    ) -> None:
        """Remember an array, given with its brackets; ``before``: what it begins with."""
        head = self._cache.key(text[:_HEAD], b"head" + beside)
        length = len(text) - 1
        lengths: tuple[int, ...] = self._cache.get(head) or ()
        others = [one for one in lengths if one != length][-_LENGTHS + 1 :]
        self._cache.keep(head, (*others, length), 1, era)
        if before is None:
            digest = self._cache.digest(text[:length])
        else:
            digest = self._cache.digest(text[before.length : length], before.digest)
        self._cache.keep(self._key(digest, beside), outcome, len(outcome.edits), era)

    def _key(self, digest: Digest, beside: bytes) -> bytes:
        return self._cache.finished(digest, b"array" + beside)


def is_array(text: str) -> bool:
    """True for what may be an array that is worth remembering."""
    return len(text) >= _SHORTEST and text[0] == "[" and text[-1] == "]"


def _can_go_on(text: str, length: int) -> bool:
    """True if after ``length`` characters the array ends, or an object with a key follows.

    Only then does what follows not depend on keys before it.
    """
    if length >= len(text):
        return False
    if length == len(text) - 1:
        return True
    if text[length] != ",":
        return False
    brace = BLANKS.match(text, length + 1)
    end = brace.end() if brace else length
    if text[end : end + 1] != "{":
        return False
    quote = BLANKS.match(text, end + 1)
    return quote is not None and text[quote.end() : quote.end() + 1] == '"'
