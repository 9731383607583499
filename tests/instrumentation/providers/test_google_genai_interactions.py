"""Interactions of Google's GenAI SDK: what is asked, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from spanwright_instrumentation.providers.google_genai import GoogleGenAIInstrumentor
from spanwright_semconv.prompt import system_prompt_sha256
from support.drivers.google_genai_interactions import ERROR_EVENT, NOT_APPLICABLE, answer, client
from support.recording import Recording, instrumented
from support.wire import Answer, Wire

pytestmark = pytest.mark.skipif("success" in NOT_APPLICABLE, reason="this version of the SDK has none")


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(GoogleGenAIInstrumentor(), Recording()) as recording:
        yield recording


def attributes(recording: Recording) -> dict[str, Any]:
    (span,) = recording.spans
    decoded = ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions")
    return {
        key: json.loads(str(value)) if key in decoded else value
        for key, value in (span.attributes or {}).items()
    }


@pytest.mark.parametrize("whole", [False, True], ids=["arguments", "request"])
def test_interaction(recording: Recording, whole: bool) -> None:
    """A plain answer gives its whole span, however its request is given."""
    body: dict[str, Any] = {
        "model": "gemini-2.5-flash",
        "input": "Say hello",
        "system_instruction": "Be brief.",
        "previous_interaction_id": "int_0",
        "generation_config": {"temperature": 1, "thinking_level": "low", "stop_sequences": ["END"]},
    }
    made = client(Wire([answer("text", stream=False)]), is_async=False, max_retries=0)
    interaction = made.interactions.create(**({"request": {"body": body}} if whole else body))
    assert interaction.output_text == "Hello to you"
    assert recording.spans[0].name == "chat gemini-2.5-flash"
    hello = {"type": "text", "content": "Say hello"}
    said = {"type": "text", "content": "Hello to you"}
    assert attributes(recording) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.gemini",
        "server.address": "generativelanguage.googleapis.com",
        "server.port": 443,
        "gen_ai.request.model": "gemini-2.5-flash",
        "gen_ai.request.temperature": 1.0,
        "gen_ai.request.reasoning.level": "low",
        "gen_ai.request.stop_sequences": ("END",),
        "gen_ai.request.previous_response.id": "int_0",
        "gen_ai.response.id": "int_1",
        "gen_ai.response.model": "gemini-2.5-flash",
        "gen_ai.response.finish_reasons": ("completed",),
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 5,
        "spanwright.finish_reason": "stop",
        "spanwright.system_prompt.sha256": system_prompt_sha256(["Be brief."]),
        "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
        "gen_ai.input.messages": [{"role": "user", "parts": [hello]}],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [said], "finish_reason": "completed"}],
    }


def test_agent(recording: Recording) -> None:
    """An agent asked in place of a model is an agent's span."""
    made = client(Wire([answer("text", stream=False)]), is_async=False, max_retries=0)
    made.interactions.create(agent="deep-research-preview", input="Find out", background=True)
    assert recording.spans[0].name == "invoke_agent deep-research-preview"
    found = attributes(recording)
    assert found["gen_ai.agent.name"] == "deep-research-preview"
    assert "gen_ai.request.model" not in found


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_fetched_interaction(recording: Recording, stream: bool) -> None:
    """Fetching what was made before tells of its state, and counts no token again."""
    made = client(Wire([answer("text", stream=stream)]), is_async=False, max_retries=0)
    fetched = made.interactions.get("int_1", **({"stream": True} if stream else {}))
    if stream:
        assert len(list(fetched)) == 7
    found = attributes(recording)
    found = {key: value for key, value in found.items() if "time_to_first" not in key}
    assert recording.spans[0].name == "fetch_response"
    assert found == {
        "gen_ai.operation.name": "fetch_response",
        "gen_ai.provider.name": "gcp.gemini",
        "server.address": "generativelanguage.googleapis.com",
        "server.port": 443,
        "gen_ai.response.id": "int_1",
        "gen_ai.response.model": "gemini-2.5-flash",
        "gen_ai.response.status": "completed",
        **({"gen_ai.request.stream": True, "spanwright.request.id": "req_1"} if stream else {}),
    }


def test_error_event(recording: Recording) -> None:
    """The application gets the event as without us, and the span is an error."""
    sent = answer("text", stream=True)
    broken = Answer((*sent.parts[:3], ERROR_EVENT), headers=sent.headers)
    made = client(Wire([broken]), is_async=False, max_retries=0)
    events = list(made.interactions.create(model="gemini-2.5-flash", input="Say hello", stream=True))
    assert events[-1].event_type == "error"
    found = attributes(recording)
    assert found["error.type"] == "internal"
    assert found["gen_ai.response.finish_reasons"] == ("error",)


def test_sdk_has_the_method() -> None:
    """What is patched is what a client has."""
    assert type(genai.Client(api_key="test").interactions).__name__ == "GeminiNextGenInteractions"
