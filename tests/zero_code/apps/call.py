"""A model call as any instrumentor might record it, with what must never leave the process."""

from __future__ import annotations

import json
import os

from opentelemetry import trace

SECRET = "priya.raman@example.com"
tracer = trace.get_tracer("app")


def record_call(number: int | str) -> None:
    """One chat span, told apart by ``app.call``; ``app.pid`` is the process that made it."""
    messages = [{"role": "user", "parts": [{"type": "text", "content": f"I am {SECRET}, who are you?"}]}]
    with tracer.start_as_current_span("chat gpt-4o-mini", kind=trace.SpanKind.CLIENT) as span:
        span.set_attributes(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                "gen_ai.usage.input_tokens": 1000,
                "gen_ai.usage.output_tokens": 100,
                "gen_ai.input.messages": json.dumps(messages),
                "app.call": str(number),
                "app.pid": os.getpid(),
            }
        )
