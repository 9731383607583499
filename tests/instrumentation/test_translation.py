"""Requests and answers as plain data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict
from spanwright_instrumentation.translation import (
    Fields,
    Request,
    Response,
    fields,
    parse_fields,
    record_response,
)
from support.recording import Recording


def test_fields_read_like_models() -> None:
    """A JSON object has its keys as attributes, None where there is none, and is written as it was read."""
    text = '{"id": "1", "choices": [{"message": {"content": null}}]}'
    read: Any = parse_fields(text)
    assert [isinstance(read, Fields)] == [True]
    assert read.choices[0].message.content is None
    assert read.usage is None
    assert json.dumps(read) == text


class Model(BaseModel):
    """A model of an SDK, which keeps what it does not know."""

    model_config = ConfigDict(extra="allow")
    role: str


def test_all_fields_of_what_applications_send() -> None:
    """Dicts and models alike, with the fields their class does not know; anything else has none."""
    expected = {"role": "user", "note": "x"}
    assert fields(expected) is expected
    assert fields(Model(**expected)) == expected
    assert fields(Model(role="user")) == {"role": "user"}
    assert [dict(fields(value)) for value in ("text", None, 1)] == [{}, {}, {}]


def test_sampling_attributes() -> None:
    """Provider, model and server may decide about sampling."""
    assert Request("chat", "openai", "gpt-5", "host", 443).sampling_attributes() == {
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "server.address": "host",
        "server.port": 443,
    }


@pytest.mark.parametrize(
    ("reason", "scalar"),
    [
        ("stop", "stop"),
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("function_call", "tool_calls"),
        ("content_filter", "content_filter"),
        ("something_new", "something_new"),
    ],
)
def test_finish_reason(reason: str, scalar: str) -> None:
    """The provider's own value is kept; the scalar has one word for what means the same."""
    invocation = Recording().chat()
    record_response(invocation, Response({"gen_ai.response.finish_reasons": [reason]}))
    assert invocation.attributes["gen_ai.response.finish_reasons"] == [reason]
    assert invocation.attributes["spanwright.finish_reason"] == scalar


def test_content_only_where_captured() -> None:
    """Content of an answer is dropped where the policy says so."""
    answered: dict[str, Any] = {"gen_ai.output.messages": []}
    for capture, kept in (("NO_CONTENT", {}), ("SPAN_ONLY", answered)):
        invocation = Recording(capture).chat()
        record_response(invocation, Response(content=answered))
        assert invocation.content == kept
