"""Ended spans to measure on: what one chat call leaves behind, small and with a long history."""

from __future__ import annotations

import json

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.trace import SpanKind

#: About 190 characters of plain prose with one e-mail address and one phone number in it.
PROSE = (
    "The customer writes that the headset pairs but drops the call after two minutes; she tried another "
    "laptop, and asks to be called back under 415-555-2671 or answered at dana.whitfield@example.com today. "
)
CLEAN = (
    "Hold the power button for ten seconds until the light turns amber, then open the companion app and "
    "choose the device again; the firmware is checked before the first call and updated if needed. "
)


def messages(size: int, text: str) -> str:
    """Input messages with ``size`` bytes of content in turns of 1 kB."""
    turn = (text * (1000 // len(text) + 1))[:1000]
    turns = [
        {"role": ("user", "assistant")[i % 2], "parts": [{"type": "text", "content": f"{i}. {turn}"}]}
        for i in range(max(1, size // 1000))
    ]
    return json.dumps(turns)


def chat_span(size: int, text: str = PROSE) -> ReadableSpan:
    """An ended chat span with 25 attributes and ``size`` bytes of message content."""
    provider = TracerProvider()
    with provider.get_tracer("bench").start_as_current_span("chat gpt-4o-mini", kind=SpanKind.CLIENT) as span:
        span.set_attributes(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.request.temperature": 0.2,
                "gen_ai.request.top_p": 0.9,
                "gen_ai.request.max_tokens": 400,
                "gen_ai.response.id": "chatcmpl-AbCdEf0123456789",
                "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                "gen_ai.response.finish_reasons": ("stop",),
                "gen_ai.usage.input_tokens": 512,
                "gen_ai.usage.output_tokens": 64,
                "gen_ai.usage.cache_read.input_tokens": 128,
                "gen_ai.usage.reasoning.output_tokens": 0,
                "gen_ai.conversation.id": "conversation-17",
                "gen_ai.input.messages": messages(size, text),
                "gen_ai.output.messages": messages(300, text),
                "gen_ai.system_instructions": json.dumps(
                    [{"type": "text", "content": "You answer briefly."}]
                ),
                "server.address": "api.openai.com",
                "server.port": 443,
                "session.id": "session-4",
                "user.hash": "0f" * 16,
                "spanwright.finish_reason": "stop",
                "spanwright.pipeline.name": "support-bot",
                "spanwright.pipeline.version": "1.4.2",
                "spanwright.request.id": "req_0123456789abcdef",
            }
        )
    assert isinstance(span, ReadableSpan)
    return span
