"""The texts of one day, read by their hash."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress

from . import layout
from .compression import decompressed
from .error import MissingError
from .manifest import StoredSpan
from .pieces import BrokenError, hashes
from .place import Place

#: Bytes of texts that are kept while spans that share them are read.
_MOST_BYTES = 64_000_000


class Texts:
    """What is stored of a day, each text read once as long as there is room. For one thread."""

    def __init__(self, place: Place, day: str) -> None:
        self._place = place
        self._day = day
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def get(self, sha256: str) -> bytes:
        """The text; raises ``MissingError``, or ``BrokenError`` where it is damaged."""
        known = self._known.get(sha256)
        if known is not None:
            return known
        try:
            content = decompressed(self._place.get(layout.text(self._day, sha256)))
        except ValueError:
            raise BrokenError(sha256) from None
        self._known[sha256] = content
        self._size += len(content)
        while self._size > _MOST_BYTES and len(self._known) > 1:
            self._size -= len(self._known.popitem(last=False)[1])
        return content

    def needed(self, span: StoredSpan) -> Iterator[str]:
        """The hashes of all that ``span`` refers to, as far as it can be read."""
        for value in span.values:
            for reference in value.pieces.references:
                with suppress(MissingError, BrokenError):
                    yield from hashes((reference,), self.get)
