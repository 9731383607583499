"""Log records as one exporter gets them."""

from __future__ import annotations

from typing import Any

from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    BatchLogRecordProcessor,
    InMemoryLogRecordExporter,
    LogRecordExporter,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.resources import Resource
from spanwright_processors import attach_logs
from spanwright_processors.exported_logs import ExportedLogs
from spanwright_processors.exporters import parts
from spanwright_processors.steps.truncate import Truncate, TruncateSettings
from support.spans import chain

LOGS = ExportedLogs()
KEY = "gen_ai.tool.call.result"


class Tempo(InMemoryLogRecordExporter):
    """An exporter that is told by its class."""


def memory(kind: Any = InMemoryLogRecordExporter) -> Any:
    return kind()


def provider(exporter: LogRecordExporter, processor: Any = SimpleLogRecordProcessor) -> LoggerProvider:
    made = LoggerProvider(resource=Resource({}), shutdown_on_exit=False)
    made.add_log_record_processor(processor(exporter))
    return made


def test_each_exporter_gets_its_own_view_of_a_record() -> None:
    """Body and attributes, by the limits of its backend."""
    tempo, other = memory(Tempo), memory()
    made = provider(tempo)
    attachment = attach_logs(made, chain(Truncate(TruncateSettings(exporters={"Tempo": "tempo"}))))
    made.add_log_record_processor(SimpleLogRecordProcessor(other))
    made.get_logger("t").emit(body="x" * 50_000, attributes={KEY: "y" * 50_000}, event_name="e")
    ((small,), (large,)) = (one.get_finished_logs() for one in (tempo, other))
    for readable, limit in ((small, 2_000), (large, 24_000)):
        record = readable.log_record
        assert (len(record.body.encode()), len(record.attributes[KEY].encode())) == (limit, limit)
        assert record.attributes["spanwright.truncated.bytes.body"] == 50_000
        assert record.event_name == "e"
    attachment.detach()
    assert "export" not in vars(tempo)


def test_exports_are_bounded_in_bytes() -> None:
    """As OTLP really encodes them, whoever batches them; none is lost."""
    batches: list[Any] = []

    class Counting(InMemoryLogRecordExporter):
        def export(self, batch: Any) -> Any:
            batches.append(list(batch))
            return super().export(batch)

    exporter = memory(Counting)
    made = provider(exporter, BatchLogRecordProcessor)
    attach_logs(made, chain(Truncate(TruncateSettings(message_chars=0, batch_bytes=100_000))))
    for _ in range(50):
        made.get_logger("t").emit(body="é" * 5_000)
    made.shutdown()
    assert sum(map(len, batches)) == 50
    assert len(batches) > 4
    assert max(encode_logs(batch).ByteSize() for batch in batches) <= 102_000


def test_a_record_larger_than_a_message_keeps_what_is_no_content() -> None:
    """Without its body."""
    exporter = memory()
    made = provider(exporter)
    attributes = {f"key number {number}": "x" * 2_000 for number in range(100)} | {
        "gen_ai.request.model": "m"
    }
    made.get_logger("t").emit(body="x" * 200_000, attributes=attributes)
    (readable,) = exporter.get_finished_logs()
    ((small,),) = parts([readable], 100_000, LOGS)
    assert small.log_record.body is None
    assert small.log_record.attributes["gen_ai.request.model"] == "m"
    assert encode_logs([small]).ByteSize() < 100_000
