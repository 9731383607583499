"""The totals of 1,000 generated traces, against what genai-prices makes of the raw responses by itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic
from genai_prices import extract_usage
from openai import OpenAI
from opentelemetry import context, trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from spanwright_instrumentation.providers.anthropic import AnthropicInstrumentor
from spanwright_instrumentation.providers.openai import OpenAIInstrumentor
from spanwright_processors import Pipeline
from spanwright_processors.steps.once import Once
from spanwright_processors.steps.price import Price
from spanwright_processors.steps.roll_up import RollUp
from support.spans import Collect, chain, provider

TRACES = 1_000
TRACE = "spanwright.trace."
MESSAGES: Any = [{"role": "user", "content": "Why?"}]
OPENAI = ["gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "o3-2025-04-16", "gpt-5-2025-08-07"]
ANTHROPIC = ["claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"]


def openai_body(draw: random.Random, number: int) -> dict[str, Any]:
    """A chat completion with usage as OpenAI reports it."""
    sent, given = draw.randint(1, 300_000), draw.randint(1, 9_000)
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1764000000,
        "model": draw.choice(OPENAI),
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "."}}],
        "usage": {
            "prompt_tokens": sent,
            "completion_tokens": given,
            "total_tokens": sent + given,
            "prompt_tokens_details": {"cached_tokens": draw.choice([0, sent // 2, sent])},
            "completion_tokens_details": {"reasoning_tokens": draw.choice([0, given // 3])},
        },
    }


def anthropic_body(draw: random.Random, number: int) -> dict[str, Any]:
    """A message with usage as Anthropic reports it: cached input beside the rest, writes by their life."""
    short, long = draw.choice([0, 1_500]), draw.choice([0, 700])
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": draw.choice(ANTHROPIC),
        "content": [{"type": "text", "text": "."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": draw.randint(1, 150_000),
            "output_tokens": draw.randint(1, 4_000),
            "cache_read_input_tokens": draw.choice([0, 20_000]),
            "cache_creation_input_tokens": short + long,
            "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
            "server_tool_use": {"web_search_requests": draw.choice([0, 0, 2])},
        },
    }


@dataclass
class Answers:
    """The other end of both SDKs. ``given`` are the bodies of answers that reported usage."""

    draw: random.Random
    given: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, request: Any) -> Any:
        if "x-fails" in request.headers:
            return httpx2.Response(500, json={"error": {"message": "no"}})
        number = self.draw.randint(0, 10**12)
        if request.url.path.endswith("/messages"):
            body = anthropic_body(self.draw, number)
            self.given.append(("anthropic", body))
            return httpx2.Response(200, json=body)
        body = openai_body(self.draw, number)
        self.given.append(("openai", body))
        if json.loads(request.content).get("stream"):
            return httpx2.Response(200, text=events(body), headers={"content-type": "text/event-stream"})
        return httpx2.Response(200, json=body)


def events(body: dict[str, Any]) -> str:
    """The same answer in chunks, the usage in the last one."""
    common = {key: body[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    choice = {"index": 0, "delta": {"role": "assistant", "content": "."}, "finish_reason": "stop"}
    chunks = [{**common, "choices": [choice]}, {**common, "choices": [], "usage": body["usage"]}]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


class Application:
    """Makes requests of every shape: each method makes calls below the span that is current."""

    def __init__(self, answers: Answers, tracer: trace.Tracer) -> None:
        http = httpx2.Client(transport=httpx2.MockTransport(answers))
        self.openai = OpenAI(api_key="k", http_client=http, max_retries=0)
        self.anthropic = Anthropic(api_key="k", http_client=http, max_retries=0)
        self.answers, self.draw, self.tracer = answers, answers.draw, tracer
        self.pool = ThreadPoolExecutor(2)
        #: Work that is to be finished after the root has ended.
        self.late: list[Callable[[], object]] = []

    def act(self, depth: int) -> None:
        kinds = [self.chat, self.message, self.stream, self.failing, self.repeated]
        if depth < 3:
            kinds += [self.tool, self.parallel]
        self.draw.choice(kinds)(depth)

    def chat(self, _: int) -> None:
        self.openai.chat.completions.create(model="gpt-4o", messages=MESSAGES)

    def message(self, _: int) -> None:
        self.anthropic.messages.create(model="claude-opus-5", messages=MESSAGES, max_tokens=9)

    def stream(self, _: int) -> None:
        chunks = self._streamed()
        if self.draw.random() < 0.2:
            self.late.append(lambda: list(chunks))
        else:
            list(chunks)

    def _streamed(self) -> Any:
        options: Any = {"include_usage": True}
        return self.openai.chat.completions.create(
            model="gpt-4o", messages=MESSAGES, stream=True, stream_options=options
        )

    def failing(self, depth: int) -> None:
        with pytest.raises(Exception, match="500"):
            self.openai.chat.completions.create(
                model="gpt-4o", messages=MESSAGES, extra_headers={"x-fails": "yes"}
            )
        if depth < 2:
            self.message(depth)

    def repeated(self, depth: int) -> None:
        """A framework's span around the SDK's call, which tells the same once more."""
        with self.tracer.start_as_current_span("chat gpt-4o") as span:
            self.chat(depth)
            _, body = self.answers.given[-1]
            usage = body["usage"]
            span.set_attributes(
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "openai",
                    "gen_ai.response.id": body["id"],
                    "gen_ai.response.model": body["model"],
                    "gen_ai.usage.input_tokens": usage["prompt_tokens"],
                    "gen_ai.usage.output_tokens": usage["completion_tokens"],
                }
            )

    def tool(self, depth: int) -> None:
        """A tool that calls models itself, some of them again with tools."""
        with self.tracer.start_as_current_span("execute_tool t") as span:
            span.set_attributes({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "t"})
            for _ in range(self.draw.randint(1, 2)):
                self.act(depth + 1)

    def parallel(self, depth: int) -> None:
        """Two calls at the same time, in threads that have the context."""
        current = context.get_current()

        def work(call: Callable[[int], None]) -> None:
            token = context.attach(current)
            try:
                call(depth)
            finally:
                context.detach(token)

        list(self.pool.map(work, [self.chat, self.message]))


def expected(given: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """The totals by genai-prices' own reading and its own arithmetic."""
    flavors = {"openai": "chat", "anthropic": "default"}
    read = [
        extract_usage(body, provider_id=provider_id, api_flavor=flavors[provider_id])
        for provider_id, body in given
    ]
    total = sum((usage.calc_price().total_price for usage in read), Decimal(0))
    figures: dict[str, Any] = {
        "usage.input_tokens": sum(int(one.usage.input_tokens or 0) for one in read),
        "usage.output_tokens": sum(int(one.usage.output_tokens or 0) for one in read),
        "cost.micro_usd": int((total * 10**6).quantize(Decimal(1))),
        "cost.usd": float(total),
        "cost.unknown_calls": 0,
    }
    return {TRACE + key: value for key, value in figures.items()}


@pytest.fixture
def application() -> Iterator[tuple[Application, TracerProvider, Collect]]:
    exporter = Collect()
    made = provider(Pipeline(chain(Once(), Price(), RollUp()), [exporter]))
    with ExitStack() as stack:
        for instrumentor in (OpenAIInstrumentor(), AnthropicInstrumentor()):
            instrumentor.instrument(tracer_provider=made)
            stack.callback(instrumentor.uninstrument)
        subject = Application(Answers(random.Random(20261123)), made.get_tracer("framework"))
        stack.callback(subject.pool.shutdown)
        yield subject, made, exporter
        made.shutdown()


def request(subject: Application, made: TracerProvider) -> dict[str, Any]:
    """One trace, and the totals that it has in the end, on its root or by its last correction."""
    subject.answers.given.clear()
    with subject.tracer.start_as_current_span("request"):
        for _ in range(subject.draw.randint(1, 3)):
            subject.act(0)
    given = list(subject.answers.given)
    if subject.late and subject.draw.random() < 0.5:
        made.force_flush()  # the root goes without what is still open
    late, subject.late = subject.late, []
    for finish in late:
        finish()
    return expected(given)


def roots(exporter: Collect) -> dict[int, dict[str, Any]]:
    spans = [span for batch in exporter.batches for span in batch]
    found: dict[int, dict[str, Any]] = {}
    for span in sorted(spans, key=lambda span: span.end_time or 0):
        for attributes in _totals_of(span):
            assert span.context is not None
            found[span.context.trace_id] = attributes
    return found


def _totals_of(span: ReadableSpan) -> Iterator[dict[str, Any]]:
    if span.parent is None:
        yield dict(span.attributes or {})
    for event in span.events:
        if event.name == "spanwright.trace.corrected":
            yield dict(event.attributes or {})


def test_totals_are_those_of_the_raw_responses(
    application: tuple[Application, TracerProvider, Collect],
) -> None:
    """Parallel, recursive, failing, repeated and late calls: exact to the last digit in every trace."""
    subject, made, exporter = application
    wanted = [request(subject, made) for _ in range(TRACES)]
    made.force_flush()
    found = list(roots(exporter).values())
    assert len(found) == TRACES
    wrong = [
        (number, key, value, totals.get(key))
        for number, (figures, totals) in enumerate(zip(wanted, found, strict=True))
        for key, value in figures.items()
        if totals.get(key, 0) != value
    ]
    assert wrong == []
    kinds = [
        sum(f"{TRACE}duplicate_spans" in totals for totals in found),
        sum(f"{TRACE}root_span_id" in totals for totals in found),
        sum(totals.get(f"{TRACE}errors", 0) > 0 for totals in found),
        sum(totals.get(f"{TRACE}tool_calls", 0) > 1 for totals in found),
    ]
    assert min(kinds) > 20, "repeated, late, failing and recursive calls were generated"
