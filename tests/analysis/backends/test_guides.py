"""The guides, one for each backend: their variables are read, their question is the generated one."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from spanwright_analysis.backends import outputs
from spanwright_analysis.backends.datadog import question_filter
from spanwright_analysis.backends.datadog_monitors import monitors
from spanwright_analysis.backends.definition import Definition
from spanwright_processors.settings import build_chain, load_settings
from spanwright_processors.steps.truncate import Truncate
from support.spans import provider
from support.stage import http_receiver

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "guides" / "backends"
PAGES = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.md"))}
ENDPOINTS = {
    "datadog": "http://localhost:4318/v1/traces",
    "elastic": "https://<deployment>.ingest.<region>.elastic.cloud:443/v1/traces",
    "grafana": "http://tempo:4318/v1/traces",
    "honeycomb": "https://api.honeycomb.io/v1/traces",
    "langfuse": "https://cloud.langfuse.com/api/public/otel/v1/traces",
    "langsmith": "https://api.smith.langchain.com/otel/v1/traces",
    "newrelic": "https://otlp.nr-data.net/v1/traces",
    "phoenix": "http://localhost:6006/v1/traces",
    "store": "http://localhost:4318/v1/traces",
}
HEADERS = {
    "elastic": {"authorization": "ApiKey <key>"},
    "honeycomb": {"x-honeycomb-team": "<ingest key>"},
    "langfuse": {"authorization": "Basic cGs6c2s=", "x-langfuse-ingestion-version": "4"},
    "langsmith": {"x-api-key": "<key>", "langsmith-project": "support-bot"},
    "newrelic": {"api-key": "<licence key>"},
}


def variables(page: str) -> dict[str, str]:
    """What the first block of the page exports."""
    block = page.partition("```sh\n")[2].partition("```")[0]
    found: dict[str, str] = {}
    for line in re.findall(r"^export (.*)$", block, re.MULTILINE):
        plain = line.partition("   #")[0].replace(
            '$(printf %s "$PUBLIC_KEY:$SECRET_KEY" | base64 -w0)', "cGs6c2s="
        )
        for part in re.findall(r'(\w+)=("[^"]*"|.*?)(?= \w+=[^ ]|$)', plain.strip()):
            found[part[0]] = part[1].strip().strip('"')
    return found


def test_there_is_a_guide_for_every_backend() -> None:
    """Each with its settings, dashboards and the question, in three steps."""
    assert set(PAGES) == set(ENDPOINTS)
    for name, page in PAGES.items():
        assert page.count("\n## ") >= 3, name
        assert "The question" in page


@pytest.mark.parametrize("name", sorted(PAGES))
def test_settings_are_ones_that_are_read(name: str) -> None:
    """No variable of ours is misspelt, and every value is one that the step takes."""
    given = {key: value for key, value in variables(PAGES[name]).items() if key.startswith("SPANWRIGHT_")}
    [truncate] = [step for step in build_chain(load_settings(given)).steps if isinstance(step, Truncate)]
    assert truncate.settings.profile == given["SPANWRIGHT_TRUNCATE_PROFILE"]
    for line in re.findall(r"SPANWRIGHT_(?:COPY|TRUNCATE)_\w+=[\w.=,]+", PAGES[name]):
        key, _, value = line.partition("=")
        load_settings({key: value})


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_exporter_goes_where_the_guide_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenTelemetry's own exporter with the guide's variables: path and headers as the backend wants them."""
    given = variables(PAGES[name])
    address = urlsplit(ENDPOINTS[name])
    assert given["OTEL_EXPORTER_OTLP_PROTOCOL"] == "http/protobuf"
    assert f"{given['OTEL_EXPORTER_OTLP_ENDPOINT']}/v1/traces" == ENDPOINTS[name]
    with http_receiver() as receiver:
        monkeypatch.setenv(
            "OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url + address.path.removesuffix("/v1/traces")
        )
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", given.get("OTEL_EXPORTER_OTLP_HEADERS", ""))
        exporter = OTLPSpanExporter()
        made = provider(SimpleSpanProcessor(exporter))
        made.get_tracer("t").start_span("s").end()
        made.shutdown()
        [(path, _, headers)] = receiver.received
    assert path == address.path
    sent = {key.lower(): value for key, value in headers.items()}
    assert HEADERS.get(name, {}).items() <= sent.items()


def test_the_question_is_the_generated_one(definition: Definition) -> None:
    """Letter by letter, so that a guide never lags behind."""
    made = outputs(definition)
    generated = {
        "grafana": made["grafana/question.traceql"],
        "elastic": made["elastic/question.esql"],
        "newrelic": made["newrelic/question.nrql"],
        "phoenix": made["phoenix/question.txt"],
        "store": made["store/question.sql"],
        "datadog": question_filter(definition.question),
    }
    for name, text in generated.items():
        assert text.strip() in PAGES[name], name


def test_numbers_in_guides_are_true(definition: Definition) -> None:
    """How many monitors Datadog gets."""
    assert f"{len(monitors(definition))} monitors" in PAGES["datadog"]
