"""Rows of spans and events, made of OTLP requests. Needs ``opentelemetry-proto``."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from typing import Any
from uuid import UUID

from spanwright_semconv import attributes as names

from . import json_text
from .columns import EVENTS, SPANS, Column, Kind, place

Row = list[Any]

#: What is dated before has a clock that does not run: there were no conventions to follow.
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
#: How far a sender's clock may be ahead.
LATEST = timedelta(days=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = ("internal", "internal", "server", "client", "producer", "consumer")
_ERROR = 2
#: A log record without the name of an event has no place in the store; that is not the sender's fault.
NO_EVENT = "log record that is no event"
_EVALUATION = "gen_ai.evaluation.result"
_SCORE = f"{names.SPANWRIGHT_EVAL}."
_FIXED = {"service": "service.name", "service_version": "service.version",
          "environment": names.DEPLOYMENT_ENVIRONMENT_NAME}  # fmt: skip


@dataclass(slots=True)
class Batch:
    """Rows in the order of ``SPANS`` and ``EVENTS``; resources as JSON by the id that rows have.

    ``refused``: how many spans and events were left out, by the reason.
    """

    spans: dict[tuple[str, str], Row] = field(default_factory=dict)
    events: dict[tuple[str, UUID], Row] = field(default_factory=dict)
    resources: dict[UUID, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    #: Spans and events that the batch holds twice.
    repeated: int = 0

    def rows(self, table: str) -> Iterable[Row]:
        return self.spans.values() if table == "spans" else self.events.values()

    def __len__(self) -> int:
        return len(self.spans) + len(self.events)

    def add(self, other: Batch) -> None:
        """Take in another batch; of what both hold the first stays, and the other counts as repeated."""
        before = len(self) + len(other)
        for key, row in other.spans.items():
            self.spans.setdefault(key, row)
        for event, row in other.events.items():
            self.events.setdefault(event, row)
        self.resources |= other.resources
        self.refused += other.refused
        self.repeated += other.repeated + before - len(self)


class Reader:
    """Makes batches. ``first_day``: what is older, as 2026-11-23, is refused; empty: only what is absurd."""

    def __init__(self, first_day: str = "", clock: Callable[[], float] = time.time) -> None:
        self._earliest = max(datetime.fromisoformat(f"{first_day or '2020-01-01'}T00:00:00+00:00"), EARLIEST)
        self._clock = clock

    def traces(self, request: Any) -> Batch:
        """The rows of a message with ``resource_spans``."""
        batch = Batch()
        latest = self._latest()
        for resource_spans in request.resource_spans:
            resource = _Resource(resource_spans.resource.attributes, batch)
            for scope_spans in resource_spans.scope_spans:
                scope = json_text.clean(scope_spans.scope.name) or None
                for span in scope_spans.spans:
                    self._span(span, resource, scope, latest, batch)
        return batch

    def logs(self, request: Any) -> Batch:
        """The rows of a message with ``resource_logs``: one for each record that is an event."""
        batch = Batch()
        latest = self._latest()
        for resource_logs in request.resource_logs:
            resource = _Resource(resource_logs.resource.attributes, batch)
            for scope_logs in resource_logs.scope_logs:
                for record in scope_logs.log_records:
                    self._record(record, resource, latest, batch)
        return batch

    def _span(
        self, span: Any, resource: _Resource, scope: str | None, latest: datetime, batch: Batch
    ) -> None:
        if len(span.trace_id) != 16 or len(span.span_id) != 8:
            batch.refused["no trace id or span id"] += 1
            return
        started = self._moment(span.start_time_unix_nano, latest, batch)
        if started is None:
            return
        row, rest = _filled(_SPAN_PLACES, len(SPANS), span.attributes)
        parent = span.parent_span_id.hex() or None
        row[: len(_BEFORE)] = (
            span.trace_id.hex(), span.span_id.hex(), parent, json_text.clean(span.name),
            _KINDS[span.kind] if span.kind < len(_KINDS) else "internal", started,
            max(span.end_time_unix_nano - span.start_time_unix_nano, 0) / 1e6, span.status.code == _ERROR,
            json_text.clean(span.status.message) or None, parent is None or row[_TRACE_SPANS] is not None,
            scope, resource.id, *resource.flat,
        )  # fmt: skip
        resource.complete(row)
        if row[_QUERY_TEXT] is not None:
            row[_QUERY_KEY] = query_key(row[_QUERY_TEXT])
        if row[_DOCUMENTS] is not None:
            row[_DOCUMENTS], *row[_SOURCES] = _documents(row[_DOCUMENTS], rest)
        row[-1] = json_text.dumped(rest) if rest else None
        key = (row[0], row[1])
        batch.repeated += key in batch.spans
        batch.spans.setdefault(key, row)
        self._span_events(span, row, rest, latest, batch)

    def _span_events(self, span: Any, row: Row, rest: dict[str, Any], latest: datetime, batch: Batch) -> None:
        for event in span.events:
            moment = self._moment(event.time_unix_nano or span.start_time_unix_nano, latest, batch)
            if moment is not None:
                made, other = _filled(_EVENT_PLACES, len(EVENTS), event.attributes)
                happened = _Event(json_text.clean(event.name), moment, "span", row)
                _put_event(happened, made, other, batch)
        if row[_IS_ROOT]:
            ended = row[_STARTED] + timedelta(milliseconds=row[_DURATION])
            for key, value in rest.items():
                if key.startswith(_SCORE) and isinstance(value, int | float):
                    made = [None] * len(EVENTS)
                    made[_EVALUATION_NAME], made[_SCORE_VALUE] = key.removeprefix(_SCORE), float(value)
                    _put_event(_Event(_EVALUATION, ended, "root", row), made, {}, batch)

    def _record(self, record: Any, resource: _Resource, latest: datetime, batch: Batch) -> None:
        if not record.event_name:
            batch.refused[NO_EVENT] += 1
            return
        moment = self._moment(record.time_unix_nano or record.observed_time_unix_nano, latest, batch)
        if moment is None:
            return
        row, rest = _filled(_EVENT_PLACES, len(EVENTS), record.attributes)
        owner: Row = [None] * len(SPANS)
        owner[_SPAN_RESOURCE : _SPAN_RESOURCE + 4] = (resource.id, *resource.flat)
        resource.complete(owner)
        owner[0] = record.trace_id.hex() if len(record.trace_id) == 16 else ""
        owner[1] = record.span_id.hex() if len(record.span_id) == 8 else None
        happened = _Event(
            json_text.clean(record.event_name), moment, "log", owner, json_text.plain(record.body)
        )
        _put_event(happened, row, rest, batch)

    def _moment(self, nanoseconds: int, latest: datetime, batch: Batch) -> datetime | None:
        """The time, or None and a reason where it cannot be right or is past the retention."""
        try:
            moment = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
        except OverflowError:
            moment = datetime.max.replace(tzinfo=UTC)
        if moment < self._earliest:
            batch.refused["no time" if moment < EARLIEST else "older than the retention"] += 1
        elif moment > latest:
            batch.refused["time in the future"] += 1
        else:
            return moment
        return None

    def _latest(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC) + LATEST


def query_key(text: str) -> str:
    """What tells the text of a query from others: half of its SHA-256, in hexadecimal."""
    return sha256(text.encode()).hexdigest()[:32]


class _Resource:
    """A resource's id, and the values of it that stand in columns."""

    def __init__(self, pairs: Iterable[Any], batch: Batch) -> None:
        found = json_text.attributes(pairs)
        text = json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        self.id = _digest(text)
        batch.resources.setdefault(self.id, text)
        self.flat = [_text(found.get(key)) for key in _FIXED.values()]
        self._pipeline = {
            at: value for at, key in _PIPELINE.items() if (value := _text(found.get(key or "")))
        }

    def complete(self, row: Row) -> None:
        """Give a span the pipeline of its process where it names none of its own."""
        for at, value in self._pipeline.items():
            if row[at] is None:
                row[at] = value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _filled(
    places: dict[str, tuple[int, Kind]], width: int, pairs: Iterable[Any]
) -> tuple[Row, dict[str, Any]]:
    """A row with what of the attributes has a column, and the rest of them."""
    row: Row = [None] * width
    rest: dict[str, Any] = {}
    for pair in pairs:
        found = places.get(pair.key)
        value = json_text.plain(pair.value)
        if found is not None and (fitting := _FITTING[found[1]](value)) is not None:
            row[found[0]] = fitting
        else:
            rest[json_text.clean(pair.key)] = value
    return row, rest


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _number(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) else None


def _content(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json_text.dumped(value)


#: What a column of a kind takes; None for what is of another type, which stays among the attributes.
_FITTING: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: lambda value: value if type(value) is str else None,
    Kind.CONTENT: _content,
    Kind.JSON: lambda value: value,
    Kind.INTEGER: _whole,
    Kind.DOUBLE: _number,
    Kind.BOOLEAN: lambda value: value if type(value) is bool else None,
}


def _documents(given: Any, rest: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
    """The documents as JSON and the sources of the first two; what is no JSON stays an attribute."""
    value = given
    if isinstance(given, str):
        try:
            value = json_text.loaded(given)
        except ValueError:
            rest[names.GEN_AI_RETRIEVAL_DOCUMENTS] = given
            return None, None, None
    listed = value if isinstance(value, list) else []
    sources = [_source(document) for document in listed[:2]] + [None, None]
    return json_text.dumped(value), sources[0], sources[1]


def _source(document: Any) -> str | None:
    if not isinstance(document, dict):
        return None
    found = document.get("source_doc_id")
    return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class _Event:
    """What of an event is no attribute; ``owner`` is the row of the span it belongs to."""

    name: str
    moment: datetime
    source: str
    owner: Row
    body: Any = None


def _put_event(event: _Event, row: Row, rest: dict[str, Any], batch: Batch) -> None:
    """Complete an event's row, which holds its attributes, and file it."""
    owner, body = event.owner, event.body
    row[_E_TRACE], row[_E_SPAN], row[_E_MOMENT] = owner[0], owner[1], event.moment
    row[_E_NAME], row[_E_SOURCE] = event.name, event.source
    row[_E_RESOURCE], row[_E_SERVICE], row[_E_ENVIRONMENT] = (owner[at] for at in _OWNED)
    for mine, theirs in _INHERITED:
        if row[mine] is None:
            row[mine] = owner[theirs]
    row[-2] = json_text.dumped(rest) if rest else None
    row[-1] = None if body is None else json_text.dumped(body)
    told = [value for at, value in enumerate(row) if at not in _NOT_TELLING]
    row[_E_ID] = _digest(repr(told))
    key = (row[_E_TRACE], row[_E_ID])
    batch.repeated += key in batch.events
    batch.events.setdefault(key, row)


def _digest(text: str) -> UUID:
    return UUID(bytes=blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest())


def _places(columns: Iterable[Column]) -> dict[str, tuple[int, Kind]]:
    return {c.attribute: (at, c.kind) for at, c in enumerate(columns) if c.attribute}


_SPAN_PLACES, _EVENT_PLACES = _places(SPANS), _places(EVENTS)
_BEFORE = SPANS[: place(SPANS, "environment") + 1]
_STARTED, _DURATION, _IS_ROOT = (place(SPANS, name) for name in ("started", "duration_ms", "is_root"))
_TRACE_SPANS, _SPAN_RESOURCE = place(SPANS, "trace_spans"), place(SPANS, "resource_id")
_QUERY_TEXT, _QUERY_KEY, _DOCUMENTS = (
    place(SPANS, name) for name in ("query_text", "query_key", "documents")
)
_SOURCES = slice(place(SPANS, "first_source"), place(SPANS, "second_source") + 1)
_EVALUATION_NAME, _SCORE_VALUE = place(EVENTS, "evaluation"), place(EVENTS, "score")
_E_TRACE, _E_ID, _E_SPAN, _E_MOMENT, _E_NAME, _E_SOURCE, _E_RESOURCE, _E_SERVICE, _E_ENVIRONMENT = (
    place(EVENTS, name)
    for name in ("trace_id", "event_id", "span_id", "started", "name", "source", "resource_id", "service",
                 "environment")
)  # fmt: skip
_OWNED = tuple(place(SPANS, name) for name in ("resource_id", "service", "environment"))
_OF_PIPELINE = ("pipeline", "pipeline_version", "pipeline_type")
_INHERITED = tuple((place(EVENTS, name), place(SPANS, name)) for name in _OF_PIPELINE)
_PIPELINE = {at: SPANS[at].attribute for name in _OF_PIPELINE for at in (place(SPANS, name),)}
_NOT_TELLING = {_E_ID, _E_RESOURCE}
