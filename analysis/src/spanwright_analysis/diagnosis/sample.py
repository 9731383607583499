"""A span with invented personal data in it, to be sent through the steps of an installation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from spanwright_semconv import attributes as names

_EMAIL, _CARD, _KEY = "jane.roe@example.com", "4012 8888 8888 1881", "sk-proj-" + "a1B2" * 10

#: Values that must not come out again.
RAW_VALUES = (_EMAIL, _CARD, _KEY)

_QUESTION = f"Write to {_EMAIL}. My card is {_CARD}, my key {_KEY}."
_MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": _QUESTION}]}]


def send_sample(tracer: Tracer) -> None:
    """Starts and ends one model-call span that failed, with content wherever a span can have some."""
    span = tracer.start_span("chat gpt-4.1-mini", kind=SpanKind.CLIENT)
    span.set_attributes(
        {
            names.GEN_AI_OPERATION_NAME: "chat",
            names.GEN_AI_PROVIDER_NAME: "openai",
            names.GEN_AI_REQUEST_MODEL: "gpt-4.1-mini",
            names.GEN_AI_RESPONSE_MODEL: "gpt-4.1-mini-2025-04-14",
            names.GEN_AI_USAGE_INPUT_TOKENS: 1200,
            names.GEN_AI_USAGE_OUTPUT_TOKENS: 80,
            names.GEN_AI_INPUT_MESSAGES: json.dumps(_MESSAGES),
            names.ERROR_TYPE: "RuntimeError",
        }
    )
    span.record_exception(RuntimeError(f"no answer for {_EMAIL}"))
    span.set_status(Status(StatusCode.ERROR, f"no answer for {_EMAIL}"))
    span.end()


def question(messages: object) -> str:
    """The text of the sample's message as it stands in an exported attribute."""
    try:
        return str(json.loads(str(messages))[0]["parts"][0]["content"])
    except (ValueError, LookupError, TypeError):
        return str(messages)


def described(span: ReadableSpan) -> Mapping[str, Any]:
    """What an exporter got: the parts of the span that a person compares, and all of it as text."""
    attributes: dict[str, Any] = dict(span.attributes or {})
    events = [dict(event.attributes or {}) for event in span.events]
    return {
        "before": {"message": _QUESTION, "status": f"no answer for {_EMAIL}"},
        "after": {
            "message": question(attributes.get(names.GEN_AI_INPUT_MESSAGES)),
            "status": span.status.description,
            "cost": attributes.get(names.SPANWRIGHT_COST_USD),
            "masked": list(attributes.get(names.SPANWRIGHT_PII_ENTITY_TYPES, ())),
            "failed_steps": list(attributes.get(names.SPANWRIGHT_PROCESSING_FAILED_STEPS, ())),
        },
        "leaked": [
            value for value in RAW_VALUES if value in repr((attributes, events, span.status.description))
        ],
    }
