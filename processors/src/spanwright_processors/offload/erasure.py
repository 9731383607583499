"""Removing traces, users' traces or whole days for good, without what others still refer to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from ..days import first_day_kept
from . import layout
from .erased import LEASE_SECONDS, Note, done, noted, renewed
from .error import ContentError
from .layout import TraceObject
from .manifest import StoredSpan, read
from .place import Place
from .prompt_registry import forget_prompts
from .texts import Texts

#: Objects removed between two looks at the clock.
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to go: traces (32 hexadecimal digits), all traces of users (their hashes), whole days."""

    traces: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if any(len(trace) != 32 for trace in self.traces):
            raise ContentError(
                "Cannot erase by the beginning of a trace id: it may mean several. Give all 32 digits."
            )


@dataclass(slots=True)
class Erased:
    """What went: traces (counted once a day they were on), texts; ``shared`` texts stay for other traces."""

    traces: int = 0
    spans: int = 0
    texts: int = 0
    shared: int = 0
    prompts: int = 0


def erase(
    place: Place, erasure: Erasure, retention_days: int = 0, clock: Callable[[], float] = time.time
) -> Erased:
    """Remove what ``erasure`` names; what other traces of the day refer to as well stays.

    A second run finishes what a crash interrupted. Spans that wait elsewhere to be stored are removed when
    they arrive, if they ended before and arrive within a week. Prompts that nothing else used go as well;
    days before ``retention_days`` (0: none) count as used. Copies of the store are not reached. Raises
    ``PlaceError``.
    """
    erased = Erased()
    first = first_day_kept(retention_days, clock()) if retention_days else ""
    days = [folder for folder in place.folders() if layout.is_day(folder)]
    for day in days:
        if day in erasure.days:
            _erase_day(place, day, erased, clock)
    objects = {day: _objects(place, day) for day in days if day not in erasure.days}
    traces, users = _traces(erasure, objects)
    found = False
    for day, of_day in objects.items():
        targets = [one for one in of_day if one.trace in traces]
        if targets:
            found = True
            removal = _Removal(place, day, traces=traces, users=users, first_day=first, clock=clock)
            removal.run(targets, erased)
    if not found and (traces or users):  # what waits elsewhere is to go all the same
        done(place, noted(place, "", clock, texts=(), traces=traces, users=users), ())
    return erased


def _objects(place: Place, day: str) -> list[TraceObject]:
    return [one for name in place.names(layout.traces_of(day)) if (one := TraceObject.of(name))]


def _traces(erasure: Erasure, objects: dict[str, list[TraceObject]]) -> tuple[frozenset[str], frozenset[str]]:
    """Every trace that goes, and the digests of the users. A trace that names a user anywhere is theirs."""
    users = frozenset(map(layout.user_digest, erasure.users))
    theirs = {one.trace for of_day in objects.values() for one in of_day if one.user in users}
    return erasure.traces | theirs, users


def _erase_day(place: Place, day: str, erased: Erased, clock: Callable[[], float]) -> None:
    note = noted(place, day, clock, texts=None)
    erased.traces += len({one.trace for one in _objects(place, day)})
    erased.texts += len(place.names(f"{day}/{layout.TEXTS}"))
    place.delete_folder(day)
    done(place, note, None)


class _Removal:
    """The erasure of ``traces`` on one day."""

    def __init__(
        self,
        place: Place,
        day: str,
        *,
        traces: frozenset[str],
        users: frozenset[str],
        clock: Callable[[], float],
        first_day: str,
    ) -> None:
        self._place = place
        self._day = day
        self._traces = traces
        self._users = users
        self._clock = clock
        self._first_day = first_day
        self._texts = Texts(place, day)

    def run(self, targets: list[TraceObject], erased: Erased) -> None:
        self._place.sweep(self._day)
        spans = list(self._spans(targets))
        needed = self._needed(spans)
        note = noted(
            self._place, self._day, self._clock, texts=needed, traces=self._traces, users=self._users
        )
        self._place.delete(one.name for one in targets)
        removed = self._remove(note, needed)
        prompts = {span.head.prompt for span in spans if span.head.prompt}
        erased.prompts += forget_prompts(self._place, prompts, self._users, self._first_day)
        erased.traces += len({one.trace for one in targets})
        erased.spans += sum(bool(span.values) for span in spans)
        erased.texts += len(removed)
        erased.shared += len(needed) - len(removed)
        done(self._place, note, removed)

    def _remove(self, note: Note, needed: set[str]) -> set[str]:
        """Remove those of ``needed`` that no trace of the day refers to any more."""
        removed: set[str] = set()
        left = sorted(needed - self._referred())
        while left:
            if self._clock() > note.began + LEASE_SECONDS / 2:
                note = renewed(self._place, note, self._clock)
                left = sorted(set(left) - self._referred())
            chunk, left = left[:_CHUNK], left[_CHUNK:]
            self._place.delete(layout.text(self._day, name) for name in chunk)
            removed |= set(chunk)
        return removed

    def _referred(self) -> set[str]:
        """What the traces that stay refer to, those stored since the note included."""
        return self._needed(
            self._spans(one for one in _objects(self._place, self._day) if one.trace not in self._traces)
        )

    def _spans(self, objects: Iterable[TraceObject]) -> Iterator[StoredSpan]:
        for _, content in self._place.get_all(one.name for one in objects):
            with suppress(ValueError, KeyError, TypeError):  # damaged, it refers to nothing that can be read
                yield from read(content)

    def _needed(self, spans: Iterable[StoredSpan]) -> set[str]:
        return {name for span in spans for name in self._texts.needed(span)}
