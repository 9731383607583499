"""What is left when a step fails: all of the span that cannot hold content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from spanwright_semconv import attributes as names
from spanwright_semconv.content import NEVER_CONTENT_KEYS

from .span import Attributes, EditableEvent, EditableLink, EditableLogRecord, EditableSpan

#: string[]: the steps that failed on this span or log record, in order.
FAILED_STEPS = names.SPANWRIGHT_PROCESSING_FAILED_STEPS
#: The name of a span or event whose own name may hold content.
NEUTRAL_SPAN_NAME = "span"
NEUTRAL_EVENT_NAME = "event"

_SAFE_EVENT_NAMES = re.compile(r"exception|(gen_ai|spanwright)\.[a-z_.]+")
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")


def without_content(attributes: Mapping[str, object]) -> Attributes:
    """The attributes that hold no content by their name (ids, models, enums …), and numbers and booleans.

    Lists of numbers go: an embedding vector tells what was embedded.
    """
    return {
        key: value
        for key, value in attributes.items()
        if key in NEVER_CONTENT_KEYS or (isinstance(value, bool | int | float) and _PLAIN_KEY.fullmatch(key))
    }


def drop_content(span: EditableSpan, failed_steps: Iterable[str]) -> None:
    """Empty ``span`` of content and mark it with the steps that failed. Never raises an ``Exception``."""
    try:
        kept = without_content(span.attributes)
        name = _safe_name(span.name, kept)
        events = [
            EditableEvent(_safe_event_name(event.name), event.timestamp_ns, without_content(event.attributes))
            for event in span.events
        ]
        links = [
            EditableLink(link.trace_id, link.span_id, without_content(link.attributes)) for link in span.links
        ]
    except Exception:  # a step left the span in no readable shape
        kept, name, events, links = {}, NEUTRAL_SPAN_NAME, [], []
    kept[FAILED_STEPS] = tuple(failed_steps)
    span.name, span.attributes, span.events, span.links = name, kept, events, links
    span.status_description = None
    span._decoded = {}


def drop_log_content(record: EditableLogRecord, failed_steps: Iterable[str]) -> None:
    """Empty ``record`` of content (its body too) and mark it. Never raises an ``Exception``."""
    try:
        kept = without_content(record.attributes)
    except Exception:
        kept = {}
    kept[FAILED_STEPS] = tuple(failed_steps)
    record.attributes = kept
    record.body = None


def _safe_name(name: str, kept: Attributes) -> str:
    """``name`` if kept attributes make it up (``chat gpt-4o``, ``GET /users/{id}``), else what they allow."""
    words = {value for value in kept.values() if isinstance(value, str)}
    if name in words or any(name.startswith(f"{word} ") and name[len(word) + 1 :] in words for word in words):
        return name
    operation = kept.get("gen_ai.operation.name")
    return operation if isinstance(operation, str) else NEUTRAL_SPAN_NAME


def _safe_event_name(name: str) -> str:
    return name if _SAFE_EVENT_NAMES.fullmatch(name) else NEUTRAL_EVENT_NAME
