"""Spans of other instrumentations: µs a span with 2 kB of content to write it in the current conventions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from spanwright_processors.sdk import SpanView
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.normalise import Normalise

from .measure import Row, Variant, cpu_cost
from .spans import CLEAN, chat_span

#: µs a span with 2 kB of content that normalising may take at most; a ratio above 1 misses it.
GOAL = 15.0

_MESSAGES = [
    {"role": "system", "content": (CLEAN * 3)[:500]},
    {"role": "user", "content": (CLEAN * 6)[:1000]},
]
_ANSWER = (CLEAN * 3)[:500]
_USAGE = {"gen_ai.usage.prompt_tokens": 120, "gen_ai.usage.completion_tokens": 30}


def rows(quick: bool) -> list[Row]:
    step = Normalise()
    source = SpanView(chat_span(2_000)).span
    spans = {name: _span(source, scope, values) for name, (scope, values) in _cases(source).items()}
    variants = {"fresh view": Variant(lambda: fresh(source))}
    variants |= {name: Variant(_work(step, span)) for name, span in spans.items()}
    rounds, calls = (3, 10) if quick else (21, 100)
    cost = cpu_cost(variants, rounds=rounds, calls=calls)
    view = cost.pop("fresh view").caller
    return [
        Row(
            "dialects",
            f"normalise: {name}",
            one.caller - view,
            "µs",
            f"goal of {GOAL:g} µs",
            (one.caller - view) / GOAL,
        )
        for name, one in cost.items()
    ]


def fresh(span: EditableSpan) -> EditableSpan:
    return replace(span, attributes=dict(span.attributes), events=[], links=[], _decoded={})


def _work(step: Normalise, span: EditableSpan) -> Callable[[], None]:
    return lambda: step(fresh(span))


def _span(source: EditableSpan, scope: str, attributes: dict[str, Any]) -> EditableSpan:
    return replace(source, name="call", attributes=attributes, scope_name=scope)


def _cases(source: EditableSpan) -> dict[str, tuple[str, dict[str, Any]]]:
    official = dict(source.attributes)
    return {
        "ours": ("spanwright_instrumentation", official),
        "no model call": ("opentelemetry.instrumentation.httpx", {f"http.key.{at}": at for at in range(12)}),
        "the conventions of today": ("opentelemetry.instrumentation.genai.openai", official),
        "OpenInference": ("openinference.instrumentation.openai", _openinference()),
        "OpenInference, request and answer told again": (
            "openinference.instrumentation.openai",
            _told_again(),
        ),
        "OpenLLMetry, flattened": ("opentelemetry.instrumentation.openai.v1", _flattened()),
        "Vercel AI SDK": ("ai", _vercel()),
    }


def _openinference() -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "openinference.span.kind": "LLM",
        "llm.system": "openai",
        "llm.model_name": "gpt-4o",
        "llm.invocation_parameters": '{"model":"gpt-4o","temperature":0.2,"max_tokens":200}',
        "llm.token_count.prompt": 120,
        "llm.token_count.completion": 30,
        "llm.token_count.total": 150,
    }
    for at, message in enumerate(_MESSAGES):
        for word, value in message.items():
            attributes[f"llm.input_messages.{at}.message.{word}"] = value
    attributes["llm.output_messages.0.message.role"] = "assistant"
    attributes["llm.output_messages.0.message.content"] = _ANSWER
    return attributes


def _told_again() -> dict[str, Any]:
    """As its instrumentors of SDKs write it: beside the messages the whole request and the whole answer."""
    request = {"messages": _MESSAGES, "model": "gpt-4o", "temperature": 0.2, "max_tokens": 200}
    answer = {
        "id": "chatcmpl-BvQ2Vb7mXNcJt4r0PzKd",
        "choices": [
            {"finish_reason": "stop", "index": 0, "message": {"role": "assistant", "content": _ANSWER}}
        ],
        "created": 1_760_000_000,
        "model": "gpt-4o-2024-08-06",
        "object": "chat.completion",
        "usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150},
    }
    texts = {"input.value": json.dumps(request), "output.value": json.dumps(answer)}
    kinds = dict.fromkeys(("input.mime_type", "output.mime_type"), "application/json")
    return _openinference() | texts | kinds


def _flattened() -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "llm.request.type": "chat",
        "gen_ai.system": "OpenAI",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        **_USAGE,
    }
    for at, message in enumerate(_MESSAGES):
        for word, value in message.items():
            attributes[f"gen_ai.prompt.{at}.{word}"] = value
    attributes["gen_ai.completion.0.role"] = "assistant"
    attributes["gen_ai.completion.0.content"] = _ANSWER
    return attributes


def _vercel() -> dict[str, Any]:
    return {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.id": "gpt-4o",
        "ai.model.provider": "openai.chat",
        "ai.prompt.messages": json.dumps(_MESSAGES),
        "ai.response.text": _ANSWER,
        "ai.usage.inputTokens": 120,
        "ai.usage.outputTokens": 30,
        "gen_ai.system": "openai.chat",
        "gen_ai.request.model": "gpt-4o",
    }
