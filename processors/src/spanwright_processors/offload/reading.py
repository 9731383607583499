"""The full text of a trace, rebuilt from what is stored and from what still waits on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from . import layout
from .erased import Notes
from .error import MissingError
from .full_text import FullText, Value
from .manifest import StoredSpan, read
from .pieces import BrokenError, encoded, sha256
from .place import Place
from .spool import waiting
from .texts import Texts


class Missing(NamedTuple):
    """A value that cannot be rebuilt: ``why`` says what is wrong with which text."""

    place: str
    key: str
    why: str


class Rebuilt(NamedTuple):
    """One span's text. ``is_waiting`` where it is not stored yet; ``missing`` is what cannot be rebuilt."""

    span: FullText
    missing: tuple[Missing, ...] = ()
    is_waiting: bool = False


def trace_texts(
    place: Place | None, trace_id: str, span_id: str | None = None, spool: Path | None = None
) -> list[Rebuilt]:
    """The texts of a trace, or of one span of it, by time. Ids are hexadecimal digits, 32 and 16.

    Every value is checked against the SHA-256 of what was given. Raises ``PlaceError``.
    """
    found = [*_stored(place, trace_id)] if place is not None else []
    if spool is not None and spool.is_dir():
        erased = Notes(place).latest() if place is not None else []
        found += [
            Rebuilt(span, is_waiting=True)
            for span in waiting(spool)
            if _is_of(span, trace_id) and not any(note.covers(span) for note in erased)
        ]
    wanted = [one for one in found if span_id is None or f"{one.span.span_id:016x}" == span_id]
    wanted.sort(key=lambda one: (one.span.time_ns, one.is_waiting))
    return list(_once(wanted))


def _is_of(span: FullText, trace_id: str) -> bool:
    return f"{span.trace_id:032x}" == trace_id and bool(span.values)


def _once(found: Iterable[Rebuilt]) -> Iterator[Rebuilt]:
    """Each text once: it may be stored under two segments, or be stored and still wait."""
    seen = set()
    for one in found:
        key = (one.span.span_id, one.span.name, one.span.values, one.missing)
        if key not in seen:
            seen.add(key)
            yield one


def _stored(place: Place, trace_id: str) -> Iterator[Rebuilt]:
    for day in place.folders():
        if layout.is_day(day):
            names = place.names(layout.traces_of(day, trace_id))
            texts = Texts(place, day)
            for _, content in place.get_all(names):
                yield from _of_object(content, texts)


def _of_object(content: bytes, texts: Texts) -> Iterator[Rebuilt]:
    with suppress(ValueError, KeyError, TypeError):
        for span in read(content):
            if span.values:
                yield _rebuilt(span, texts)
        return
    yield Rebuilt(FullText(0, 0, "", 0, ()), (Missing("", "", "its list of texts is damaged"),))


def _rebuilt(span: StoredSpan, texts: Texts) -> Rebuilt:
    values: list[Value] = []
    missing: list[Missing] = []
    for stored in span.values:
        try:
            value = stored.value(texts.get)
            if sha256(encoded(value.text)) != stored.sha256:
                raise BrokenError(stored.sha256)
            values.append(value)
        except MissingError as error:
            missing.append(Missing(stored.place, stored.key, f"{error} is missing"))
        except BrokenError as error:
            missing.append(Missing(stored.place, stored.key, f"text {error} is damaged"))
    return Rebuilt(replace(span.head, values=tuple(values)), tuple(missing))
