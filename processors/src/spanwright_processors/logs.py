"""Log records that are processed once, off the application's thread, before any log processor reads them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from opentelemetry._logs import LogRecord
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk._logs import ReadWriteLogRecord

from .chain import StepChain
from .content import FAILED_STEPS, safe_severity_text
from .fork import watch_forks
from .reentry import Inside
from .sdk import VIEW, bounded, copied, encodable, unchanged, whole
from .shared import SharedParts
from .span import EditableLogRecord

#: The fields of a ``LogRecord`` that hold content, as they are when nothing can be told of it.
#: ``exception`` is never handed on: its message cannot be masked, the attributes carry what is known of it.
_EMPTY_FIELDS: Mapping[str, Any] = MappingProxyType(
    {
        "body": None,
        "attributes": BoundedAttributes(attributes={FAILED_STEPS: (VIEW,)}),
        "event_name": None,
        "exception": None,
        "severity_text": None,
    }
)

_LOCK_STRIPES = 16


class LogStage:
    """Wraps emitted log records and runs ``chain`` on each once, when it is first read."""

    def __init__(self, chain: StepChain) -> None:
        self.chain = chain
        self._shared = SharedParts(chain)
        self.after_fork()
        watch_forks(self)

    def after_fork(self) -> None:
        self._stripes = tuple(threading.RLock() for _ in range(_LOCK_STRIPES))

    def lock(self, record: object) -> threading.RLock:
        return self._stripes[id(record) // 64 % _LOCK_STRIPES]

    def wrap(self, raw: ReadWriteLogRecord) -> ReadWriteLogRecord:
        """A copy of ``raw`` whose content is processed when read. The caller's own object stays as it is."""
        record = raw.log_record
        if type(record) is ProcessedLogRecord and record._source.stage.chain is self.chain:
            return raw
        wrapped = ReadWriteLogRecord.__new__(type(raw))  # its __init__ would read the attributes
        wrapped.__dict__.update(raw.__dict__)
        if raw.resource is not None:
            wrapped.resource = self._shared.resource(raw.resource)
        if raw.instrumentation_scope is not None:
            wrapped.instrumentation_scope = self._shared.scope(raw.instrumentation_scope, raw.resource)
        wrapped.log_record = ProcessedLogRecord(_Source(record, raw.resource, self))
        return wrapped


class _Source:
    """An unprocessed record, shared by all the copies that batch processors make of it before it is read."""

    __slots__ = ("_fields", "_raw", "_resource", "stage")

    def __init__(self, raw: LogRecord, resource: Any, stage: LogStage) -> None:
        self._raw: LogRecord | None = raw
        self._resource = resource
        self.stage = stage
        self._fields: Mapping[str, Any] | None = None

    def harmless(self) -> dict[str, Any]:
        fields = dict(self._raw.__dict__) if self._raw is not None else {}
        for name in _EMPTY_FIELDS:
            fields.pop(name, None)
        return fields

    def fields(self) -> Mapping[str, Any]:
        if self._fields is None:
            with Inside(), self.stage.lock(self):
                self._process()
        return self._fields or _EMPTY_FIELDS

    def _process(self) -> None:
        raw, self._raw = self._raw, None
        if raw is None:
            return
        fields = _EMPTY_FIELDS
        try:
            fields = processed_log_fields(raw, self._resource, self.stage.chain)
        finally:  # an interrupt too leaves a record that can be read
            self._fields = fields


class ProcessedLogRecord(LogRecord):
    """A log record whose body and attributes do not exist until read; reading them runs the steps."""

    __slots__ = ("_source",)

    def __init__(self, source: _Source) -> None:
        self._source = source
        self.__dict__.update(source.harmless())

    def __getattr__(self, name: str) -> Any:
        if name not in _EMPTY_FIELDS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        fields = self._source.fields()
        for field, value in fields.items():
            self.__dict__.setdefault(field, value)  # a processor may have set one
        return self.__dict__[name]

    def __copy__(self) -> ProcessedLogRecord:
        """A copy as unread as this record: batch processors copy on the application's thread."""
        copy = ProcessedLogRecord.__new__(ProcessedLogRecord)
        copy._source = self._source
        copy.__dict__.update(self.__dict__)
        return copy

    def __reduce__(self) -> tuple[Callable[..., LogRecord], tuple[dict[str, Any]]]:
        return plain_record, ({**self._source.fields(), **self.__dict__},)


def plain_record(fields: dict[str, Any]) -> LogRecord:
    """A record of the API with these fields."""
    record = LogRecord.__new__(LogRecord)
    record.__dict__.update(fields)
    return record


def processed_log_fields(raw: LogRecord, resource: Any, chain: StepChain) -> Mapping[str, Any]:
    """The content-holding fields of ``raw`` after the steps. Raises no ``Exception``."""
    try:
        record = EditableLogRecord(
            body=raw.body,
            attributes=whole(raw.attributes) if chain.masks_logs else copied(raw.attributes),
            event_name=raw.event_name,
            trace_id=raw.trace_id or 0,
            span_id=raw.span_id or 0,
            resource=resource.attributes if resource is not None else {},
        )
        chain.process_log(record)
        return {
            "body": record.body,
            "attributes": _edited_attributes(raw.attributes, record.attributes),
            "event_name": encodable(record.event_name) if record.event_name else None,
            "exception": None,
            "severity_text": safe_severity_text(raw.severity_text),
        }
    except Exception:
        chain.counters.view_failed()
        return _EMPTY_FIELDS


def _edited_attributes(old: Any, new: dict[str, Any]) -> Any:
    if unchanged(new, old):
        return old
    return bounded(new, getattr(old, "dropped", 0), immutable=False)
