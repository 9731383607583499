"""The editable view over a span the SDK has ended, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode
from opentelemetry.trace.status import Status

from .chain import StepChain
from .content import FAILED_STEPS, NEUTRAL_SPAN_NAME
from .span import Attributes, EditableEvent, EditableLink, EditableSpan
from .torn import without_torn_ends

#: The failed "step" of a span whose view could not be opened or written back.
VIEW = "view"

#: The private fields of a ``ReadableSpan`` that steps edit, as they are when nothing can be told of a span.
#: Every public property, and every exporter that reads private fields, goes through these.
EMPTY_FIELDS: Mapping[str, Any] = MappingProxyType(
    {
        "_name": NEUTRAL_SPAN_NAME,
        "_kind": SpanKind.INTERNAL,
        "_attributes": BoundedAttributes(attributes={FAILED_STEPS: (VIEW,)}),
        "_events": (),
        "_links": (),
        "_status": Status(),
    }
)


def processed_fields(raw: ReadableSpan, chain: StepChain) -> Mapping[str, Any]:
    """The content-holding private fields of ``raw`` after the steps; what the steps left alone is shared.

    Raises no ``Exception``: a span no view can be opened on comes back empty.
    """
    try:
        view = SpanView(raw, chain.masks_content)
        chain.process(view.span)
        return view.fields()
    except Exception:
        chain.counters.view_failed()
        return EMPTY_FIELDS


def learn_from(raw: ReadableSpan, chain: StepChain) -> None:
    """Let the steps look at ``raw`` before its turn. Raises no ``Exception``: its turn tells of failures."""
    with suppress(Exception):
        chain.learn(SpanView(raw, chain.masks_content).span)


class SpanView:
    """``span`` is to be edited; ``fields()`` then gives the private fields of the edited ``ReadableSpan``.

    ``masked``: what the SDK's length limit has torn is not shown, since no step could tell what it was.
    """

    def __init__(self, raw: ReadableSpan, masked: bool = False) -> None:
        self._raw = raw
        self._events = raw.events
        self._links = raw.links
        self.span = _editable(raw, self._events, self._links, whole if masked else copied)
        self._editable_events = tuple(self.span.events)
        self._editable_links = tuple(self.span.links)

    def fields(self) -> dict[str, Any]:
        raw, span = self._raw, self.span
        return {
            "_name": encodable(span.name) if isinstance(span.name, str) else NEUTRAL_SPAN_NAME,
            "_kind": span.kind,
            "_attributes": _attributes(raw._attributes, span.attributes, raw.dropped_attributes),
            "_events": self._edited_events(),
            "_links": self._edited_links(),
            "_status": _status(raw.status, span),
        }

    def _edited_events(self) -> Any:
        sources = dict(zip(map(id, self._editable_events), self._events, strict=True))
        edited = [_event(sources.get(id(event)), event) for event in self.span.events]
        if _same_objects(edited, self._events):
            return self._raw._events
        return _bounded_list(edited, self._raw.dropped_events)

    def _edited_links(self) -> Any:
        sources = dict(zip(map(id, self._editable_links), self._links, strict=True))
        edited = [_link(sources.get(id(link)), link) for link in self.span.links]
        if _same_objects(edited, self._links):
            return self._raw._links
        return _bounded_list(edited, self._raw.dropped_links)


def _editable(
    raw: ReadableSpan,
    events: Sequence[Event],
    links: Sequence[Link],
    read: Callable[[Mapping[str, Any] | None], Attributes],
) -> EditableSpan:
    context, parent, scope, status = raw.context, raw.parent, raw.instrumentation_scope, raw.status
    return EditableSpan(
        name=raw.name,
        kind=raw.kind,
        trace_id=context.trace_id if context else 0,
        span_id=context.span_id if context else 0,
        parent_span_id=parent.span_id if parent else None,
        parent_is_remote=parent.is_remote if parent else None,
        start_ns=raw.start_time or 0,
        end_ns=raw.end_time or 0,
        attributes=read(raw._attributes),  # the public property hides the length limit
        events=[EditableEvent(event.name, event.timestamp, read(event.attributes)) for event in events],
        links=[
            EditableLink(link.context.trace_id, link.context.span_id, read(link.attributes)) for link in links
        ],
        status_code=status.status_code,
        status_description=status.description or None,
        resource=raw.resource.attributes,
        scope_name=scope.name if scope else "",
        scope_version=(scope.version or None) if scope else None,
        is_sampled=context is None or context.trace_flags.sampled,
    )


def copied(attributes: Mapping[str, Any] | None) -> Attributes:
    if not attributes:
        return {}
    copy = getattr(attributes, "copy", None)  # of BoundedAttributes 20 times as fast as iterating over it
    return copy() if copy is not None else dict(attributes)


def whole(attributes: Mapping[str, Any] | None) -> Attributes:
    """As ``copied``, without the ends of values that the SDK has cut."""
    return without_torn_ends(copied(attributes), attributes)


def unchanged(new: Mapping[str, Any], old: Mapping[str, Any] | None) -> bool:
    """True if ``new`` holds the very objects of ``old``."""
    known = copied(old)
    return len(new) == len(known) and all(known.get(key, known) is value for key, value in new.items())


def bounded(attributes: Attributes, dropped: int, immutable: bool = True) -> BoundedAttributes:
    """``attributes`` without a limit of their own, since steps add to them, counting on from ``dropped``."""
    result = BoundedAttributes(attributes=attributes, immutable=immutable)
    result.dropped += dropped
    return result


def encodable(text: str) -> str:
    """``text`` with ``?`` for lone surrogates: one in a name would fail a whole OTLP batch."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _attributes(old: Any, new: Attributes, dropped: int) -> Any:
    return old if unchanged(new, old) else bounded(new, dropped)


def _event(source: Event | None, event: EditableEvent) -> Event:
    if source is None:
        return Event(encodable(event.name), bounded(event.attributes, 0), event.timestamp_ns)
    name = encodable(event.name)
    if (
        name == source.name
        and event.timestamp_ns == source.timestamp
        and unchanged(event.attributes, source.attributes)
    ):
        return source
    dropped = getattr(source, "dropped_attributes", 0)
    return Event(name, _attributes(source.attributes, event.attributes, dropped), event.timestamp_ns)


def _link(source: Link | None, link: EditableLink) -> Link:
    if source is None:
        context = SpanContext(link.trace_id, link.span_id, is_remote=False)
        return Link(context, bounded(link.attributes, 0))
    if unchanged(link.attributes, source.attributes):
        return source
    return Link(source.context, bounded(link.attributes, source.dropped_attributes))


def _status(old: Status, span: EditableSpan) -> Status:
    description = encodable(span.status_description) if span.status_description else None
    if span.status_code is old.status_code and description == (old.description or None):
        return old
    # The SDK refuses a description with any other code.
    return Status(span.status_code, description if span.status_code is StatusCode.ERROR else None)


def _same_objects(new: Sequence[object], old: Sequence[object]) -> bool:
    return len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True))


def _bounded_list(items: Sequence[Any], dropped: int) -> Any:
    result = BoundedList.from_seq(None, items)
    result.dropped = dropped
    return result
