"""The official instrumentor of OpenAI's SDK in its second version, beside ours."""

from __future__ import annotations

import asyncio

import pytest
from support.one_call import ORDERS, both, call, driver, loaded, ours_alone, scopes, with_tokens
from support.recording import Recording

OTHER = "opentelemetry.instrumentation.openai_v2:OpenAIInstrumentor"


@pytest.mark.parametrize("opted_in", [False, True])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_one_span_with_tokens(
    monkeypatch: pytest.MonkeyPatch, opted_in: bool, order: str, is_async: bool, stream: bool
) -> None:
    """In its old form and in its new one; also where its object stands around the SDK's stream."""
    if opted_in:
        monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "gen_ai_latest_experimental")
    provider, recording = driver("openai"), Recording()
    with both(loaded(OTHER)(), provider.instrumentor(), order, recording):
        asyncio.run(call(provider, is_async=is_async, stream=stream))
    assert ours_alone(recording), scopes(with_tokens(recording))
