"""Log records go through the steps before any log processor reads them, and off the application's thread."""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor, ReadableLogRecord, ReadWriteLogRecord
from opentelemetry.sdk._logs._internal import ConcurrentMultiLogRecordProcessor
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    InMemoryLogRecordExporter,
    LogRecordExporter,
    LogRecordExportResult,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.resources import Resource
from spanwright_processors import Counters, EditableLogRecord, StepChain, attach_logs
from spanwright_semconv.guard import content_is_guarded
from support.spans import FunctionStep, Shout, chain


class LogFunctionStep(FunctionStep):
    def __init__(self, edit: Any) -> None:
        super().__init__(lambda _: None)
        self.log = edit


def logger_provider(*processors: LogRecordProcessor, **options: Any) -> LoggerProvider:
    made = LoggerProvider(resource=Resource({"service.name": "test"}), shutdown_on_exit=False, **options)
    for processor in processors:
        made.add_log_record_processor(processor)
    return made


def memory() -> InMemoryLogRecordExporter:
    return InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]


def emit(made: LoggerProvider, **fields: Any) -> None:
    made.get_logger("t").emit(
        **{
            "body": {"text": "letters", "n": 1},
            "attributes": {"k": "letters", "n": 2},
            "event_name": "gen_ai.client.inference.operation.details",
            "severity_number": SeverityNumber.INFO,
            "timestamp": 5,
            **fields,
        }
    )


class Keep(LogRecordProcessor):
    """Keeps records unread, as a batch processor does."""

    def __init__(self) -> None:
        self.records: list[ReadWriteLogRecord] = []

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        self.records.append(log_record)

    def shutdown(self) -> None: ...

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return True


def assert_masked(record: LogRecord) -> None:
    assert record.body == {"text": "LETTERS", "n": 1}
    assert dict(record.attributes or {}) == {"k": "LETTERS", "n": 2}
    assert record.event_name == "gen_ai.client.inference.operation.details"
    assert (record.timestamp, record.severity_number) == (5, SeverityNumber.INFO)


def test_batch_and_simple_processors_before_and_after_get_processed_records() -> None:
    """Every exporter sees masked body and attributes, whichever way it was added; all else is unchanged."""
    exporters = [memory() for _ in range(4)]
    made = logger_provider(SimpleLogRecordProcessor(exporters[0]), BatchLogRecordProcessor(exporters[1]))
    early = made.get_logger("early")
    attach_logs(made, chain(Shout()))
    made.add_log_record_processor(SimpleLogRecordProcessor(exporters[2]))
    made.add_log_record_processor(BatchLogRecordProcessor(exporters[3]))
    early.emit(body="early")
    emit(made)
    assert made.force_flush()
    made.shutdown()
    for exporter in exporters:
        first, second = (finished.log_record for finished in exporter.get_finished_logs())
        assert first.body == "EARLY"
        assert_masked(second)


def test_each_record_is_processed_once_for_all_exporters() -> None:
    """Copies that batch processors make share one processing."""
    seen: list[object] = []
    exporters = [memory() for _ in range(3)]
    made = logger_provider(*(BatchLogRecordProcessor(exporter) for exporter in exporters))
    attach_logs(made, chain(LogFunctionStep(lambda record: seen.append(record.body)), Shout()))
    emit(made)
    made.shutdown()
    for exporter in exporters:
        assert_masked(exporter.get_finished_logs()[0].log_record)
    assert len(seen) == 1


def test_masking_happens_on_the_exporters_thread() -> None:
    """Through a batch processor the application's thread pays for no step."""
    threads: list[int] = []
    exported = threading.Event()

    class Exporter(LogRecordExporter):
        def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
            assert [record.log_record.body for record in batch] == ["a"]
            exported.set()
            return LogRecordExportResult.SUCCESS

        def shutdown(self) -> None: ...

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return True

    made = logger_provider(BatchLogRecordProcessor(Exporter(), schedule_delay_millis=20))
    attach_logs(made, chain(LogFunctionStep(lambda _: threads.append(threading.get_ident()))))
    emit(made, body="a")
    assert exported.wait(10)
    made.shutdown()
    assert len(threads) == 1
    assert threads != [threading.get_ident()]


def test_a_failing_step_costs_the_record_its_content() -> None:
    """The record arrives marked, without body and text; the application hears nothing."""

    def fail(_: EditableLogRecord) -> None:
        raise ValueError("letters")

    counters = Counters()
    exporter = memory()
    made = logger_provider(SimpleLogRecordProcessor(exporter))
    attach_logs(made, StepChain([LogFunctionStep(fail)], counters))
    emit(made)
    record = exporter.get_finished_logs()[0].log_record
    assert record.body is None
    assert dict(record.attributes or {}) == {"n": 2, "spanwright.processing.failed_steps": ("function",)}
    assert counters.counts().content_dropped == 1


def test_a_record_no_view_opens_on_comes_out_empty() -> None:
    """Where our own code fails, nothing of the record's content goes out."""
    keep = Keep()
    made = logger_provider(keep)
    steps = chain(Shout())
    attach_logs(made, steps)
    emit(made)
    broken = ReadWriteLogRecord(LogRecord(body="letters"), resource=object())  # type: ignore[arg-type]
    made._multi_log_record_processor.on_emit(broken)
    record = keep.records[1].log_record
    assert record.body is None
    assert dict(record.attributes or {}) == {"spanwright.processing.failed_steps": ("view",)}


def test_the_exception_itself_is_not_handed_on() -> None:
    """Its message and stack trace are attributes, and masked there; the object could not be."""
    keep = Keep()
    made = logger_provider(keep)
    attach_logs(made, chain(Shout()))
    emit(made, exception=ValueError("letters"))
    record = keep.records[0].log_record
    assert record.exception is None
    attributes = dict(record.attributes or {})
    assert attributes["exception.message"] == "LETTERS"
    assert "letters" not in repr(attributes)


def test_unread_content_is_in_no_dictionary_or_copy() -> None:
    """vars() and copies show processed content or none; a shallow copy stays unread, a deep one is plain."""
    seen: list[object] = []
    keep = Keep()
    made = logger_provider(keep)
    attach_logs(made, chain(LogFunctionStep(seen.append), Shout()))
    emit(made)
    record = keep.records[0].log_record
    shallow = copy.copy(record)
    assert "letters" not in repr(vars(record)) + repr(vars(shallow))
    assert seen == []
    with pytest.raises(AttributeError):
        record.no_such_field  # type: ignore[attr-defined]  # noqa: B018
    assert_masked(copy.deepcopy(record))
    assert_masked(shallow)
    assert_masked(record)
    assert len(seen) == 1


def test_the_applications_own_record_stays_as_it_is() -> None:
    """A record object that the application emits and keeps is not changed under its hands."""
    exporter = memory()
    made = logger_provider(SimpleLogRecordProcessor(exporter))
    attach_logs(made, chain(Shout()))
    own = LogRecord(body="letters", attributes={"k": "v"})
    made.get_logger("t").emit(own)
    assert own.body == "letters"
    assert exporter.get_finished_logs()[0].log_record.body == "LETTERS"


def test_a_later_processor_may_add_to_a_record() -> None:
    """Attributes stay writable for the log processors behind us."""

    class Add(Keep):
        def on_emit(self, log_record: ReadWriteLogRecord) -> None:
            assert log_record.log_record.attributes is not None
            log_record.log_record.attributes["added"] = 1  # type: ignore[index]
            log_record.log_record.severity_text = "INFO"

    exporter = memory()
    made = logger_provider(Add(), BatchLogRecordProcessor(exporter))
    attach_logs(made, chain(Shout()))
    emit(made)
    made.shutdown()
    record = exporter.get_finished_logs()[0].log_record
    assert dict(record.attributes or {}) == {"k": "LETTERS", "n": 2, "added": 1}
    assert record.severity_text == "INFO"


def test_the_concurrent_multi_processor_is_covered() -> None:
    """The SDK's parallel variant as well."""
    exporter = memory()
    concurrent = ConcurrentMultiLogRecordProcessor()
    made = logger_provider(SimpleLogRecordProcessor(exporter), multi_log_record_processor=concurrent)
    attach_logs(made, chain(Shout()))
    emit(made)
    made.shutdown()
    concurrent._executor.shutdown()
    assert_masked(exporter.get_finished_logs()[0].log_record)


def test_the_guard_signal_needs_a_step_that_masks_logs() -> None:
    """A chain whose masking step knows spans only does not guard log records."""
    masked, unmasked = logger_provider(), logger_provider()
    first = attach_logs(masked, chain(Shout()))
    attach_logs(unmasked, chain(FunctionStep(repr)))
    assert attach_logs(masked, chain()) is first
    assert (content_is_guarded(masked), content_is_guarded(unmasked)) == (True, False)
    first.detach()
    assert not content_is_guarded(masked)


def test_event_name_and_severity_text_are_no_way_out() -> None:
    """The event's name goes through the steps as well; a severity's text is a level's name or nothing."""

    def shout(record: EditableLogRecord) -> None:
        record.event_name = (record.event_name or "").upper()

    exporter = memory()
    made = logger_provider(SimpleLogRecordProcessor(exporter))
    attach_logs(made, chain(LogFunctionStep(shout)))
    emit(made, event_name="letters", severity_text="WARN")
    emit(made, event_name=None, severity_text="BAD: letters")
    first, second = (finished.log_record for finished in exporter.get_finished_logs())
    assert (first.event_name, first.severity_text) == ("LETTERS", "WARN")
    assert (second.event_name, second.severity_text) == (None, None)


def test_a_failing_step_leaves_only_event_names_of_the_conventions() -> None:
    """Any other is text of the application."""

    def fail(_: EditableLogRecord) -> None:
        raise ValueError("letters")

    exporter = memory()
    made = logger_provider(SimpleLogRecordProcessor(exporter))
    attach_logs(made, chain(LogFunctionStep(fail)))
    emit(made, event_name="letters")
    emit(made)
    names = [finished.log_record.event_name for finished in exporter.get_finished_logs()]
    assert names == ["event", "gen_ai.client.inference.operation.details"]
