"""Beside a vendor's distro, with a configurator and exporters of its own, all is masked the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.otlp_receiver import OtlpReceiver
from support.processes import Run
from zero_code.apps.call import SECRET

PLAIN = ("python", "zero_code/apps/plain.py")


@pytest.fixture
def foreign(tmp_path: Path) -> dict[str, str]:
    """The environment in which the vendor's distro is installed and chosen."""
    installed = tmp_path / "site" / "foreign_distro-1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: foreign-distro\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(
        "[opentelemetry_distro]\nforeign = zero_code.apps.foreign_distro:Distro\n"
        "[opentelemetry_configurator]\nforeign = zero_code.apps.foreign_distro:Configurator\n"
    )
    return {
        "PYTHONPATH": str(installed.parent),
        "OTEL_PYTHON_DISTRO": "foreign",
        "OTEL_PYTHON_CONFIGURATOR": "foreign",
    }


def test_every_exporter_of_a_foreign_provider_is_guarded(
    run: Run, receiver: OtlpReceiver, foreign: dict[str, str]
) -> None:
    """Own provider class, processor without exporter, wrapped exporter: each exports every span, masked."""
    assert run(*PLAIN, "3", **foreign).wait() == 0
    by_exporter = [span.attributes.get("vendor.seen", False) for span in receiver.spans]
    assert sorted(by_exporter) == [False] * 3 + [True] * 3
    for span in receiver.spans:
        assert "[EMAIL]" in span.attributes["gen_ai.input.messages"]
    assert SECRET.encode() not in receiver.raw_bytes


def test_a_provider_that_cannot_be_attached_is_told_in_one_line(run: Run, foreign: dict[str, str]) -> None:
    """What is not guarded is said clearly, and the application runs on."""
    process = run(*PLAIN, "1", SPANWRIGHT_TEST_PROVIDER="opaque", **foreign)
    assert process.wait() == 0
    told = [line for line in process.output.splitlines() if "Cannot attach" in line]
    assert len(told) == 1
    assert "OpaqueProvider" in told[0]
    assert "application done" in process.output
