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
_SEVERITY = re.compile(r"[A-Za-z]{1,16}(?:[ _-]?[0-9]{1,3})?")
#: From here on a number of unknown meaning may be somebody's: a telephone, card or social security number.
_NOBODYS_NUMBER = 1_000_000
#: Ids that the application chooses. Some take the customer's telephone number for one.
_CHOSEN_IDS = frozenset(
    {
        names.SESSION_ID,
        names.GEN_AI_CONVERSATION_ID,
        names.GEN_AI_AGENT_ID,
        names.GEN_AI_MAIN_AGENT_ID,
        names.GEN_AI_MEMORY_RECORD_ID,
        names.GEN_AI_MEMORY_STORE_ID,
        names.GEN_AI_DATA_SOURCE_ID,
        names.ENDUSER_PSEUDO_ID,
        names.MCP_SESSION_ID,
        names.JSONRPC_REQUEST_ID,
        names.SPANWRIGHT_REQUEST_ID,
    }
)
_NAMES_OF_TYPES = frozenset({names.ERROR_TYPE, names.EXCEPTION_TYPE})
_LONGEST = 256
_RANDOM_HEX = re.compile(
    r"(?<![A-Za-z0-9])(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?=[0-9]*[a-f])[0-9a-f]{16,32})"
    r"(?![A-Za-z0-9])"
)
#: Short words and numbers, as most ids are made of; longer ones may be keys and tokens.
_ID = re.compile(r"(?:[A-Za-z0-9]{1,16}(?:[._:/|-]{1,2}|\Z)){1,16}")
_LONG_NUMBER = re.compile(r"[0-9](?:[._:/|-]{0,2}[0-9]){6}|(?:[0-9]{1,3}\.){3}")


def without_content(attributes: Mapping[str, object]) -> Attributes:
    """The attributes that hold no content by their name (ids, models, enums …), and small numbers and flags.

    Under such a name too, what is text, an address, a secret or a long number goes. Lists of numbers go: an
    embedding vector tells what was embedded.
    """
    return {key: value for key, value in attributes.items() if _may_stay(key, value)}


def _may_stay(key: str, value: object) -> bool:
    if key not in NEVER_CONTENT_KEYS:
        is_small = isinstance(value, int | float) and abs(value) < _NOBODYS_NUMBER
        return is_small and _PLAIN_KEY.fullmatch(key) is not None
    if isinstance(value, str):
        return _is_label(key, value)
    if isinstance(value, int | float):
        return key not in _CHOSEN_IDS or _is_label(key, str(value))
    return isinstance(value, list | tuple) and all(
        isinstance(item, str) and _is_label(key, item) for item in value
    )


def _is_label(key: str, text: str) -> bool:
    """True for text that can be the id, name, version or enumerated value it is said to be."""
    if len(text) > _LONGEST or "@" in text or "%40" in text:
        return False
    if key in _CHOSEN_IDS:
        rest = _RANDOM_HEX.sub("x", text)
        return _ID.fullmatch(rest) is not None and _LONG_NUMBER.search(rest) is None
    return key not in _NAMES_OF_TYPES or len(text.split()) == 1


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
    record.event_name = _safe_event_name(record.event_name) if record.event_name else None


def safe_severity_text(text: str | None) -> str | None:
    """A level's name (``INFO``, ``Level 25``); None for anything else, which may be a message."""
    return text if isinstance(text, str) and _SEVERITY.fullmatch(text) else None


def _safe_name(name: str, kept: Attributes) -> str:
    """``name`` if kept attributes make it up (``chat gpt-4o``, ``GET /users/{id}``), else what they allow."""
    words = {value for value in kept.values() if isinstance(value, str)}
    if name in words or any(name.startswith(f"{word} ") and name[len(word) + 1 :] in words for word in words):
        return name
    operation = kept.get("gen_ai.operation.name")
    return operation if isinstance(operation, str) else NEUTRAL_SPAN_NAME


def _safe_event_name(name: str) -> str:
    return name if _SAFE_EVENT_NAMES.fullmatch(name) else NEUTRAL_EVENT_NAME
