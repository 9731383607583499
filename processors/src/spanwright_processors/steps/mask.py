"""Personal data and secrets out of everything a span or log record carries, before anything stores or cuts
it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from spanwright_semconv.attributes import (
    SPANWRIGHT_CONTENT_TRUNCATED,
    SPANWRIGHT_PII_DETECTED,
    SPANWRIGHT_PII_ENTITY_TYPES,
    SPANWRIGHT_PII_MASKED,
    SPANWRIGHT_TRACE_PII_DETECTED,
    USER_HASH,
)
from spanwright_semconv.content import NEVER_CONTENT_KEYS, is_content

from ..audit.originals import Originals
from ..audit.settings import AuditSettings
from ..detect.engine import Detector, FindingCache
from ..detect.finding import Entity
from ..detect.phone import DEFAULT_REGIONS
from ..detect.redaction import Action, Found, Policy, Redactor
from ..detect.trace_memory import TraceMemory, TraceNames
from ..span import Attributes, EditableLogRecord, EditableSpan
from ..step import Phase

_LEAST_VALUE_BYTES = 1024


@dataclass(frozen=True)
class MaskSettings:
    """What is looked for in the text of spans and log records, and what is put in its place."""

    #: Types looked for.
    entities: tuple[Entity, ...] = tuple(Entity)
    #: What becomes of each type: mask (`[EMAIL]`), pseudonym (`[EMAIL_3f2a91c0]`, the same for the same
    #: value under one SPANWRIGHT_HASH_KEY) or keep (reported only). Types not named are masked.
    actions: Mapping[str, Action] = field(default_factory=dict)
    #: Findings below this score, 0 to 1, do not count.
    min_score: float = 0.4
    #: Values that are never masked, in any case: the support address, the company's own telephone number.
    allow: tuple[str, ...] = ()
    #: Attributes not looked at, besides those that never hold content (ids, models, figures); in all of
    #: them e-mail addresses and secrets are masked nevertheless.
    skip_keys: frozenset[str] = frozenset()
    #: Regions (ISO 3166 codes) whose telephone numbers are found without a country code.
    phone_regions: tuple[str, ...] = DEFAULT_REGIONS
    #: Names and passwords found in one span are masked in the later spans of its trace as well.
    carry_over: bool = True
    #: Bytes (UTF-8) of one value, 1,024 or more; a longer one is replaced by `[OVERSIZE]` as a whole.
    max_value_bytes: int = 1_000_000
    #: Bytes of memory for what was found in texts that come again, as chat histories do; 0 switches it off.
    cache_bytes: int = 8_000_000
    #: The originals of what was masked, apart and encrypted, for 30 days at most; off unless a folder is named.
    audit: AuditSettings = field(default_factory=AuditSettings)

    def __post_init__(self) -> None:
        known = frozenset(Entity)
        for key, names in (("entities", self.entities), ("actions", self.actions)):
            for name in names:
                if name not in known:
                    raise _wrong(key, f"{name!r} is not a known type", f"some of {', '.join(Entity)}")
        if not 0 <= self.min_score <= 1:
            raise _wrong("min_score", f"{self.min_score} is not between 0 and 1", "a number from 0 to 1")
        if self.max_value_bytes < _LEAST_VALUE_BYTES:
            raise _wrong("max_value_bytes", f"{self.max_value_bytes} is too few", "1024 or more")
        if self.cache_bytes < 0:
            raise _wrong("cache_bytes", f"{self.cache_bytes} is negative", "0 or more")
        for region in self.phone_regions:
            if not (len(region) == 2 and region.isascii() and region.isupper()):
                raise _wrong("phone_regions", f"{region!r} is not a region", "codes such as US, GB")


def _wrong(key: str, why: str, instead: str) -> ValueError:
    return ValueError(f"Cannot use mask.{key}: {why}. Set {instead} instead.")


class Mask:
    """Masks every string of a span: attributes of any name, events, links, status, name; and of a log record.

    Sets ``spanwright.pii.detected`` (False only where content was looked at and nothing found),
    ``spanwright.pii.entity_types`` (sorted types, no values, no counts) and ``spanwright.pii.masked``; on
    a local root with findings also ``spanwright.trace.pii.detected``. Counts oversize values in ``oversize``.
    ``originals`` gets what was masked, by default the audit log that the settings name, if they name one.
    """

    Settings: ClassVar[type[MaskSettings]] = MaskSettings
    phase: ClassVar[Phase] = Phase.MASK

    def __init__(self, settings: MaskSettings | None = None, originals: Originals | None = None) -> None:
        settings = settings or MaskSettings()
        self._skipped = NEVER_CONTENT_KEYS | settings.skip_keys
        self._memory = TraceMemory() if settings.carry_over else None
        self._cache = FindingCache(settings.cache_bytes)
        policy = Policy(
            actions=settings.actions,
            min_score=settings.min_score,
            allow=frozenset(value.casefold() for value in settings.allow),
            max_bytes=settings.max_value_bytes,
        )
        self._redactor = Redactor(Detector(settings.entities, settings.phone_regions), self._cache, policy)
        self._originals = originals or _audit_log(settings.audit)
        self.oversize = 0
        #: Whether content may be captured behind this step: not if some type is left readable by choice of
        #: entities.
        self.masks_content = any(
            settings.actions.get(entity, Action.MASK) is not Action.KEEP for entity in settings.entities
        )

    def __call__(self, span: EditableSpan) -> None:
        found = self._open(span.trace_id)
        self._mask_span(span, found)
        if self._learn(span.trace_id, found):
            self._mask_span(span, found)
        self._mark(span.attributes, found, span.is_local_root)
        self._keep(span, found)

    def log(self, record: EditableLogRecord) -> None:
        found = self._open(record.trace_id)
        self._mask_record(record, found)
        if self._learn(record.trace_id, found):
            self._mask_record(record, found)
        self._mark(record.attributes, found, is_root=False, has_content=record.body is not None)
        self._keep(record, found)

    def fork(self) -> None:
        """Drop what belongs to the parent process, locks included."""
        self._cache.clear()
        if self._memory is not None:
            self._memory.clear()

    def _open(self, trace_id: int) -> Found:
        names = self._memory.of(trace_id) if self._memory and trace_id else TraceNames()
        return Found(names, replaced=None if self._originals is None else [])

    def _keep(self, masked: EditableSpan | EditableLogRecord, found: Found) -> None:
        if self._originals is not None and found.replaced is not None:
            user = masked.attributes.get(USER_HASH)
            self._originals.keep(masked.trace_id, masked.span_id, user, found.replaced)

    def _learn(self, trace_id: int, found: Found) -> bool:
        """Remember what was found; True if that makes a second look worth while."""
        self.oversize += found.oversize
        found.oversize = 0
        if self._memory is None or not trace_id or not found.learned:
            return False
        new = self._memory.learn(trace_id, found.learned)
        found.names = self._memory.of(trace_id)
        return new

    def _mask_span(self, span: EditableSpan, found: Found) -> None:
        found.place = "name"
        span.name = self._redactor.text("", span.name, found)
        found.place = "attributes"
        span.attributes = self._attributes(span.attributes, found)
        for number, event in enumerate(span.events):
            found.place = f"events[{number}]"
            event.name = self._redactor.text("", event.name, found)
            event.attributes = self._attributes(event.attributes, found)
        for number, link in enumerate(span.links):
            found.place = f"links[{number}]"
            link.attributes = self._attributes(link.attributes, found)
        if span.status_description:
            found.place = "status"
            span.status_description = self._redactor.text("", span.status_description, found)

    def _mask_record(self, record: EditableLogRecord, found: Found) -> None:
        found.place = "body"
        record.body = self._redactor.value("", record.body, found)
        found.place = "attributes"
        record.attributes = self._attributes(record.attributes, found)
        if record.event_name:
            found.place = "event_name"
            record.event_name = self._redactor.text("", record.event_name, found)

    def _attributes(self, attributes: Attributes, found: Found) -> Attributes:
        """``attributes`` masked in place, or anew in the same order where a name has to change."""
        redactor, skipped, renamed = self._redactor, self._skipped, False
        for key, value in attributes.items():
            if "@" in key:
                renamed = True
            if key not in skipped:
                new = redactor.value(key, value, found)
            elif isinstance(value, str) and "@" not in value:
                continue
            else:
                new = redactor.identifiers(value, found)
            if new is not value:
                attributes[key] = new
        if renamed:
            return {redactor.identifier(key, found): value for key, value in attributes.items()}
        return attributes

    def _mark(self, attributes: Attributes, found: Found, is_root: bool, has_content: bool = False) -> None:
        if found.types:
            before = attributes.get(SPANWRIGHT_PII_ENTITY_TYPES) or ()
            attributes[SPANWRIGHT_PII_DETECTED] = True
            attributes[SPANWRIGHT_PII_ENTITY_TYPES] = tuple(sorted(map(str, {*before, *found.types})))
            attributes[SPANWRIGHT_PII_MASKED] = found.masked or attributes.get(SPANWRIGHT_PII_MASKED) is True
            if is_root:
                attributes[SPANWRIGHT_TRACE_PII_DETECTED] = True
        elif has_content or any(map(is_content, attributes)):
            attributes.setdefault(SPANWRIGHT_PII_DETECTED, False)
        if found.was_oversize:
            attributes[SPANWRIGHT_CONTENT_TRUNCATED] = True


def _audit_log(settings: AuditSettings) -> Originals | None:
    if settings.directory is None:
        return None
    from ..audit.recorder import recorder

    return recorder(settings)
