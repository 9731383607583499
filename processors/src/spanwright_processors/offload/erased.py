"""What was erased lately, told to the processes that still write.

A process that writes knows which texts it has stored and does not store them again. Where an erasure removes
one that a span on its way refers to, the text would be missing. So an erasure notes, before it looks at what
is still referred to, which texts it may remove; and a process looks for such notes *after* its spans are
stored. Either the erasure sees the span and leaves the text, or the process sees the note and stores the text
again.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from .error import MissingError
from .full_text import FullText
from .layout import ERASURES, user_digest
from .place import Place

#: An object that is always there: an empty listing costs some stores' libraries two more requests.
ABOUT = f"{ERASURES}/about.txt"
ABOUT_TEXT = b"What was erased lately, for processes that still write. Notes are deleted after a week.\n"
#: Seconds for which an erasure may remove what it has noted; then it must look again.
LEASE_SECONDS = 900.0
#: Seconds for which notes stay: spans that wait longer elsewhere no longer learn of an erasure.
KEPT_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Note:
    """An erasure of ``traces`` (and whoever has the digests ``users``) on one day.

    ``texts`` are the hashes that it may remove; None for all of that day. ``began`` is in seconds since the
    epoch; ``is_done`` when nothing more is removed.
    """

    name: str
    began: float
    day: str
    traces: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    texts: frozenset[str] | None = frozenset()
    is_done: bool = False

    def is_over(self, now: float) -> bool:
        """True if this erasure removes nothing more: it is done, or its process was killed."""
        return self.is_done or now > self.began + LEASE_SECONDS

    def covers(self, span: FullText) -> bool:
        """True if the erasure is to remove ``span``, which ended before it."""
        if span.time_ns / 1e9 > self.began:
            return False
        return f"{span.trace_id:032x}" in self.traces or (
            span.user is not None and user_digest(span.user) in self.users
        )

    def encode(self) -> bytes:
        fields = {
            "began": self.began,
            "day": self.day,
            "traces": sorted(self.traces),
            "users": sorted(self.users),
            "texts": None if self.texts is None else sorted(self.texts),
            "is_done": self.is_done,
        }
        return json.dumps(fields, separators=(",", ":")).encode("ascii")

    @classmethod
    def decode(cls, name: str, content: bytes) -> Note:
        fields = json.loads(content)
        texts = fields["texts"]
        return cls(
            name,
            fields["began"],
            fields["day"],
            frozenset(fields["traces"]),
            frozenset(fields["users"]),
            None if texts is None else frozenset(texts),
            fields["is_done"],
        )


def noted(
    place: Place,
    day: str,
    clock: Callable[[], float],
    *,
    texts: Iterable[str] | None,
    traces: Iterable[str] = (),
    users: Iterable[str] = (),
) -> Note:
    """A new note, stored."""
    began = clock()
    note = Note(
        f"{ERASURES}/{began:.0f}-{secrets.token_hex(8)}.json",
        began,
        day,
        frozenset(traces),
        frozenset(users),
        None if texts is None else frozenset(texts),
    )
    place.put({note.name: note.encode()})
    return note


def renewed(place: Place, note: Note, clock: Callable[[], float]) -> Note:
    """``note`` with its time anew; what is still referred to must be looked at again then."""
    later = replace(note, began=clock())
    place.put({later.name: later.encode()})
    return later


def done(place: Place, note: Note, removed: Iterable[str] | None) -> None:
    """Nothing more is removed; ``removed`` was. What was kept need not be stored again."""
    texts = None if removed is None else frozenset(removed)
    place.put({note.name: replace(note, texts=texts, is_done=True).encode()})


class Notes:
    """The notes of a place as one process has read them. For one thread."""

    def __init__(self, place: Place, clock: Callable[[], float] = time.time) -> None:
        self._place = place
        self._clock = clock
        self._known: dict[str, Note] = {}

    def latest(self) -> list[Note]:
        """Every note that is there now. One that is not over is read again each time."""
        now = self._clock()
        known: dict[str, Note] = {}
        for name in self._place.names(ERASURES):
            if name == ABOUT:
                continue
            note = self._known.get(name)
            if note is None or not note.is_over(now):
                try:
                    note = Note.decode(name, self._place.get(name))
                except (MissingError, ValueError, KeyError, TypeError):
                    continue
            known[name] = note
        self._known = known
        return list(known.values())
