"""Which attributes masking and a failing step look at."""

from __future__ import annotations

import pytest
from spanwright_semconv.content import CONTENT_KEYS, NEVER_CONTENT_KEYS, is_content, is_never_content


def test_no_attribute_is_both() -> None:
    """An attribute holds content or never does."""
    assert not CONTENT_KEYS & NEVER_CONTENT_KEYS


@pytest.mark.parametrize(
    "key",
    [
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.tool.definitions",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "gen_ai.retrieval.query.text",
        "gen_ai.retrieval.documents",
        "gen_ai.memory.query.text",
        "gen_ai.memory.records",
        "gen_ai.prompt.variable.city",
        "gen_ai.prompt",
        "gen_ai.completion",
        "exception.message",
        "exception.stacktrace",
    ],
)
def test_content(key: str) -> None:
    """Everything people and models write is content, the old spellings and template attributes included."""
    assert is_content(key)
    assert not is_never_content(key)


@pytest.mark.parametrize(
    "key",
    [
        "gen_ai.request.model",
        "gen_ai.response.id",
        "server.address",
        "error.type",
        "user.hash",
        "spanwright.outcome",
    ],
)
def test_never_content(key: str) -> None:
    """Ids, models, enumerations, hashes and addresses of servers survive a failing step."""
    assert is_never_content(key)


@pytest.mark.parametrize(
    "key", ["user.id", "enduser.id", "client.address", "gen_ai.tool.description", "url.full"]
)
def test_text_that_may_hold_anything(key: str) -> None:
    """What may identify a person, and what is not registered, is neither: masked, and dropped on failure."""
    assert not is_content(key)
    assert not is_never_content(key)
