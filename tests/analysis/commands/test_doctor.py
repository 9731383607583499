"""``spanwright doctor``, in environments good and bad."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from spanwright_analysis.command import main
from spanwright_analysis.diagnosis.sample import RAW_VALUES

#: What a test run may have in its environment, and the doctor must not.
_FOREIGN = ("OTEL_", "SPANWRIGHT_", "OPENAI_")


#: Longer than a line: what is to be copied stays whole.
_LONG = "texts-" * 20


def examined(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **environment: str
) -> tuple[int, str]:
    """Exit code, and the output without its line breaks, in an environment with these variables alone."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    code = main(["doctor"])
    return code, " ".join(capsys.readouterr().out.split())


def test_a_good_installation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """All steps run, exporters are guarded, the sample's raw values do not come out, nothing is exported."""
    file = tmp_path / "t.jsonl"
    code, out = examined(
        monkeypatch,
        capsys,
        OTEL_TRACES_EXPORTER="otlp,spanwright_file",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://user:secret@127.0.0.1:9/?key=secret",
        OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
        SPANWRIGHT_TRACES_FILE=str(file),
        SPANWRIGHT_OFFLOAD_URL=str(tmp_path / _LONG),
    )
    assert code == 0, out
    assert f"ok cold storage {tmp_path.as_uri()}/{_LONG}, kept 30 days" in out
    assert not (tmp_path / _LONG).exists()
    assert out.endswith("All is well.")
    assert "ok openai" in out
    assert "OTLPSpanExporter to http://127.0.0.1:9/" in out
    assert "spanwright_analysis: EnvironmentFileSpanExporter: guarded" in out
    assert "ok messages recorded (SPAN_ONLY), behind the mask step" in out
    assert "message after Write to [EMAIL]. My card is [CARD], my key [SECRET]." in out
    assert "secret" not in out
    assert file.read_text() == ""


def test_a_wrong_setting_is_quoted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The loader's own sentence, exit code 1, and the content that is dropped meanwhile."""
    code, out = examined(
        monkeypatch,
        capsys,
        SPANWRIGHT_STEPS="price,maks",
        OTEL_TRACES_EXPORTER="console",
        SPANWRIGHT_ENABLD="1",
    )
    assert code == 1
    assert 'Cannot use SPANWRIGHT_STEPS="price,maks": no step "maks" is installed. Did you mean mask?' in out
    assert "Cannot use SPANWRIGHT_ENABLD: there is no such key. Did you mean SPANWRIGHT_ENABLED?" in out
    assert "guarded: until the settings are corrected it gets no content" in out
    after = out.partition("message after")[2].partition("status before")[0]
    assert all(value not in after for value in RAW_VALUES)


def test_steps_without_masking(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Content that is recorded on request and masked by nobody is wrong."""
    code, out = examined(
        monkeypatch,
        capsys,
        SPANWRIGHT_STEPS="price",
        OTEL_TRACES_EXPORTER="console",
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="SPAN_ONLY",
    )
    assert code == 1
    assert "guarded, but no step masks" in out
    assert "recorded (SPAN_ONLY) and exported unmasked" in out
    assert "3 planted value(s) came out again" in out


def test_a_pipeline_that_is_switched_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is switched off on purpose is told and is no fault; no content is recorded then."""
    code, out = examined(monkeypatch, capsys, SPANWRIGHT_ENABLED="false", OTEL_TRACES_EXPORTER="console")
    assert code == 0, out
    assert "switched off" in out
    assert "not recorded (NO_CONTENT)" in out


def test_an_sdk_that_is_switched_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is recorded then, so nothing has to be guarded."""
    code, out = examined(monkeypatch, capsys, OTEL_SDK_DISABLED="true")
    assert code == 0, out
    assert "OTEL_SDK_DISABLED is true: nothing is recorded at all" in out


def test_an_instrumentor_that_is_switched_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A library that is there and not patched is worth knowing."""
    code, out = examined(
        monkeypatch,
        capsys,
        OTEL_PYTHON_DISABLED_INSTRUMENTATIONS="spanwright_openai",
        OTEL_TRACES_EXPORTER="console",
    )
    assert code == 0, out
    assert "note openai" in out
    assert "not patched. Is it in OTEL_PYTHON_DISABLED_INSTRUMENTATIONS?" in out
    assert "ok qdrant" in out


def test_without_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Where ``opentelemetry-instrument`` is missing, the doctor says what to install."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    code, out = examined(monkeypatch, capsys)
    assert code == 1
    assert "Install opentelemetry-distro" in out
