"""Stores spans: the pieces that are not there yet, then what refers to them."""

from __future__ import annotations

import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable

from ..days import first_day_kept
from . import layout
from .compression import compressed
from .erased import Note, Notes
from .erasure import Erasure, erase
from .error import PlaceError
from .full_text import FullText
from .layout import TraceObject
from .manifest import StoredSpan, stored_span, written
from .place import Place
from .prompt_registry import PromptRegistrar

#: Seconds after which a process asks anew, before it stores, what was erased; it always asks afterwards.
STALE_SECONDS = 60.0
#: Texts that a process remembers to have stored.
REMEMBERED = 32_768


class Store:
    """Stores spans at ``place``. For one thread; raises ``PlaceError``.

    What ``store`` was given twice under one segment's name is there once. ``retention_days`` is 0 where
    nothing is deleted.
    """

    def __init__(
        self,
        place: Place,
        retention_days: int = 0,
        registrar: PromptRegistrar | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._place = place
        self._registrar = registrar
        self._retention_days = retention_days
        self._clock = clock
        self._notes = Notes(place, clock)
        self._heard: set[str] = set()
        self._latest: list[Note] = []
        self._listened = 0.0
        self._stored: OrderedDict[tuple[str, str], None] = OrderedDict()

    def store(self, segment: str, spans: Iterable[FullText]) -> None:
        """Store ``spans``; when this returns they are at the place, or have been erased, or are too old.

        Raises ``PlaceError`` too while an erasure is under way that may remove what they need: then they are
        to be stored again later.
        """
        notes, spans = self._notes_of_late(), list(spans)
        covered = [span for span in spans if any(note.covers(span) for note in notes)]
        if any(not note.is_over(self._clock()) and note.covers(span) for note in notes for span in covered):
            raise self._not_yet()
        # An earlier attempt may have stored some of them, after the erasure had looked.
        self._erase([span for span in covered if self._has(segment, span)])
        by_day: defaultdict[str, list[FullText]] = defaultdict(list)
        for span in spans:
            if span not in covered:
                by_day[span.day(self._clock())].append(span)
        first = first_day_kept(self._retention_days, self._clock()) if self._retention_days else ""
        for day, of_day in by_day.items():
            if day >= first:
                self._store_day(segment, day, of_day)

    def _store_day(self, segment: str, day: str, spans: list[FullText]) -> None:
        pieces: dict[str, bytes] = {}
        by_trace: defaultdict[int, list[StoredSpan]] = defaultdict(list)
        for span in spans:
            by_trace[span.trace_id].append(stored_span(span, pieces))
        self._put(day, pieces)
        self._place.put(
            {
                TraceObject(day, f"{trace:032x}", segment, _user(of_trace)).name: written(of_trace)
                for trace, of_trace in by_trace.items()
            }
        )
        self._register(spans)
        self._answer(day, pieces, spans)

    def _register(self, spans: list[FullText]) -> None:
        if self._registrar is not None:
            self._registrar.register(spans, self._clock())

    def _put(self, day: str, pieces: dict[str, bytes]) -> None:
        """Store the pieces that are not known to be there."""
        missing = {
            layout.text(day, name): compressed(content)
            for name, content in pieces.items()
            if (day, name) not in self._stored and not self._place.has(layout.text(day, name))
        }
        if missing:
            self._place.put(missing)
        for name in pieces:
            self._stored[day, name] = None
            self._stored.move_to_end((day, name))
        while len(self._stored) > REMEMBERED:
            self._stored.popitem(last=False)

    def _notes_of_late(self) -> list[Note]:
        """The notes that were heard of last, unless that is long ago or one was not over."""
        now = self._clock()
        is_new = 0 <= now - self._listened < STALE_SECONDS
        return self._latest if is_new and all(one.is_over(now) for one in self._latest) else self._listen()

    def _listen(self) -> list[Note]:
        """Every erasure there is; what those removed that are new here is no longer known to be stored."""
        notes = self._notes.latest()
        now = self._clock()
        for note in notes:
            if note.name not in self._heard:
                self._forget(note)
        self._heard = {note.name for note in notes if note.is_over(now)}
        self._latest, self._listened = notes, now
        return notes

    def _forget(self, note: Note) -> None:
        if self._registrar is not None:
            self._registrar.forget()
        if note.texts is None:
            for key in [key for key in self._stored if key[0] == note.day]:
                del self._stored[key]
        else:
            for name in note.texts:
                self._stored.pop((note.day, name), None)

    def _answer(self, day: str, pieces: dict[str, bytes], spans: list[FullText]) -> None:
        """Store again what an erasure that began meanwhile has removed, and erase what it did not see."""
        heard = self._heard
        notes = [note for note in self._listen() if note.name not in heard]
        if not notes:
            return
        concerned = [note for note in notes if note.day == day and _may_remove(note, pieces)]
        if any(not note.is_over(self._clock()) for note in concerned):
            raise self._not_yet()
        unseen = [span for span in spans if any(note.covers(span) for note in notes)]
        staying = [span for span in spans if span not in unseen]
        self._put(day, _pieces(staying))
        self._register(staying)
        self._erase(unseen)

    def _erase(self, spans: list[FullText]) -> None:
        traces = frozenset(f"{span.trace_id:032x}" for span in spans)
        if traces:
            erase(self._place, Erasure(traces=traces), self._retention_days, self._clock)

    def _has(self, segment: str, span: FullText) -> bool:
        """True if spans of this segment and trace are stored."""
        names = self._place.names(layout.traces_of(span.day(self._clock()), f"{span.trace_id:032x}"))
        return any(one.segment == segment for name in names if (one := TraceObject.of(name)))

    def _not_yet(self) -> PlaceError:
        return PlaceError(f"Cannot store at {self._place.url} yet: an erasure is under way.")


def _pieces(spans: list[FullText]) -> dict[str, bytes]:
    pieces: dict[str, bytes] = {}
    for span in spans:
        stored_span(span, pieces)
    return pieces


def _user(spans: list[StoredSpan]) -> str:
    user = next((span.head.user for span in spans if span.head.user), None)
    return layout.user_digest(user) if user else ""


def _may_remove(note: Note, pieces: dict[str, bytes]) -> bool:
    return note.texts is None or not note.texts.isdisjoint(pieces)
