"""OpenTelemetry's declarative configuration file configures us with the same keys, and is not disturbed."""

from __future__ import annotations

from pathlib import Path

from support.otlp_receiver import OtlpReceiver
from support.processes import Run
from zero_code.apps.call import SECRET

PLAIN = ("python", "zero_code/apps/plain.py", "1")


def otel_file(folder: Path, receiver: OtlpReceiver, section: str) -> str:
    """The path of a file that exports to ``receiver``, with ``section`` in the place that is ours."""
    file = folder / "otel.yaml"
    file.write_text(
        f"""
file_format: "1.0"
tracer_provider:
  processors:
    - batch:
        exporter:
          otlp_http: {{endpoint: "{receiver.url}/v1/traces"}}
instrumentation/development:
  python:
    spanwright: {section}
"""
    )
    return str(file)


def test_the_file_configures_the_pipeline(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """Our section takes effect, variables put in, and OpenTelemetry has nothing to warn about."""
    file = otel_file(tmp_path, receiver, "{steps: ['${ONLY}']}")
    process = run(*PLAIN, OTEL_CONFIG_FILE=file, ONLY="mask")
    assert process.wait() == 0
    said = [line for line in process.output.splitlines() if "spanwright" in line.lower()]
    assert said == []
    (span,) = receiver.spans
    assert "[EMAIL]" in span.attributes["gen_ai.input.messages"]
    assert "spanwright.cost.usd" not in span.attributes
    assert SECRET.encode() not in receiver.raw_bytes


def test_the_file_switches_the_pipeline_off(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """``enabled: false`` is honoured although the hook runs all the same."""
    file = otel_file(tmp_path, receiver, "{enabled: false}")
    assert run(*PLAIN, OTEL_CONFIG_FILE=file).wait() == 0
    assert SECRET.encode() in receiver.raw_bytes


def test_the_environment_is_stronger_than_the_file(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """A variable switches on what the file switches off."""
    file = otel_file(tmp_path, receiver, "{enabled: false}")
    assert run(*PLAIN, OTEL_CONFIG_FILE=file, SPANWRIGHT_ENABLED="true").wait() == 0
    assert len(receiver.spans) == 1
    assert SECRET.encode() not in receiver.raw_bytes


def test_a_mistake_in_the_file_closes_the_export(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """The message has the whole path in the file; it is said once although three hooks see the mistake."""
    file = otel_file(tmp_path, receiver, "{stepps: [mask]}")
    process = run(*PLAIN, OTEL_CONFIG_FILE=file)
    assert process.wait() == 0
    key = "instrumentation/development.python.spanwright.stepps"
    assert process.output.count(f"Cannot use {key} in otel.yaml: there is no such key.") == 1
    (span,) = receiver.spans
    assert "gen_ai.input.messages" not in span.attributes
    assert SECRET.encode() not in receiver.raw_bytes


def test_an_application_may_apply_a_file_itself(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """Without ``opentelemetry-instrument`` the same section attaches the pipeline."""
    file = otel_file(tmp_path, receiver, "{steps: [mask]}")
    code = (
        "import sys; from opentelemetry.configuration import configure_sdk, load_config_file;"
        "configure_sdk(load_config_file(sys.argv[1]));"
        "from zero_code.apps.call import record_call; record_call(1)"
    )
    process = run("python", "-c", code, file, instrumented=False)
    assert process.wait() == 0
    (span,) = receiver.spans
    assert "[EMAIL]" in span.attributes["gen_ai.input.messages"]
