"""The demo from end to end: what a newcomer sees, and what nobody may see."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from opentelemetry.trace import StatusCode
from spanwright_analysis.commands.demo import as_typed
from spanwright_analysis.demo.conversation import CARD, CONVERSATIONS, NAME, OTHER_NAME, PLANTED
from spanwright_analysis.otlp_file import OtlpFile
from spanwright_analysis.span_store import SpanStore
from spanwright_analysis.trace_tree import Node, Trace, build_traces
from spanwright_processors.span import EditableSpan
from spanwright_semconv import violations
from support.full_texts import bytes_in
from support.otlp_receiver import OtlpReceiver, otlp_receiver

#: The fields that the specification asks of each kind of span (its section 1), by attribute.
FIELDS = {
    "invoke_workflow": (
        "session.id",
        "user.hash",
        "spanwright.pipeline.name",
        "spanwright.pipeline.version",
        "spanwright.trace.cost.usd",
        "spanwright.outcome",
    ),
    "retrieval": (
        "gen_ai.retrieval.query.text",
        "spanwright.retrieval.embedding.model",
        "gen_ai.retrieval.top_k",
        "spanwright.retrieval.returned",
        "gen_ai.retrieval.documents",
        "spanwright.retrieval.score.first",
        "spanwright.retrieval.score.second",
        "spanwright.rerank.applied",
    ),
    "chat": (
        "gen_ai.response.model",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.cache_read.input_tokens",
        "spanwright.cost.usd",
        "gen_ai.request.temperature",
        "gen_ai.request.max_tokens",
        "gen_ai.request.top_p",
        "spanwright.finish_reason",
        "spanwright.system_prompt.sha256",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
    ),
    "execute_tool": ("gen_ai.tool.name", "spanwright.tool.version", "gen_ai.tool.call.arguments"),
}

#: Parts of the planted values that must not be found either.
PARTS = (*NAME.split(), *OTHER_NAME.split(), CARD.replace(" ", ""), "7946 0958", "T3BlbkFJ")


@dataclass(frozen=True)
class Demo:
    folder: Path
    stdout: str
    stderr: str
    receiver: OtlpReceiver

    @property
    def spans(self) -> list[EditableSpan]:
        return list(OtlpFile(self.folder / "traces.jsonl"))

    @property
    def answered(self) -> list[Trace]:
        """The traces of the customers' messages, in their order."""
        traces = build_traces(self.spans)
        return [trace for trace in traces if trace.roots[0].span.name == "invoke_workflow support_answer"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One run of the command, exporting to its file and to an OTLP endpoint."""
    folder = tmp_path_factory.mktemp("demo") / "demo-output"
    given = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OTEL_", "SPANWRIGHT_", "OPENAI_"))
    }
    with otlp_receiver() as receiver:
        done = subprocess.run(
            [sys.executable, "-m", "spanwright_analysis.command", "demo", "--folder", str(folder)],
            env=given
            | {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        yield Demo(folder, done.stdout, done.stderr, receiver)


def encodings(value: str) -> Iterator[bytes]:
    """The value as it may stand in bytes: plain, in JSON, in URLs, in base64 at any of its three offsets, in
    hex.
    """
    raw = value.encode()
    yield raw
    yield json.dumps(value)[1:-1].encode()
    yield "".join(f"\\u{ord(letter):04x}" for letter in value).encode()
    yield "".join(letter if letter.isalnum() else f"\\u{ord(letter):04x}" for letter in value).encode()
    yield quote(value, safe="").encode()
    yield quote_plus(value).encode()
    yield raw.hex().encode()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw)
        # The first and the last group also hold bits of what stands beside the value.
        yield encoded[4 if offset else 0 : len(encoded) - 4]


def found(haystack: bytes) -> list[str]:
    lowered = haystack.lower()
    values = {**PLANTED, **{part: part for part in PARTS}}
    return [
        name
        for name, value in values.items()
        if any(encoded.lower() in lowered for encoded in encodings(value) if len(encoded) >= 5)
    ]


def test_the_search_finds_what_is_there() -> None:
    """The test's own eyes are good: each planted value is found in each encoding."""
    for name, value in PLANTED.items():
        for encoded in encodings(value):
            assert name in found(b"before" + encoded + b"after")
        assert name in found(base64.b64encode(b"xy" + value.encode() + b"z"))


def test_nothing_planted_is_in_anything_written(demo: Demo) -> None:
    """Every byte of every file, of standard error, and of what was printed of the traces."""
    shown = demo.stdout.partition("2. What was exported")[2]
    assert shown
    assert found(shown.encode()) == []
    assert found(demo.stderr.encode()) == []
    for file in demo.folder.rglob("*"):
        assert file.is_dir() or found(file.read_bytes()) == [], file
    content = bytes_in(demo.folder / "content")
    assert b"support assistant" in content
    assert found(content) == []


def test_nothing_planted_left_over_the_network(demo: Demo) -> None:
    """Every byte that an OTLP endpoint got, and it got every span."""
    assert found(demo.receiver.raw_bytes) == []
    assert sorted(span.span_id for span in demo.receiver.spans) == sorted(
        f"{span.span_id:016x}" for span in demo.spans
    )


def test_the_chat_itself_is_shown_raw(demo: Demo) -> None:
    """The application is not touched: its own console shows what the customers wrote."""
    chat = "".join(demo.stdout.partition("2. What was exported")[0].split())
    for conversation in CONVERSATIONS:
        for turn in conversation.turns:
            assert "".join(turn.text.split()) in chat


def test_every_span_keeps_to_the_registry(demo: Demo) -> None:
    """No unknown attribute, no wrong type, nothing required missing."""
    assert {span.name: violations(span) for span in demo.spans if violations(span)} == {}


@pytest.mark.parametrize("operation", FIELDS)
def test_spans_are_complete(demo: Demo, operation: str) -> None:
    """Each kind of span has the fields the specification asks for, and its resource names the environment."""
    spans = [
        span for trace in demo.answered for span in trace.spans() if span.name.startswith(f"{operation} ")
    ]
    assert spans
    for span in spans:
        assert [name for name in FIELDS[operation] if span.attributes.get(name) in (None, "")] == []
        assert span.resource["deployment.environment.name"] == "demo"
        assert span.end_ns > span.start_ns


def test_chunks_are_complete_and_in_order(demo: Demo) -> None:
    """Each has id, source document, score and text length, the best first."""
    for span in demo.spans:
        if span.operation == "retrieval":
            chunks = span.json("gen_ai.retrieval.documents")
            assert len(chunks) == 3
            assert all({"id", "source_doc_id", "score", "text_length"} <= set(chunk) for chunk in chunks)
            scores = [chunk["score"] for chunk in chunks]
            assert scores == sorted(scores, reverse=True)


def shape(node: Node) -> tuple[str, list[object]]:
    return node.span.name, [shape(child) for child in node.children]


def test_trees_have_the_specified_form(demo: Demo) -> None:
    """Embeddings, retrieval and model calls under the root; the tool inside the call that asked for it, and
    inside the tool the request to the MCP server, and what the server's own process says of it."""
    start: list[object] = [("embeddings text-embedding-3-small", []), ("retrieval help_articles", [])]
    chat = "chat gpt-4.1-mini"
    served: object = ("tools/call lookup_order", [("tools/call lookup_order", [])])
    tool: object = ("execute_tool lookup_order", [served])
    with_tool = ("invoke_workflow support_answer", [*start, (chat, [tool]), (chat, [])])
    without = ("invoke_workflow support_answer", [*start, (chat, [])])
    shapes = [[shape(root) for root in trace.roots] for trace in demo.answered]
    assert shapes == [[with_tool], [without], [with_tool]]


def test_the_story_of_the_three_traces(demo: Demo) -> None:
    """One good answer, one on weak retrieval and streamed, one with a failed tool; two sessions and users."""
    roots = [trace.roots[0].span.attributes for trace in demo.answered]
    assert [root["spanwright.outcome"] for root in roots] == ["success", "success", "partial"]
    assert [root["spanwright.trace.finish_reason"] for root in roots] == ["stop"] * 3
    assert [root["spanwright.trace.retrieval.score.first"] < 0.72 for root in roots] == [False, True, False]
    assert roots[0]["session.id"] == roots[1]["session.id"] != roots[2]["session.id"]
    assert roots[0]["user.hash"] == roots[1]["user.hash"] != roots[2]["user.hash"]
    streamed = [span for span in demo.spans if "spanwright.time_to_first_token" in span.attributes]
    assert [span.trace_id for span in streamed] == [demo.answered[1].trace_id]
    failed = {span.name for span in demo.spans if span.status_code is StatusCode.ERROR}
    assert failed == {"execute_tool lookup_order", "tools/call lookup_order"}
    assert [root["spanwright.trace.tool_calls"] for root in roots] == [1, 0, 1]


def test_the_roots_add_up(demo: Demo) -> None:
    """Cost and tokens of a root are the sums of its calls, and prompts of the later ones were cached."""
    for trace in demo.answered:
        root = trace.roots[0].span.attributes
        calls = [span.attributes for span in trace.spans() if "gen_ai.usage.input_tokens" in span.attributes]
        assert root["spanwright.trace.cost.usd"] == pytest.approx(
            sum(call["spanwright.cost.usd"] for call in calls)
        )
        assert root["spanwright.trace.usage.input_tokens"] == sum(
            call["gen_ai.usage.input_tokens"] for call in calls
        )
        assert root["spanwright.trace.usage.cache_read.input_tokens"] >= 1024


def test_masked_text_is_still_worth_reading(demo: Demo) -> None:
    """Placeholders stand where the values stood, and the types are told."""
    (weak,) = [span for span in demo.answered[1].spans() if span.operation == "chat"]
    question = str(weak.attributes["gen_ai.input.messages"])
    assert "charge my card [CARD]" in question
    assert "how do I make it stop?" in question
    assert weak.attributes["spanwright.pii.detected"] is True
    assert len(weak.attributes["spanwright.pii.entity_types"]) >= 4


def test_the_question_is_answered(demo: Demo) -> None:
    """The weak trace alone, with its query, both scores, and the second chunk's foreign product line."""
    (row,) = (
        SpanStore(demo.folder / "traces.jsonl")
        .run("SELECT trace_id FROM traces WHERE first_score < 0.72")
        .rows
    )
    assert row == (f"{demo.answered[1].trace_id:032x}",)
    answer = demo.stdout.partition("3. A question")[2]
    assert "r.first_score < $below" in answer
    assert re.search(
        rf"{row[0]} +0\.6\d+ +0\.6\d+ +stop +how do I make .*aero/status-lights +lumen/blinking", answer
    )


def test_it_says_what_to_do_next(demo: Demo) -> None:
    """Four lines, each with a command to type; the first shows a trace of this run."""
    lines = demo.stdout.partition("4. What next")[2].strip().splitlines()
    commands = ("content show", "instrument", "ENDPOINT", "doctor")
    assert all(command in line for line, command in zip(lines, commands, strict=True))
    assert lines[0].split()[-1] in {f"{span.trace_id:032x}" for span in demo.spans}


def test_nothing_was_complained_of(demo: Demo) -> None:
    """Neither the command nor the bot's process logged anything."""
    assert demo.stderr == ""
    assert (demo.folder / "bot.log").read_text() == ""


def test_commands_are_shown_as_they_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name where PATH leads there, else by path, so that a line of the demo's end works when pasted."""
    folder = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(folder))
    assert as_typed("spanwright") == "spanwright"
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(folder.parent)
    assert as_typed("spanwright") == "bin/spanwright"
    monkeypatch.chdir("/")
    assert Path("/", as_typed("spanwright")) == folder / "spanwright"
