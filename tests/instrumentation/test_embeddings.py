"""The embeddings format: vectors into their number of dimensions, and what they were made from."""

from __future__ import annotations

import base64
import struct
from types import SimpleNamespace
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.embeddings import dimensions, embedded_texts, read_embeddings

VECTOR = [0.25, -0.5, 0.125]


def answer(*items: Any, tokens: int | None = 4) -> Any:
    usage = None if tokens is None else SimpleNamespace(prompt_tokens=tokens)
    return SimpleNamespace(data=list(items), model="embed-1", usage=usage)


@pytest.mark.parametrize("item", [{"embedding": VECTOR}, SimpleNamespace(embedding=VECTOR)])
def test_vectors_are_counted_and_remembered(item: Any) -> None:
    """No vector is recorded; its text is found again by it."""
    read = read_embeddings(["Hi"], answer(item))
    assert read.attributes == {
        "gen_ai.response.model": "embed-1",
        "gen_ai.usage.input_tokens": 4,
        "gen_ai.embeddings.dimension.count": 3,
    }
    found = memory.recall(VECTOR)
    assert found is not None
    assert (found.text, found.model) == ("Hi", "embed-1")


def test_nothing_is_made_up() -> None:
    """Without usage no tokens, without vectors no dimensions."""
    assert read_embeddings("Hi", answer(tokens=None)).attributes == {"gen_ai.response.model": "embed-1"}
    assert "gen_ai.embeddings.dimension.count" not in read_embeddings("Hi", answer({})).attributes


def test_dimensions_of_either_form() -> None:
    """A vector in base64 has as many dimensions as its floats."""
    for count in range(1, 9):
        floats = [0.5] * count
        assert dimensions(floats) == count
        assert dimensions(base64.b64encode(struct.pack(f"<{count}f", *floats)).decode()) == count


def test_texts_that_were_sent() -> None:
    """One text, several, or tokens, which have no text."""
    assert embedded_texts("a") == ["a"]
    assert embedded_texts(["a", "b"]) == ["a", "b"]
    assert embedded_texts([[1, 2], "b"]) == [None, "b"]
    assert embedded_texts(None) == []
