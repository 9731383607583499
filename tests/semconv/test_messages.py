"""What the message functions build fits the shapes and leaves out what is not known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_semconv import messages as m
from spanwright_semconv.shapes import shape_errors

TEXT = st.text(max_size=20)
MAYBE = st.none() | TEXT
PARTS = st.one_of(
    st.builds(m.text, TEXT),
    st.builds(m.reasoning, TEXT),
    st.builds(m.tool_call, TEXT, st.none() | st.dictionaries(TEXT, TEXT), MAYBE),
    st.builds(m.tool_call_response, st.none() | TEXT, MAYBE),
    st.builds(m.server_tool_call, TEXT, st.just({"type": "web_search"}), MAYBE),
    st.builds(m.server_tool_call_response, st.just({"type": "web_search"}), MAYBE),
    st.builds(m.blob, st.just("image"), TEXT, MAYBE),
    st.builds(m.file, st.just("document"), TEXT, MAYBE),
    st.builds(m.uri, st.just("audio"), TEXT, MAYBE),
    st.builds(m.generic, st.just("own.kind"), x=TEXT),
)


@given(st.lists(st.builds(m.message, TEXT, st.lists(PARTS, max_size=3), MAYBE, MAYBE), max_size=3))
def test_messages_fit_their_shape(built: list[m.Message]) -> None:
    """Whatever the functions are given, the message fits its shape and holds no null but a response."""
    assert shape_errors("messages", built) == []
    for message in built:
        assert None not in message.values()
        assert all(
            value is not None or key == "response" for part in message["parts"] for key, value in part.items()
        )


@given(TEXT, MAYBE, st.none() | st.just({"type": "object"}))
def test_tool_definitions_fit_their_shape(name: str, description: str | None, parameters: Any) -> None:
    """A tool definition holds type and name, and the long parts only when given."""
    built = m.tool_definition(name, description=description, parameters=parameters)
    assert shape_errors("tool_definitions", [built]) == []
    assert ("parameters" in built) == (parameters is not None)


@given(MAYBE, st.none() | st.floats(allow_nan=False), MAYBE, st.none() | st.integers(0), MAYBE)
def test_documents_fit_their_shape(
    document_id: str | None, score: float | None, source: str | None, length: int | None, content: str | None
) -> None:
    """Id and score are always there, as null when the store gives none; the other keys only when known."""
    built = m.document(document_id, score, source, length, content)
    assert shape_errors("documents", [built]) == []
    assert {"id", "score"} <= set(built)
    assert ("content" in built) == (content is not None)


@pytest.mark.parametrize("texts", [(), ("a",), ("a", "b")])
def test_system_instructions_fit_their_shape(texts: tuple[str, ...]) -> None:
    """Each text becomes a part of its own, in order."""
    built = m.system_instructions(*texts)
    assert shape_errors("system_instructions", built) == []
    assert tuple(part["content"] for part in built) == texts
