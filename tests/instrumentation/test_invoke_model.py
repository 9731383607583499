"""Which format a body has, and what Bedrock's own figures say."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_instrumentation import invoke_model as invoked

PROFILE = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3d4"


@pytest.mark.parametrize(
    ("model", "body", "chosen"),
    [
        (PROFILE, {"anthropic_version": "bedrock-2023-05-31", "messages": []}, invoked.MESSAGES),
        ("us.anthropic.claude-3", {"messages": []}, invoked.MESSAGES),
        (PROFILE, {"schemaVersion": "messages-v1", "messages": []}, invoked.CONVERSE),
        ("eu.amazon.nova-lite-v1:0", {"messages": []}, invoked.CONVERSE),
        ("openai.gpt-oss-20b-1:0", {"messages": []}, invoked.CHAT_COMPLETIONS),
        (PROFILE, {"message": "Hi", "chat_history": []}, invoked.CHAT_MESSAGE),
        ("amazon.titan-embed-text-v1", {"inputText": "Hi"}, invoked.EMBEDDINGS),
        ("amazon.titan-text-lite-v1", {"inputText": "Hi"}, invoked.TEXT),
        (PROFILE, {"prompt": "Hi"}, invoked.TEXT),
        ("stability.sd3", {"taskType": "x"}, invoked.UNKNOWN),
        (PROFILE, {}, invoked.UNKNOWN),
    ],
)
def test_format(model: str, body: dict[str, Any], chosen: invoked.Format) -> None:
    """The model's id tells where it has to, else the body's keys do."""
    assert invoked.format_of(model, body) is chosen


@pytest.mark.parametrize("sent", [b"no json", "[1]", None, io.BytesIO(b'{"prompt": "Hi"}')])
def test_unreadable_bodies(sent: Any) -> None:
    """What is no JSON object, or can be read only once, is left to botocore."""
    assert invoked.parsed_body(sent) == {}


def test_headers() -> None:
    """The input leaves the cached tokens out, the attribute does not; embeddings have no output."""
    headers = {
        "x-amzn-bedrock-input-token-count": "5",
        "x-amzn-bedrock-output-token-count": "2",
        "x-amzn-bedrock-cache-read-input-token-count": "3",
        "x-amzn-bedrock-cache-write-input-token-count": "x",
    }
    assert invoked.usage_in_headers(headers, "chat") == {
        "gen_ai.usage.input_tokens": 8,
        "gen_ai.usage.output_tokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 3,
    }
    assert "gen_ai.usage.output_tokens" not in invoked.usage_in_headers(headers, "embeddings")
    assert invoked.usage_in_headers({}, "chat") == {}


@given(st.text(), st.dictionaries(st.text(), st.none() | st.text() | st.integers()))
def test_any_body_has_a_format(model: str, body: dict[str, Any]) -> None:
    """No body makes the choice fail."""
    assert isinstance(invoked.format_of(model, body), invoked.Format)
