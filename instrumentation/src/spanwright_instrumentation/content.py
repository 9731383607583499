"""Whether the text of messages, tools and queries is recorded, where, and in which form."""

from __future__ import annotations

import json
import logging
import marshal
import os
from collections.abc import Callable, Mapping
from enum import IntFlag
from operator import itemgetter
from typing import Any

from spanwright_semconv.guard import content_is_guarded

logger = logging.getLogger(__name__)

CAPTURE_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
EVENT_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT"


class ContentMode(IntFlag):
    """Where content goes; the names are the official values of the capture variable."""

    NO_CONTENT = 0
    SPAN_ONLY = 1
    EVENT_ONLY = 2
    SPAN_AND_EVENT = 3


#: Modes in which content goes on spans, and on events. Looking one up takes no operator of flags, which are
#: slow.
ON_SPAN = (ContentMode.SPAN_ONLY, ContentMode.SPAN_AND_EVENT)
ON_EVENT = (ContentMode.EVENT_ONLY, ContentMode.SPAN_AND_EVENT)


# Read once: an enumeration's member takes longer than a look-up.
_GUARDED, _UNGUARDED = ContentMode.SPAN_ONLY, ContentMode.NO_CONTENT


class ContentPolicy:
    """The decision for one instrumentor, from the official variables and the state of the masking pipeline.

    With the variable unset, content goes to spans while the pipeline guards every exporter of the tracer
    provider, else nowhere. An invalid value means nowhere, and one warning.
    """

    __slots__ = ("_emits_event", "_mode")

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._mode = _mode_as_set(environ.get(CAPTURE_VARIABLE, ""))
        self._emits_event = _events_as_set(environ.get(EVENT_VARIABLE, ""))

    def mode(self, tracer_provider: object) -> ContentMode:
        """Where content of a call that starts now may go."""
        if self._mode is not None:
            return self._mode
        return _GUARDED if content_is_guarded(tracer_provider) else _UNGUARDED

    def emits_event(self, mode: ContentMode) -> bool:
        """Whether each inference also emits ``gen_ai.client.inference.operation.details``.

        ``OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT`` decides; unset, the modes that put content on events do.
        """
        if self._emits_event is not None:
            return self._emits_event
        return mode in ON_EVENT


def _mode_as_set(value: str) -> ContentMode | None:
    name = value.strip().upper()
    if not name:
        return None
    if name in ContentMode.__members__:
        return ContentMode[name]
    logger.warning(
        "Cannot use %s=%r: it is not one of %s. No message content is recorded. Set one of these instead.",
        CAPTURE_VARIABLE,
        value,
        ", ".join(ContentMode.__members__),
    )
    return ContentMode.NO_CONTENT


def _events_as_set(value: str) -> bool | None:
    name = value.strip().lower()
    if name not in ("", "true", "false"):
        logger.warning(
            "Cannot use %s=%r: it is neither true nor false. Set one of these instead.", EVENT_VARIABLE, value
        )
    return {"true": True, "false": False}.get(name)


def _as_json(value: Any) -> Any:
    """What JSON has no form for: models as their fields, everything else as text."""
    dump = getattr(value, "model_dump", None)
    return dump(mode="json", exclude_unset=True) if callable(dump) else str(value)


_FORM: Any = {"ensure_ascii": False, "separators": (",", ":"), "default": _as_json}
_encode = json.JSONEncoder(**_FORM, allow_nan=False).encode
_encode_any = json.JSONEncoder(**_FORM).encode


def to_json(value: object) -> str:
    """Compact JSON text of a content value. ``NaN`` and infinities, which JSON has not, are in quotes."""
    try:
        return valid_text(_encode(value))
    except ValueError:
        return valid_text(_encode(json.loads(_encode_any(value), parse_constant=str)))


class Frozen:
    """A content value as it is now, whatever becomes of the objects in it; its text is made when wanted.

    Copying plain data with ``marshal`` takes a twentieth of the time of writing JSON. Values that hold
    anything else become JSON at once.
    """

    __slots__ = ("_data", "_json")

    def __init__(self, value: Any) -> None:
        self._json: str | None = None
        try:
            self._data = marshal.dumps(value)
        except ValueError:
            self._json = to_json(value)

    def value(self) -> Any:
        """The value, as plain data."""
        return marshal.loads(self._data) if self._json is None else json.loads(self._json)

    def text(self) -> str:
        """Its JSON text, valid in UTF-8."""
        return to_json(self.value()) if self._json is None else self._json


class Unread(Frozen):
    """Plain data as it is now, to be understood when its text is wanted; ``ValueError`` for any other."""

    __slots__ = ("_read",)

    def __init__(self, value: Any, read: Callable[[Any], Any]) -> None:
        self._json = None
        self._data = marshal.dumps(value)
        self._read = read

    def value(self) -> Any:
        """What is made of it."""
        return self._read(marshal.loads(self._data))


_CONTENT = itemgetter("content")
_TEXT_OR_NOTHING = frozenset((str, type(None)))


def are_texts(messages: Any) -> bool:
    """Whether these are dicts whose ``content`` is text or nothing: copied in no time, without any image."""
    try:
        return isinstance(messages, (list, tuple)) and _TEXT_OR_NOTHING.issuperset(
            map(type, map(_CONTENT, messages))
        )
    except (KeyError, TypeError):
        return False


def unread(found: Mapping[str, tuple[Any, Callable[[Any], Any]]]) -> dict[str, Any] | None:
    """Content attributes that are made when they are read, each of some data and by a function.

    None where any of the data is not plain: it has to be read now.
    """
    try:
        return {key: Unread(value, read) for key, (value, read) in found.items() if value or value == ""}
    except ValueError:
        return None


def frozen(value: Any) -> str | Frozen:
    """A content value as it is now; text is as it is. May raise what values raise that refuse to be read."""
    return value if isinstance(value, (str, Frozen)) else Frozen(value)


def content_text(value: str | Frozen) -> str:
    """What a span has of a content value."""
    return value.text() if isinstance(value, Frozen) else valid_text(value)


def content_value(value: str | Frozen) -> Any:
    """What an event has of a content value."""
    return value.value() if isinstance(value, Frozen) else value


def valid_text(text: str) -> str:
    """The text, with ``?`` for lone surrogates: they have no UTF-8 form and make exporters fail."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text
