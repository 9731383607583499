"""Metrics of several processes as one text that Prometheus can read."""

from __future__ import annotations

import os
import subprocess
import sys

from prometheus_client.parser import text_string_to_metric_families
from spanwright_processors.stage.exposition import merged
from support.otlp_receiver import otlp_receiver

OWN = b"""\
# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{outcome="accepted"} 3.0
"""
WORKERS = {
    str(
        number
    ): f"# HELP spans_total Spans.\n# TYPE spans_total counter\nspans_total {number + 10}.0\n".encode()
    for number in range(2)
}

MEASURING = """
import sys
from opentelemetry.metrics import get_meter
from spanwright_processors.stage.exposition import Metrics
metrics = Metrics("spanwright-stage")
get_meter("tests").create_counter("things", "1").add(2, {"kind": 'a"b'})
sys.stdout.write(metrics.text().decode())
metrics.shutdown()
"""


def measured(**environ: str) -> str:
    command = [sys.executable, "-c", MEASURING]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
    return subprocess.run(
        command, env=environment | environ, capture_output=True, text=True, check=True
    ).stdout


def test_series_are_told_apart_by_worker() -> None:
    """One family has all its series together, as the format asks for."""
    families = {
        family.name: family
        for family in text_string_to_metric_families(merged({"": OWN, **WORKERS}).decode())
    }
    spans = {sample.labels["worker"]: sample.value for sample in families["spans"].samples}
    assert spans == {"0": 10.0, "1": 11.0}
    (request,) = families["requests"].samples
    assert (request.labels, request.value) == ({"outcome": "accepted"}, 3.0)


def test_a_process_measures_its_own() -> None:
    """With the service's name and an instance of its own; nothing of Python's own figures."""
    families = {family.name: family for family in text_string_to_metric_families(measured())}
    assert set(families) == {"target_info", "things"}
    (thing,) = families["things"].samples
    assert (thing.labels, thing.value) == ({"kind": 'a"b'}, 2.0)
    (target,) = families["target_info"].samples
    assert target.labels["service_name"] == "spanwright-stage"
    assert target.labels["service_instance_id"]


def test_the_service_can_be_named() -> None:
    """By OpenTelemetry's own variables."""
    assert 'service_name="masking"' in measured(OTEL_SERVICE_NAME="masking")


def test_metrics_go_over_otlp_where_asked_for() -> None:
    """By OpenTelemetry's own variables as well; the last figures leave at shutdown."""
    with otlp_receiver() as receiver:
        measured(
            OTEL_METRICS_EXPORTER="otlp",
            OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
        )
        assert b"things" in receiver.raw_bytes
