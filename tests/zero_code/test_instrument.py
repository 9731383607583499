"""``opentelemetry-instrument`` with nothing but the packages installed: every span arrives, masked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.otlp_receiver import OtlpReceiver
from support.processes import Run
from zero_code.apps.call import SECRET

PLAIN = ("python", "zero_code/apps/plain.py")


def test_an_application_is_processed_without_a_change(run: Run, receiver: OtlpReceiver) -> None:
    """Spans of plain OpenTelemetry code arrive priced and masked, and the application notices nothing."""
    process = run(*PLAIN, "3")
    assert process.wait() == 0
    assert process.output == "application done\n"
    assert sorted(span.attributes["app.call"] for span in receiver.spans) == ["0", "1", "2"]
    for span in receiver.spans:
        assert "[EMAIL]" in span.attributes["gen_ai.input.messages"]
        assert span.attributes["spanwright.cost.usd"] > 0
        assert span.attributes["spanwright.trace.model_calls"] == 1
    assert SECRET.encode() not in receiver.raw_bytes


def test_no_instrumentation_does_not_mean_no_masking(run: Run, receiver: OtlpReceiver) -> None:
    """The pipeline stays in front of the exporters where all instrumentors are switched off."""
    assert run(*PLAIN, "1", OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="*").wait() == 0
    assert "[EMAIL]" in receiver.spans[0].attributes["gen_ai.input.messages"]
    assert SECRET.encode() not in receiver.raw_bytes


def test_a_wrong_setting_closes_the_export_and_says_how_to_correct_it(
    run: Run, receiver: OtlpReceiver
) -> None:
    """One line in the user's words; the application runs, its spans arrive, their content does not."""
    process = run(*PLAIN, "2", SPANWRIGHT_STEPS="mask,prise")
    assert process.wait() == 0
    said, done = process.output.splitlines()
    assert said == (
        'Cannot use SPANWRIGHT_STEPS="mask,prise": no step "prise" is installed. Did you mean price? '
        "Until this is corrected, spans are exported without any content."
    )
    assert done == "application done"
    assert [span.name for span in receiver.spans] == ["chat gpt-4o-mini"] * 2
    for span in receiver.spans:
        assert span.attributes["spanwright.processing.failed_steps"] == ["settings"]
        assert span.attributes["gen_ai.usage.input_tokens"] == 1000
        assert "gen_ai.input.messages" not in span.attributes
    assert SECRET.encode() not in receiver.raw_bytes


def test_switched_off_it_leaves_everything_as_it_is(run: Run, receiver: OtlpReceiver) -> None:
    """``SPANWRIGHT_ENABLED=false`` is the bare SDK."""
    process = run(*PLAIN, "1", SPANWRIGHT_ENABLED="false")
    assert process.wait() == 0
    assert process.output == "application done\n"
    assert SECRET.encode() in receiver.raw_bytes


def test_the_same_holds_for_the_json_file_exporter(run: Run, tmp_path: Path) -> None:
    """Any exporter is behind the pipeline: OTLP JSON on standard output has masked text."""
    process = run(*PLAIN, "2", OTEL_TRACES_EXPORTER="otlp_json_file")
    assert process.wait() == 0
    exported = [json.loads(line) for line in process.output.splitlines() if line.startswith("{")]
    spans = [
        span
        for line in exported
        for resource in line["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
    assert len(spans) == 2
    assert process.output.count("[EMAIL]") == 2
    assert SECRET not in process.output


def test_a_yaml_file_configures_it(run: Run, receiver: OtlpReceiver, tmp_path: Path) -> None:
    """The file's keys take effect; a mistake in it is told with its path and file."""
    file = tmp_path / "spanwright.yaml"
    file.write_text("steps: [mask]\n")
    assert run(*PLAIN, "1", SPANWRIGHT_CONFIG_FILE=str(file)).wait() == 0
    (span,) = receiver.spans
    assert "spanwright.cost.usd" not in span.attributes
    assert "[EMAIL]" in span.attributes["gen_ai.input.messages"]
    file.write_text("stepps: [mask]\n")
    process = run(*PLAIN, "1", SPANWRIGHT_CONFIG_FILE=str(file))
    assert process.wait() == 0
    assert "Cannot use stepps in spanwright.yaml: there is no such key. Did you mean steps?" in process.output


def test_a_disabled_sdk_is_left_alone(run: Run, receiver: OtlpReceiver) -> None:
    """``OTEL_SDK_DISABLED`` means silence."""
    process = run(*PLAIN, "1", OTEL_SDK_DISABLED="true")
    assert process.wait() == 0
    assert process.output == "application done\n"
    assert receiver.raw_bytes == b""


def test_a_terminated_application_still_exports_what_it_queued(run: Run, receiver: OtlpReceiver) -> None:
    """SIGTERM ends a process without exit handlers; the spans of its last seconds arrive all the same."""
    code = (
        "import time; from zero_code.apps.call import record_call;"
        "record_call(7); print('ready'); time.sleep(60)"
    )
    process = run("python", "-c", code)
    process.until(lambda output: "ready" in output or None)
    assert process.terminate() == -15
    assert [span.attributes["app.call"] for span in receiver.spans] == ["7"]


@pytest.mark.parametrize("flag", ["true", "false"])
def test_a_provider_the_application_makes_itself_is_an_option(
    run: Run, receiver: OtlpReceiver, flag: str
) -> None:
    """``SPANWRIGHT_ATTACH_NEW_PROVIDERS`` guards providers made later; without it they are left alone."""
    code = (
        "from opentelemetry.sdk.trace import TracerProvider;"
        "from opentelemetry.sdk.trace.export import SimpleSpanProcessor;"
        "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter;"
        "own = TracerProvider(); own.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()));"
        "from zero_code.apps import call; call.tracer = own.get_tracer('own'); call.record_call(1)"
    )
    assert run("python", "-c", code, SPANWRIGHT_ATTACH_NEW_PROVIDERS=flag).wait() == 0
    assert len(receiver.spans) == 1
    assert (SECRET.encode() in receiver.raw_bytes) is (flag == "false")
