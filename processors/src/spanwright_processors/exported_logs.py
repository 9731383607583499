"""Log records as one exporter gets them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from opentelemetry.sdk._logs import ReadableLogRecord

from .chain import StepChain
from .encoding_size import value_size
from .exported_spans import shrunk_attributes
from .logs import plain_record, processed_log_fields

#: Bytes of a record's times, ids and severity in OTLP.
_FRAME_BYTES = 96


class ExportedLogs:
    """What ``BoundedExport`` has to know of log records."""

    processors = "_log_record_processors"

    def size(self, readable: ReadableLogRecord) -> int:
        """Bytes in OTLP, estimated."""
        record = readable.log_record
        sizes = (value_size(one) for one in (record.body, record.attributes or {}, record.event_name or ""))
        return _FRAME_BYTES + sum(sizes)

    def maps(self, readable: ReadableLogRecord) -> Iterable[Mapping[str, Any]]:
        """All that may have to be cut."""
        yield readable.log_record.attributes or {}
        yield {"": readable.log_record.body}

    def view(self, readable: ReadableLogRecord, chain: StepChain) -> ReadableLogRecord:
        """A copy after the steps of ``chain``."""
        record = readable.log_record
        fields = processed_log_fields(record, readable.resource, chain)
        return replace(readable, log_record=plain_record({**vars(record), **fields}))

    def shrunk(self, readable: ReadableLogRecord, most_bytes: int) -> ReadableLogRecord:
        """A copy without its body, and with so many attributes that hold no content as fit."""
        record = readable.log_record
        kept = {"body": None, "attributes": shrunk_attributes(record.attributes or {}, most_bytes)}
        return replace(readable, log_record=plain_record({**vars(record), **kept}))
