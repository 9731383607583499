"""Runs the sample applications under ``opentelemetry-instrument`` against a local receiver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.otlp_receiver import OtlpReceiver, otlp_receiver
from support.processes import BIN, Process, Run, started

TESTS = Path(__file__).parents[1]


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as listening:
        yield listening


@pytest.fixture
def run(receiver: OtlpReceiver, tmp_path: Path) -> Iterator[Run]:
    """Starts commands in the folder ``tests``; all are killed when the test ends."""
    with ExitStack() as stack:

        def start(*command: str, instrumented: bool = True, **environment: str) -> Process:
            prefix = [str(BIN / "opentelemetry-instrument")] if instrumented else []
            variables = {
                "OTEL_SERVICE_NAME": "zero-code-test",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
                "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
                "OTEL_METRICS_EXPORTER": "none",
                "OTEL_LOGS_EXPORTER": "none",
                "PYTHONUNBUFFERED": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                **environment,
            }
            output = tmp_path / f"output-{len(list(tmp_path.glob('output-*')))}.txt"
            command = (str(BIN / command[0]), *command[1:])
            return stack.enter_context(started([*prefix, *command], variables, TESTS, output))

        yield start
