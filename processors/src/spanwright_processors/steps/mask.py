"""Personal data and secrets out of everything a span or log record carries, before anything stores or cuts
it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from spanwright_semconv.attributes import USER_HASH
from spanwright_semconv.content import is_content
from spanwright_semconv.given_values import forget_given_values, given_values

from ..audit.originals import Originals
from ..audit.settings import AuditSettings
from ..content import NEUTRAL_EVENT_NAME, NEUTRAL_SPAN_NAME
from ..counters import Counters, process_counters
from ..detect.engine import Detector, FindingCache
from ..detect.finding import Entity
from ..detect.found import Found, drop_reason
from ..detect.id_text import is_nobodys
from ..detect.replacement import FAILED
from ..detect.trace_memory import TraceMemory, TraceNames
from ..masking.engines import CombinedDetector, EngineReport, make_detector
from ..masking.policies import Environments, Policies, Treatment, ignored_entities, wanted_entities
from ..masking.report import mark
from ..masking.settings import MaskSettings, Whole
from ..span import Attributes, AttributeValue, EditableLogRecord, EditableSpan
from ..step import Phase, Place

__all__ = ["Mask", "MaskSettings"]

#: What describes the machine and the software, never a person: random names and numbers, addresses of hosts.
_INFRASTRUCTURE = (
    *("service.", "telemetry.", "otel.", "deployment.", "host.", "os.", "device.id", "container.", "k8s."),
    *("cloud.", "aws.", "gcp.", "azure.", "faas.", "process.pid", "process.runtime.", "process.executable."),
)

#: Times its budget that a span may take while an engine is being loaded beside it: that shares the processor.
_WHILE_LOADING = 5


class Mask:
    """Masks every string of a span: attributes of any name, events, links, status, name; and of a log record.

    Sets ``spanwright.pii.detected`` (False only where content was looked at and nothing found),
    ``spanwright.pii.entity_types`` (sorted types, no values, no counts) and ``spanwright.pii.masked``; on
    a local root with findings also ``spanwright.trace.pii.detected``.

    Closed against failure value by value: what is too long, what a detector fails on, and what is not looked
    at when the span's time is over is replaced by a placeholder, the span says so in
    ``spanwright.content.drop_reasons``, and ``counters`` (by default the process') counts it.
    ``originals`` gets what was masked, by default the audit log that the settings name, if they name one.
    """

    Settings: ClassVar[type[MaskSettings]] = MaskSettings
    phase: ClassVar[Phase] = Phase.MASK

    def __init__(
        self,
        settings: MaskSettings | None = None,
        originals: Originals | None = None,
        counters: Counters | None = None,
    ) -> None:
        settings = settings or MaskSettings()
        self._counters = process_counters() if counters is None else counters
        wanted = wanted_entities(settings)
        self._detector = make_detector(settings, wanted, ignored_entities(settings), self._counters)
        # On the application's thread, or once for each series: without a model, and without waiting for one.
        patterns = self._detector.without_analyzer()
        self._memory = TraceMemory() if settings.carry_over else None
        self._cache = FindingCache(settings.cache_bytes)
        self._detector.when_changed(self._cache.clear)
        self._environments = Environments(settings, self._detector, self._cache)
        self._shared = Environments(settings, patterns, FindingCache(0))
        # What a trace remembers, found by our own patterns, in spans whose turn has not come.
        remembered = frozenset({Entity.PERSON, Entity.SECRET})
        ahead = Detector(
            remembered if wanted is None else remembered & wanted, native=settings.native_scanner
        )
        self._ahead = Environments(settings, ahead, FindingCache(0))
        #: Whether names are looked for in all spans of a trace before any of them is masked.
        self.learns = settings.carry_over
        self._originals = originals or _audit_log(settings.audit)
        # A metric's attributes tell its series apart, which have to stay apart.
        self._series = Environments(settings, patterns, FindingCache(0), distinct=True)
        self._guards_baggage = settings.baggage
        self._report = settings.report
        self._budget_s = settings.budget_ms / 1e3
        #: Whether content may be captured behind this step, whatever the environment.
        self.masks_content = self._environments.mask_everywhere

    def learn(self, span: EditableSpan) -> None:
        """Remember names and passwords for the spans of its trace that are masked before this one."""
        if self._memory is None or not span.trace_id:
            return
        found = self._open(span.trace_id)
        policies = self._ahead.of(span.resource)
        for attributes in (span.attributes, *(event.attributes for event in span.events)):
            for key, value in attributes.items():
                treatment = policies.by_key.get(key) or policies.treatment(key)
                if (
                    not treatment.identifying
                    and treatment.whole is None
                    and not isinstance(value, int | float)
                ):
                    _masked(treatment, key, value, found)
        self._memory.learn(span.trace_id, found.learned)

    def __call__(self, span: EditableSpan) -> None:
        policies = self._environments.of(span.resource)
        found = self._open(span.trace_id)
        self._mask_span(span, policies, found)
        if self._learn(span.trace_id, found):
            self._mask_span(span, policies, found)
        self._finish(span, found, span.is_local_root, any(map(is_content, span.attributes)))

    def log(self, record: EditableLogRecord) -> None:
        policies = self._environments.of(record.resource)
        found = self._open(record.trace_id)
        self._mask_record(record, policies, found)
        if self._learn(record.trace_id, found):
            self._mask_record(record, policies, found)
        has_content = record.body is not None or any(map(is_content, record.attributes))
        self._finish(record, found, is_root=False, has_content=has_content)

    def edit_attributes(
        self, attributes: Attributes, place: Place, resource: Mapping[str, AttributeValue]
    ) -> None:
        """Mask what belongs to a resource, scope, metric or exemplar; leave out entries of baggage."""
        if place is Place.BAGGAGE and not self._guards_baggage:
            return
        environments = self._series if place is Place.METRIC else self._shared
        policies = environments.of(resource)
        found = self._open(0)
        for key, value in list(attributes.items()):
            treatment = policies.treatment(key)
            if key.startswith(_INFRASTRUCTURE):
                treatment = treatment._replace(identifying=treatment.whole is None)
            new = _masked(treatment, key, value, found)
            if treatment.whole is Whole.DROP or (place is Place.BAGGAGE and new is not value):
                del attributes[key]
            elif new is not value:
                attributes[key] = new
            if "@" in key and key in attributes:
                _rename(attributes, key, treatment, found)
        for reason, count in found.dropped.items():
            self._counters.values_dropped(count, reason)

    def masks_resource(self, resource: Mapping[str, Any]) -> bool:
        """True if what comes from ``resource`` is masked: its environment may be one that is not."""
        return self._environments.of(resource).masks

    def engine_report(self, seconds: float = 0.0) -> EngineReport | None:
        """What finds beside our own patterns, once it is loaded or ``seconds`` are over; None: nothing."""
        return self._detector.report(seconds) if isinstance(self._detector, CombinedDetector) else None

    def fork(self) -> None:
        """Drop what belongs to the parent process, locks included."""
        self._cache.clear()
        forget_given_values()
        self._detector.fork()
        if self._memory is not None:
            self._memory.clear()

    def _open(self, trace_id: int) -> Found:
        budget_s = self._budget_s * (_WHILE_LOADING if self._detector.is_loading else 1)
        return Found(
            self._names(trace_id),
            trace_id,
            time.perf_counter() + budget_s if budget_s else None,
            replaced=None if self._originals is None else [],
        )

    def _names(self, trace_id: int) -> TraceNames:
        names = self._memory.of(trace_id) if self._memory and trace_id else TraceNames()
        given = given_values(trace_id)
        return names.joined_by(given) if given else names

    def _learn(self, trace_id: int, found: Found) -> bool:
        """Remember what was found; True if that makes a second look worth while."""
        if self._memory is None or not trace_id or not found.learned:
            return False
        new = self._memory.learn(trace_id, found.learned)
        found.names = self._names(trace_id)
        return new

    def _finish(
        self, masked: EditableSpan | EditableLogRecord, found: Found, is_root: bool, has_content: bool
    ) -> None:
        for reason, count in found.dropped.items():
            self._counters.values_dropped(count, reason)
        mark(masked.attributes, found, self._report, is_root=is_root, has_content=has_content)
        if self._originals is not None and found.replaced is not None:
            user = masked.attributes.get(USER_HASH)
            self._originals.keep(masked.trace_id, masked.span_id, user, found.replaced)

    def _mask_span(self, span: EditableSpan, policies: Policies, found: Found) -> None:
        found.place = "name"
        span.name = self._text(policies, span.name, found, NEUTRAL_SPAN_NAME)
        found.place = "attributes"
        span.attributes = self._attributes(policies, span.attributes, found)
        for number, event in enumerate(span.events):
            found.place = f"events[{number}]"
            event.name = self._text(policies, event.name, found, NEUTRAL_EVENT_NAME)
            event.attributes = self._attributes(policies, event.attributes, found)
        for number, link in enumerate(span.links):
            found.place = f"links[{number}]"
            link.attributes = self._attributes(policies, link.attributes, found)
        if span.status_description:
            found.place = "status"
            span.status_description = self._text(policies, span.status_description, found, None)

    def _mask_record(self, record: EditableLogRecord, policies: Policies, found: Found) -> None:
        found.place = "body"
        record.body = _masked(policies.general, "", record.body, found)
        found.place = "attributes"
        record.attributes = self._attributes(policies, record.attributes, found)
        if record.event_name:
            found.place = "event_name"
            record.event_name = self._text(policies, record.event_name, found, NEUTRAL_EVENT_NAME)

    def _text(self, policies: Policies, text: str, found: Found, otherwise: str | None) -> Any:
        """``text`` masked; ``otherwise`` where that is not possible."""
        before = found.dropped.total()
        new = _masked(policies.general, "", text, found)
        return new if found.dropped.total() == before else otherwise

    def _attributes(self, policies: Policies, attributes: Attributes, found: Found) -> Attributes:
        """``attributes`` masked in place, or anew in the same order where a name has to change."""
        by_key, rewritten = policies.by_key, False
        for key, value in attributes.items():
            if "@" in key:
                rewritten = True
            treatment = by_key.get(key) or policies.treatment(key)
            if treatment.identifying and isinstance(value, str) and is_nobodys(value):
                continue
            if treatment.whole is Whole.DROP:
                rewritten = True
                continue
            new = _masked(treatment, key, value, found)
            if new is not value:
                attributes[key] = new
        return _rewritten(policies, attributes, found) if rewritten else attributes


def _rename(attributes: Attributes, key: str, treatment: Treatment, found: Found) -> None:
    """Mask an attribute's name; it goes where that fails."""
    value = attributes.pop(key)
    new = _masked(treatment._replace(identifying=True, whole=None), "", key, found)
    if new != FAILED:
        attributes[new] = value


def _rewritten(policies: Policies, attributes: Attributes, found: Found) -> Attributes:
    """Without the attributes that are dropped, the names of the others masked where they hold an address."""
    kept = {
        key: value for key, value in attributes.items() if policies.treatment(key).whole is not Whole.DROP
    }
    found.masked = found.masked or len(kept) < len(attributes)
    redactor = policies.general.redactor
    if redactor is None:
        return kept
    named: Attributes = {}
    for key, value in kept.items():
        try:
            named[redactor.identifier(key, found) if "@" in key else key] = value
        except Exception as error:
            found.drop(drop_reason(error))
    return named


def _masked(treatment: Treatment, key: str, value: Any, found: Found) -> Any:
    """``value`` by its treatment; a placeholder where that fails or takes too long. Never raises."""
    redactor = treatment.redactor
    if redactor is None:
        return value
    try:
        if treatment.identifying:
            return redactor.identifiers(value, found)
        if treatment.whole is Whole.HASH:
            return redactor.hashed(key, value, found)
        return redactor.value(key, value, found)
    except Exception as error:
        return found.drop(drop_reason(error))


def _audit_log(settings: AuditSettings) -> Originals | None:
    if settings.directory is None:
        return None
    from ..audit.recorder import recorder

    return recorder(settings)
