"""Cuts what a span carries to what backends keep: where a reader would cut, and JSON to valid JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from json import loads
from typing import Any, ClassVar, NamedTuple, get_args

from spanwright_semconv.attributes import (
    SPANWRIGHT_CONTENT_BYTES,
    SPANWRIGHT_CONTENT_TRUNCATED,
    SPANWRIGHT_TRUNCATED_BYTES,
    SPANWRIGHT_TRUNCATED_SHA256,
)
from spanwright_semconv.content import is_content

from ..span import EditableLogRecord, EditableSpan
from ..step import Phase
from ..truncation.original import keep_original, size_of
from ..truncation.profiles import PROFILES, Profile, ProfileName, widest
from ..truncation.tree import level
from ..truncation.value import Budget

_LEAST_VALUE_BYTES = 256
_LEAST_MESSAGE_CHARS = 64
_MARKS = (f"{SPANWRIGHT_TRUNCATED_BYTES}.", f"{SPANWRIGHT_TRUNCATED_SHA256}.")
#: What the status' description is called where its length and hash are kept, and a log record's body.
_STATUS, _BODY = "otel.status_description", "body"


@dataclass(frozen=True)
class TruncateSettings:
    """How much text leaves the process on a span or log record."""

    #: The backend whose limit holds for one value: elastic 1,000 bytes, tempo 2,000, newrelic 4,000 (and 64
    #: items of an array), datadog and datadog_llm 24,000, honeycomb, langfuse and langsmith 64,000; phoenix
    #: and none: no limit.
    profile: ProfileName = "datadog"
    #: Other profiles for some of the exporters: a part of the exporter's class name, module or address =
    #: profile, such as `langfuse.com=langfuse,ConsoleSpanExporter=none`; the first that fits. Each exporter
    #: then gets its own view of a span that was processed once.
    exporters: Mapping[str, ProfileName] = field(default_factory=dict)
    #: Bytes (UTF-8) of one value, 256 or more; unset, the profile's.
    value_bytes: int | None = None
    #: Characters of one text in a message, 64 or more; 0 for no limit.
    message_chars: int = 2_000
    #: Bytes (UTF-8) of all values of a span together, 4,096 or more.
    span_bytes: int = 900_000
    #: Bytes in one export at most, so that no message is over the receiver's limit, which is 4 MiB by
    #: default; 65,536 or more.
    batch_bytes: int = 3_500_000

    def __post_init__(self) -> None:
        for name in (self.profile, *self.exporters.values()):
            if name not in PROFILES:
                key = "profile" if name == self.profile else "exporters"
                raise _wrong(key, f"{name!r} is not known", f"one of {', '.join(get_args(ProfileName))}")
        if self.value_bytes is not None and self.value_bytes < _LEAST_VALUE_BYTES:
            raise _wrong("value_bytes", f"{self.value_bytes} leaves no room for JSON", "256 or more")
        if self.message_chars and self.message_chars < _LEAST_MESSAGE_CHARS:
            raise _wrong("message_chars", f"{self.message_chars} is too few", "64 or more, or 0 for no limit")
        for key, least in (("span_bytes", 4096), ("batch_bytes", 65_536)):
            if getattr(self, key) < least:
                raise _wrong(key, f"{getattr(self, key)} is too few", f"{least} or more")

    @property
    def own(self) -> Profile:
        """The limits of exporters that are not named in ``exporters``."""
        known = PROFILES[self.profile]
        return known if self.value_bytes is None else known._replace(value_bytes=self.value_bytes)


def _wrong(field: str, why: str, instead: str) -> ValueError:
    return ValueError(f"Cannot use truncate.{field}: {why}. Use {instead}.")


class _Holder(NamedTuple):
    """A map with values, and the map that tells what was cut in it; ``name`` is for a value of no key."""

    values: dict[str, Any]
    marks: dict[str, Any]
    name: str = ""


class _Slot(NamedTuple):
    """A value that may be replaced: ``key`` in ``holder``. ``decode`` gives its JSON if it is text."""

    holder: _Holder
    key: str
    decode: Callable[[], Any]


class Truncate:
    """Brings every value, and the span as a whole, within its budget.

    Message texts are cut to ``message_chars``; then each value to the profile's bytes: in JSON long strings
    first, then items, of messages the middle ones; then, if the span is still over ``span_bytes``, its
    largest values further, to 256 bytes each at least. What was cut says how much is missing. A span that
    was cut gets ``spanwright.content.truncated`` and, as ``spanwright.content.bytes``, what its content had
    before; and for each value its length and SHA-256, ``spanwright.truncated.bytes|sha256.<attribute>``.
    Numbers, and values within the budget, are never touched; a second pass changes nothing.

    Where exporters have profiles of their own, the step cuts to the widest of them; ``for_exporter`` gives
    the step that then cuts an exporter's view to its own.
    """

    Settings = TruncateSettings
    phase: ClassVar[Phase] = Phase.TRUNCATE
    name = "truncate"

    def __init__(
        self, settings: TruncateSettings = TruncateSettings(), profile: Profile | None = None
    ) -> None:
        self.settings = settings
        if profile is None:
            profile = widest([settings.own, *(PROFILES[name] for name in settings.exporters.values())])
        self.profile = profile
        self._budget = Budget(profile.value_bytes, settings.message_chars, profile.array_items)
        self._span_bytes = settings.span_bytes
        self._array_items = profile.array_items or 1 << 62
        #: Characters that fit any budget, at 4 bytes a character.
        self._surely_fits = min(
            settings.span_bytes if profile.value_bytes is None else profile.value_bytes // 4,
            settings.message_chars or settings.span_bytes,
        )

    def for_exporter(self, description: str) -> Truncate | None:
        """The step for what one exporter sees after this one; None where this one's limits are its own.

        ``description``: its module, class and address in one text.
        """
        wanted = self.settings.own
        for part, name in self.settings.exporters.items():
            if part.lower() in description.lower():
                wanted = PROFILES[name]
                break
        return None if wanted == self.profile else Truncate(self.settings, wanted)

    def __call__(self, span: EditableSpan) -> None:
        suspects: list[_Slot] = []
        attributes = span.attributes
        holders = [_Holder(attributes, attributes)]
        holders += (_Holder(event.attributes, event.attributes) for event in span.events)
        total = self._scan(holders[0], suspects, span)
        for holder in holders[1:]:
            total += self._scan(holder, suspects, None)
        if span.status_description is not None:
            status = _Holder({"": span.status_description}, attributes, _STATUS)
            holders.append(status)
            total += self._scan(status, suspects, None)
        if suspects or total * 4 > self._span_bytes:
            self._bound(holders, suspects, total)
            if span.status_description is not None:
                span.status_description = holders[-1].values[""]

    def log(self, record: EditableLogRecord) -> None:
        """The same for a log record: its attributes and its body."""
        suspects: list[_Slot] = []
        body = _Holder({"": record.body}, record.attributes, _BODY)
        holders = [_Holder(record.attributes, record.attributes), body]
        total = sum(self._scan(holder, suspects, None) for holder in holders)
        if suspects or total * 4 > self._span_bytes:
            self._bound(holders, suspects, total)
            record.body = body.values[""]

    def may_cut(self, values: Mapping[str, Any]) -> bool:
        """False only if none of ``values`` alone is over its budget."""
        limit, items = self._surely_fits, self._array_items
        for value in values.values():
            kind = type(value)
            if kind is str:
                if len(value) > limit:
                    return True
            elif kind not in (bool, int, float) and (_rough_size(value) > limit or _items(value) > items):
                return True
        return False

    def _scan(self, holder: _Holder, suspects: list[_Slot], span: EditableSpan | None) -> int:
        """Characters of the values. Those that may be over their budget are added to ``suspects``."""
        limit = self._surely_fits
        total = 0
        for key, value in holder.values.items():
            kind = type(value)
            if kind is str:
                size = len(value)
            elif kind is bool or kind is int or kind is float:
                continue
            else:
                size = _rough_size(value)
                if size <= limit and _items(value) > self._array_items:
                    suspects.append(_slot(holder, key, span))
            total += size
            if size > limit:
                suspects.append(_slot(holder, key, span))
        return total

    def _bound(self, holders: list[_Holder], suspects: list[_Slot], total: int) -> None:
        """Fit the suspects, then everything together; mark the first holder if anything was cut."""
        cut = [
            (slot, fitted)
            for slot in suspects
            if (fitted := self._budget.fitted(slot.key, slot.holder.values[slot.key], slot.decode))
            is not slot.holder.values[slot.key]
        ]
        marked = holders[0].values
        before = sum(map(_content_bytes, holders)) if cut or total * 4 > self._span_bytes else 0
        for slot, fitted in cut:
            _replace(slot, fitted)
        if (total * 4 > self._span_bytes and self._bound_together(holders)) or cut:
            marked[SPANWRIGHT_CONTENT_TRUNCATED] = True
            marked.setdefault(SPANWRIGHT_CONTENT_BYTES, before)

    def _bound_together(self, holders: list[_Holder]) -> bool:
        """Cut the largest values to one size at which all together fit. Whether that was needed."""
        sizes = {
            (index, key): size_of(value)
            for index, holder in enumerate(holders)
            for key, value in holder.values.items()
            if not key.startswith(_MARKS)  # else a second pass would make room for what the first wrote
        }
        if sum(sizes.values()) <= self._span_bytes:
            return False
        share = max(level(sizes.values(), self._span_bytes), _LEAST_VALUE_BYTES)
        tighter = Budget(share, self._budget.message_chars)
        for (index, key), size in sizes.items():
            if size > share:
                slot = _slot(holders[index], key, None)
                _replace(slot, tighter.fitted(key, slot.holder.values[key], slot.decode))
        return True


def _replace(slot: _Slot, fitted: Any) -> None:
    holder = slot.holder
    keep_original(holder.marks, slot.key or holder.name, holder.values[slot.key])
    holder.values[slot.key] = fitted


def _slot(holder: _Holder, key: str, span: EditableSpan | None) -> _Slot:
    decode = partial(span.json, key) if span is not None else partial(_decoded, holder.values[key])
    return _Slot(holder, key, decode)


def _decoded(raw: Any) -> Any:
    try:
        return loads(raw)
    except (ValueError, RecursionError):
        return None


def _items(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple) else 0


def _rough_size(value: Any) -> int:
    """Characters of a value that is no text: those of a short array of texts, else its JSON."""
    if isinstance(value, list | tuple) and len(value) <= 4 and all(isinstance(item, str) for item in value):
        return sum(map(len, value)) + 4 * len(value)
    return size_of(value)


def _content_bytes(holder: _Holder) -> int:
    return sum(size_of(value) for key, value in holder.values.items() if is_content(key))
