"""Phoenix, run for real: what it says of our spans, by its API, agrees with what we say of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, set_span_in_context
from spanwright_analysis.otlp_file import OtlpFile
from support.backend import application
from support.collector_path import StagePart
from support.processes import BIN, Process, eventually
from support.stage import free_address

pytest.importorskip("phoenix")

START_SECONDS = 120.0
PLANTED = "jane.doe@example.com"
KINDS = {
    "chat": "llm",
    "embeddings": "embedding",
    "retrieval": "retriever",
    "execute_tool": "tool",
    "invoke_workflow": "chain",
    "tools/call": "tool",
    # What else is said over MCP has no kind in Phoenix.
    "initialize": "unknown",
    "tools/list": "unknown",
}
SPANS = """
query {
  projects { edges { node {
    spans(first: 1000) { edges { node {
      name spanId parentId spanKind attributes
      tokenCountPrompt tokenCountCompletion tokenPromptDetails { cacheRead }
      costSummary { total { cost } prompt { cost } completion { cost } }
      trace { traceId session { sessionId } }
    } } }
  } } }
}
"""


class Phoenix:
    """A running server."""

    def __init__(self, http: str, grpc: str) -> None:
        self.http = f"http://{http}"
        self.grpc = grpc

    def spans(self) -> dict[str, dict[str, Any]]:
        """All spans by their id in 16 hex digits, as the API tells of them."""
        request = urllib.request.Request(
            f"{self.http}/graphql",
            json.dumps({"query": SPANS}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            projects = json.load(answer)["data"]["projects"]["edges"]
        nodes = [edge["node"] for project in projects for edge in project["node"]["spans"]["edges"]]
        return {node["spanId"]: node | {"attributes": json.loads(node["attributes"])} for node in nodes}

    def waited_for(self, names: set[str]) -> dict[str, dict[str, Any]]:
        """All spans, when these are among them with what they cost, which comes later."""

        def are_there() -> bool:
            found = self.spans()
            return names <= set(found) and all(
                found[name]["costSummary"] or found[name]["spanKind"] != "llm" for name in names
            )

        assert eventually(are_there, 30), sorted(names - set(self.spans()))
        return self.spans()


@pytest.fixture(scope="module")
def phoenix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phoenix]:
    folder = tmp_path_factory.mktemp("phoenix")
    http, grpc = free_address(), free_address()
    environment = {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_SQL_DATABASE_URL": f"sqlite:///{folder}/phoenix.db",
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": http.partition(":")[2],
        "PHOENIX_GRPC_PORT": grpc.partition(":")[2],
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        "PHOENIX_DISABLE_AGENT_ASSISTANT": "true",
    }
    command = [sys.executable, str(Path(__file__).with_name("serve.py"))]
    server = Process(command, environment, folder, folder / "phoenix.log")
    try:
        server.until(lambda output: "Application startup complete" in output or None, START_SECONDS)
        yield Phoenix(http, grpc)
    finally:
        server.kill()


def written(file: Path) -> dict[str, Any]:
    """The spans that were written to a file beside, by their id."""
    return {f"{span.span_id:016x}": span for span in OtlpFile(file)}


def assert_agrees(shown: Mapping[str, Any], attributes: Mapping[str, Any]) -> None:
    """Tokens and US dollars of a model call."""
    assert shown["tokenCountPrompt"] == attributes["gen_ai.usage.input_tokens"]
    assert shown["tokenCountCompletion"] == attributes["gen_ai.usage.output_tokens"]
    assert shown["tokenPromptDetails"]["cacheRead"] == attributes.get("gen_ai.usage.cache_read.input_tokens")
    assert shown["costSummary"]["total"]["cost"] == pytest.approx(attributes["spanwright.cost.usd"], rel=1e-9)


def test_the_demos_spans_read_back_agree(phoenix: Phoenix, tmp_path: Path) -> None:
    """Exported by the application itself: tree, kinds, tokens, cached ones apart, what each call cost."""
    ran = subprocess.run(
        [BIN / "spanwright", "demo", "--local", "--folder", tmp_path / "demo"],
        env=os.environ
        | {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{phoenix.grpc}",
            "SPANWRIGHT_TRUNCATE_PROFILE": "phoenix",
            "SPANWRIGHT_COPY_PROFILE": "phoenix",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    ours = written(tmp_path / "demo" / "traces.jsonl")
    shown = phoenix.waited_for(set(ours))
    calls = [name for name, span in ours.items() if span.attributes.get("gen_ai.operation.name") == "chat"]
    assert len(calls) > 4
    sessions = {span.attributes.get("session.id") for span in ours.values()}
    for name, span in ours.items():
        assert shown[name]["name"] == span.name
        assert shown[name]["parentId"] == (f"{span.parent_span_id:016x}" if span.parent_span_id else None)
        assert shown[name]["spanKind"] == KINDS[span.name.partition(" ")[0]]
        session = shown[name]["trace"]["session"]
        assert session is None or session["sessionId"] in sessions
    for name in calls:
        assert_agrees(shown[name], ours[name].attributes)
    assert any(ours[name].attributes["gen_ai.usage.cache_read.input_tokens"] for name in calls)
    roots = [span for span in ours.values() if not span.parent_span_id]
    for root in roots:
        # Phoenix prices no embeddings: it reads their tokens under a name of its own only.
        embeddings = sum(
            span.attributes["spanwright.cost.usd"]
            for span in ours.values()
            if span.trace_id == root.trace_id and span.name.startswith("embeddings")
        )
        costs = [shown[name]["costSummary"] for name in calls if ours[name].trace_id == root.trace_id]
        told = sum(cost["total"]["cost"] for cost in costs)
        assert told + embeddings == pytest.approx(root.attributes.get("spanwright.trace.cost.usd", 0.0))


def emit(provider: TracerProvider) -> str:
    """A trace as a service in another language sends it; the id of its model call."""
    tracer = provider.get_tracer("shop")
    root = tracer.start_span("POST /answer", kind=SpanKind.SERVER, attributes={"note": PLANTED})
    call = tracer.start_span(
        "chat gpt-4o",
        set_span_in_context(root),
        SpanKind.CLIENT,
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.usage.input_tokens": 1200,
            "gen_ai.usage.cache_read.input_tokens": 1024,
            "gen_ai.usage.output_tokens": 80,
            "gen_ai.input.messages": json.dumps(
                [{"role": "user", "parts": [{"type": "text", "content": f"Write to {PLANTED}"}]}]
            ),
        },
    )
    call.end()
    root.end()
    return f"{call.get_span_context().span_id:016x}"


def test_what_came_through_the_stage_agrees(phoenix: Phoenix, tmp_path: Path) -> None:
    """A service without anything of ours: masked and priced on the way, by the same price in Phoenix."""
    config = tmp_path / "stage.yaml"
    config.write_text("stage: {http: none, next: {protocol: http/protobuf}}\n")
    otlp = free_address()
    stage = StagePart(
        config, tmp_path, "stage", "phoenix", GRPC=otlp, NEXT_ENDPOINT=phoenix.http, WORKERS="1"
    )
    try:
        stage.start()
        provider = application(otlp)
        name = emit(provider)
        provider.shutdown()
        shown = phoenix.waited_for({name})
    finally:
        stage.kill()
    call = shown[name]
    cost = call["attributes"]["spanwright"]["cost"]["usd"]
    assert cost == pytest.approx((1200 - 1024) * 2.5e-6 + 1024 * 1.25e-6 + 80 * 1e-5)
    assert call["costSummary"]["total"]["cost"] == pytest.approx(cost, rel=1e-9)
    assert (call["tokenCountPrompt"], call["tokenCountCompletion"]) == (1200, 80)
    assert call["tokenPromptDetails"]["cacheRead"] == 1024
    assert PLANTED not in json.dumps(shown)
    assert "Write to [EMAIL]" in json.dumps(call)
