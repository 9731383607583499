"""Places on log records: body, attributes, event name, exceptions; through ``logging`` and the API."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from leaks.place import paragraph, place
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber, get_logger
from support.planted import Planted

Group = Sequence[Planted]
_logger = get_logger("leaks")
_python_logger = logging.getLogger("leaks.application")
_tracer = trace.get_tracer("leaks")


@place("log bodies")
def bodies(group: Group) -> None:
    for value in group:
        _logger.emit(LogRecord(body=value.sentence, severity_number=SeverityNumber.INFO))


@place("structured log bodies")
def structured(group: Group) -> None:
    parts = [{"type": "text", "content": value.sentence} for value in group]
    body: Any = {"messages": [{"role": "user", "parts": parts}], "raw": paragraph(group).encode()}
    _logger.emit(LogRecord(body=body, event_name="gen_ai.client.inference.operation.details"))


@place("log attributes")
def attributes(group: Group) -> None:
    texts = {f"note.{value.kind}": value.sentence for value in group}
    with _tracer.start_as_current_span("work"):
        _logger.emit(LogRecord(attributes={**texts, "all": {"of": [paragraph(group)]}}))


@place("log event names")
def event_names(group: Group) -> None:
    for value in group:
        _logger.emit(LogRecord(event_name=f"said: {value.sentence}", body="x"))


@place("log severity text")
def severity(group: Group) -> None:
    for value in group:
        _logger.emit(LogRecord(severity_text=f"BAD: {value.sentence}", body="x"))


@place("log exceptions")
def exceptions(group: Group) -> None:
    for value in group:
        error = ValueError(value.sentence)
        _logger.emit(LogRecord(body="failed", exception=error))


@place("Python's logging, with arguments, extras and stack traces")
def python_logging(group: Group) -> None:
    for value in group:
        try:
            raise ValueError(value.sentence)
        except ValueError:
            _python_logger.exception("Failed on %s", value.sentence, extra={"note": value.sentence})
