"""Every span follows the conventions, whichever instrumentation made it, and nothing of it is lost."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind
from spanwright_processors import attach
from spanwright_processors.dialects.originals import Originals
from spanwright_processors.otlp import process_logs
from spanwright_processors.span import EditableLogRecord, EditableSpan
from spanwright_processors.steps.normalise import Normalise, NormaliseSettings
from spanwright_semconv import event_violations, violations
from support import dialects
from support.editable import editable_span
from support.spans import Collect, chain, provider

DIALECTS = "spanwright.dialects"
MOVED = "spanwright.original.attribute."


def normalised(span: EditableSpan, **options: Any) -> EditableSpan:
    Normalise(NormaliseSettings(**options))(span)
    return span


def state(span: EditableSpan) -> Any:
    events = [(event.name, event.timestamp_ns, event.attributes) for event in span.events]
    return copy.deepcopy((span.name, span.kind, span.attributes, events))


def foreign(attributes: dict[str, Any], scope: str = "x", **more: Any) -> EditableSpan:
    span = editable_span(attributes, **more)
    span.scope_name = scope
    return span


@pytest.mark.parametrize("name", dialects.names())
def test_what_libraries_emit_follows_the_conventions(name: str) -> None:
    """No span of any fixture contradicts the registry, and normalising it again changes nothing."""
    for span in dialects.spans(name):
        normalised(span)
        assert violations(span) == []
        before = state(span)
        assert state(normalised(span)) == before


@pytest.mark.parametrize("originals", list(Originals))
@pytest.mark.parametrize("name", dialects.names())
def test_no_value_is_lost(name: str, originals: Originals) -> None:
    """Every value of a fixture is still on its span, but for vectors; where asked, for what is said twice."""
    for span in dialects.spans(name):
        before = dict(span.attributes)
        said = text_of(span)
        normalised(span, originals=originals)
        dropped = span.attributes.get("spanwright.original.dropped_keys", ())
        kept = set(
            map(canonical, dialects.leaves([span.name, decoded(span.attributes), said_by_events(span)]))
        )
        for key, value in before.items():
            if pattern(key) in dropped or is_represented(key, value, span):
                continue
            missing = [
                leaf
                for leaf in dialects.leaves(decoded(value))
                if leaf is not None and canonical(leaf) not in kept
            ]
            assert missing == [], (key, value)
        assert said


def text_of(span: EditableSpan) -> str:
    return json.dumps([span.name, span.attributes], default=str)


def said_by_events(span: EditableSpan) -> list[Any]:
    return [[event.name, event.attributes] for event in span.events]


def pattern(key: str) -> str:
    return ".".join("*" if part.isdigit() else part for part in key.split("."))


def decoded(value: Any) -> Any:
    """With JSON inside text, also inside JSON, read."""
    if isinstance(value, str) and value[:1] in ("{", "[", '"'):
        try:
            return decoded(json.loads(value))
        except ValueError:
            return value
    if isinstance(value, dict):
        return {key: decoded(item) for key, item in value.items()}
    return [decoded(item) for item in value] if isinstance(value, list | tuple) else value


def canonical(leaf: Any) -> str:
    return str(float(leaf)) if isinstance(leaf, int | float) and not isinstance(leaf, bool) else str(leaf)


#: What an official attribute says in other words: span kinds and operations, units, roles, part types.
WORDS = (
    ".role",
    ".type",
    "span.kind",
    "span.type",
    "operationId",
    "request.type",
    "gen_ai.system",
    "llm.system",
    "llm.provider",
    "ai.model.provider",
    "ls_provider",
    "observation.type",
    "span_kind",
    "msToFirstChunk",
    "ttft_ms",
    "speed",
    "finish_reason",
)


def is_represented(key: str, value: Any, span: EditableSpan) -> bool:
    """True for what is said by the operation, another unit or another word, or counted differently."""
    if key.endswith(WORDS) or isinstance(value, bytes):
        return True
    if key in ("gen_ai.prompt", "gen_ai.completion", "events", "all_messages_events") or value in (
        "",
        (),
        None,
    ):
        return True
    if "token" in key or "usage" in key:
        return span.attributes.get("gen_ai.usage.input_tokens") is not None
    return key.startswith(("input.value", "output.value", "langfuse.observation.", "llm.", "ai.prompt"))


def test_a_span_of_ours_is_left_alone() -> None:
    """Our own instrumentation follows the conventions; its spans are not looked at."""
    span = foreign({"gen_ai.system": "openai"}, "spanwright_instrumentation")
    before = state(span)
    assert state(normalised(span)) == before


def test_spans_of_other_things_are_left_alone() -> None:
    """HTTP, databases, messages: no GenAI attribute, no change."""
    span = foreign(
        {"http.request.method": "GET", "input": "x", "model": "T", "db.system": "redis"}, name="GET"
    )
    before = state(span)
    assert state(normalised(span)) == before


def test_what_follows_the_conventions_is_left_alone() -> None:
    """The official instrumentation of today gets no mark."""
    for span in dialects.spans("semconv_v1_42"):
        before = state(span)
        assert state(normalised(span)) == before


def test_the_official_attribute_wins() -> None:
    """A dialect's other value of the same thing stays, apart; the same value goes."""
    span = normalised(
        foreign(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.usage.input_tokens": 7,
                "gen_ai.usage.prompt_tokens": 8,
                "gen_ai.system": "openai",
                "llm.token_count.prompt": 9,
            },
            name="chat gpt-4o",
        )
    )
    assert span.attributes["gen_ai.usage.input_tokens"] == 7
    assert span.attributes[f"{MOVED}gen_ai.usage.prompt_tokens"] == 8
    assert span.attributes["llm.token_count.prompt"] == 9
    assert "gen_ai.system" not in span.attributes


def test_originals_are_kept_where_wanted() -> None:
    """For backends that read the dialect; vectors and user ids go all the same."""
    for span in dialects.spans("openinference"):
        before = dict(span.attributes)
        normalised(span, originals=Originals.KEEP)
        kept = {key for key in before if key in span.attributes}
        assert {key for key in before if key not in kept} <= {
            f"embedding.embeddings.{at}.embedding.vector" for at in (0, 1)
        }
    span = normalised(foreign({"llm.user": "bob", "llm.request.type": "chat"}), originals=Originals.KEEP)
    assert "llm.user" not in span.attributes
    assert span.attributes["user.id"] == "bob"


def test_what_is_said_twice_goes_where_wanted() -> None:
    """The whole request beside the messages in it is dropped, and named."""
    span = normalised(dialects.spans("openinference")[0], originals=Originals.DROP)
    assert not [key for key in span.attributes if key.startswith(("input.", "output."))]
    assert "output.value" in span.attributes["spanwright.original.dropped_keys"]


def test_kind_and_name_are_told() -> None:
    """A call of a known provider is a client's, and what the span was called and what it was stay known."""
    span = dialects.spans("openinference")[0]
    assert (span.name, span.kind) == ("ChatCompletion", SpanKind.INTERNAL)
    normalised(span)
    assert (span.name, span.kind) == ("chat gpt-4o", SpanKind.CLIENT)
    assert span.attributes["spanwright.original.name"] == "ChatCompletion"
    assert span.attributes["spanwright.original.kind"] == "internal"
    assert span.attributes[DIALECTS] == ("openinference",)


def test_uncached_input_becomes_input() -> None:
    """Claude Code, OpenLIT and Langfuse count Anthropic's cached input apart: 40 of 120 tokens."""
    for name in ("claude_agent", "openlit", "langfuse", "openinference", "openllmetry", "anthropic_native"):
        counts = [
            normalised(span).attributes["gen_ai.usage.input_tokens"]
            for span in dialects.spans(name)
            if "claude" in text_of(span) and normalised(span).operation == "chat"
            if "gen_ai.usage.input_tokens" in normalised(span).attributes
        ]
        assert counts
        assert set(counts) == {120}, name


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    """Attributes of the house are translated by a file in the settings, which wins over the built-in ones."""
    table = tmp_path / "acme.toml"
    table.write_text(
        '[operation]\n"acme.kind" = {model = "chat"}\n[attributes]\n"acme.model" = "gen_ai.request.model"\n'
        '"acme.ms" = {to = "gen_ai.response.time_to_first_chunk", divided_by = 1000}\n'
    )
    span = foreign({"acme.kind": "model", "acme.model": "gpt-4o", "acme.ms": 250}, name="ask")
    normalised(span, tables=(str(table),))
    assert violations(span) == []
    assert span.name == "chat gpt-4o"
    assert span.attributes["gen_ai.response.time_to_first_chunk"] == 0.25
    assert span.attributes[DIALECTS] == ("acme",)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "[attributes]\n'a' = 'gen_ai.nothing'",
            "a leads to gen_ai.nothing, which is not in the conventions",
        ),
        ("[contents]\n'a' = 'input'", "there is no section 'contents'"),
        ("[content]\n'a' = 'inputs'", "a holds 'inputs'"),
        ("[attributes", "Cannot read the dialect acme"),
    ],
)
def test_broken_tables_are_refused(tmp_path: Path, text: str, error: str) -> None:
    """At start, with file and key."""
    table = tmp_path / "acme.toml"
    table.write_text(text)
    with pytest.raises(ValueError, match=r"Cannot use normalise\.tables") as raised:
        NormaliseSettings(tables=(str(table),))
    assert error in str(raised.value)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    """A wrong path is told at start."""
    with pytest.raises(ValueError, match=r"Cannot use normalise\.tables"):
        NormaliseSettings(tables=(str(tmp_path / "none.toml"),))


def test_messages_in_log_events() -> None:
    """The events of v1.28 become the conventions' event of details, each with its message."""
    lines = (dialects.FOLDER / "semconv_v1_28" / "logs.jsonl").read_text().splitlines()
    request = ExportLogsServiceRequest()
    for line in lines:
        source = json.loads(line)
        record = request.resource_logs.add().scope_logs.add().log_records.add()
        record.event_name = source["eventName"] or next(
            pair["value"]["stringValue"] for pair in source["attributes"] if pair["key"] == "event.name"
        )
        record.attributes.add(key="gen_ai.system").value.string_value = "openai"
        record.body.kvlist_value.SetInParent()
        for pair in source["body"]["kvlistValue"]["values"]:
            fill(record.body.kvlist_value.values.add(key=pair["key"]).value, pair["value"])
    seen: list[EditableLogRecord] = []

    class Look:
        Settings = type(None)
        phase = Normalise.phase

        def __call__(self, span: EditableSpan) -> None: ...

        def log(self, record: EditableLogRecord) -> None:
            seen.append(record)

    process_logs(request, chain(Normalise(), Look()))
    assert len(seen) == len(lines)
    for log in seen:
        assert log.event_name == "gen_ai.client.inference.operation.details"
        assert log.body is None
        assert event_violations(log.event_name, {**log.attributes, "gen_ai.operation.name": "chat"}) == []
    answers = [
        log.attributes["gen_ai.output.messages"][0]
        for log in seen
        if "gen_ai.output.messages" in log.attributes
    ]
    assert answers[0]["parts"] == [{"type": "text", "content": "It is 21 degrees in Lisbon."}]
    assert answers[0]["finish_reason"] == "stop"
    assert answers[1]["parts"][0]["name"] == "get_weather"


def fill(value: Any, source: dict[str, Any]) -> None:
    """Put OTLP JSON into an ``AnyValue``."""
    kind: str
    item: Any
    kind, item = next(iter(source.items()), ("", None))
    if kind == "stringValue":
        value.string_value = item
    elif kind == "intValue":
        value.int_value = int(item)
    elif kind == "kvlistValue":
        value.kvlist_value.SetInParent()
        for pair in item["values"]:
            fill(value.kvlist_value.values.add(key=pair["key"]).value, pair["value"])
    elif kind == "arrayValue":
        value.array_value.SetInParent()
        for each in item["values"]:
            fill(value.array_value.values.add(), each)


def test_ids_of_responses_are_found() -> None:
    """Whatever holds the response: counting a call once begins with its id."""
    for name in ("openinference", "langsmith", "openllmetry", "vercel_ai_v5", "mistral_native", "logfire"):
        answered = [normalised(span) for span in dialects.spans(name)]
        ids = [span.attributes.get("gen_ai.response.id") for span in answered if span.operation == "chat"]
        assert any(ids), name


def test_through_the_sdk() -> None:
    """An exporter behind an attached provider gets the span as the conventions have it, its kind too."""
    collected = Collect()
    traced = provider(SimpleSpanProcessor(collected))
    attach(traced, chain(Normalise()))
    with traced.get_tracer("openinference.instrumentation.openai").start_as_current_span(
        "ChatCompletion"
    ) as span:
        span.set_attributes({"openinference.span.kind": "LLM", "llm.model_name": "gpt-4o"})
        span.set_attribute("llm.input_messages.0.message.content", "hi")
    ((exported,),) = collected.batches
    assert (exported.name, exported.kind) == ("chat gpt-4o", SpanKind.CLIENT)
    assert violations(exported) == []
