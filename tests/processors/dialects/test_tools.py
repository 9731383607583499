"""Tool definitions and documents in everybody's shapes."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.dialects.tools import (
    definitions_of,
    documents_of,
    figures_of,
    found_documents,
    offered_tools,
)
from spanwright_semconv.shapes import shape_errors

SCHEMA = {"type": "object"}
TOOL = {"type": "function", "name": "f", "description": "d", "parameters": SCHEMA}


@pytest.mark.parametrize(
    "given",
    [
        [TOOL],
        [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
        [{"name": "f", "description": "d", "input_schema": SCHEMA}],
        ['{"type":"function","name":"f","description":"d","inputSchema":{"type":"object"}}'],
        [
            {
                "tool": {
                    "json_schema": '{"type":"function","function":{"name":"f","description":"d",'
                    '"parameters":{"type":"object"}}}'
                }
            }
        ],
        [{"functionDeclarations": [{"name": "f", "description": "d", "parameters": SCHEMA}]}],
        [{"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}}],
        '[{"name":"f","description":"d","parameters_json_schema":{"type":"object"}}]',
    ],
    ids=["official", "openai", "anthropic", "vercel", "openinference", "gemini", "bedrock", "pydantic"],
)
def test_definitions(given: Any) -> None:
    """One tool, by whichever provider's format."""
    assert definitions_of(given) == [TOOL]


def test_server_tools_and_extras() -> None:
    """A provider's own tool is named by its type; what else is said of a tool stays."""
    found = definitions_of([{"type": "web_search", "max_uses": 3}, {"name": "f", "strict": True}])
    assert found == [
        {"type": "web_search", "name": "web_search", "max_uses": 3},
        {"type": "function", "name": "f", "strict": True},
    ]
    assert shape_errors("tool_definitions", found) == []


def test_tools_in_an_object() -> None:
    """The list in it is read, the rest of it is told."""
    assert offered_tools({"function_tools": [{"name": "f"}], "output_mode": "text", "none": None}) == (
        [{"type": "function", "name": "f"}],
        {"output_mode": "text"},
    )
    assert offered_tools("text") == ([], {})


def test_documents() -> None:
    """Id, score, source, text and its length, wherever they stand; the rest stays."""
    given = [
        {"page_content": "abc", "metadata": {"source": "a.md", "score": 0.5}, "type": "Document"},
        {"document": {"id": 7, "content": "xy", "score": 1, "lang": "en"}},
        "plain",
    ]
    found = documents_of(given)
    assert found == [
        {
            "id": None,
            "score": 0.5,
            "source_doc_id": "a.md",
            "text_length": 3,
            "content": "abc",
            "metadata": {"source": "a.md", "score": 0.5},
        },
        {"id": "7", "score": 1.0, "text_length": 2, "content": "xy", "lang": "en"},
        {"id": None, "score": None, "text_length": 5, "content": "plain"},
    ]
    assert shape_errors("documents", found) == []
    assert documents_of("text") is None
    assert found_documents({"documents": [], "took": 3}) == ([], {"took": 3})
    assert found_documents({"answer": 1}) == (None, {})


def test_figures() -> None:
    """First, second, highest, lowest and mean score, and how many came back."""
    documents = documents_of([{"score": 0.4}, {"score": 0.8}, {"score": float("nan")}]) or []
    figures = figures_of(documents)
    assert figures["spanwright.retrieval.returned"] == 3
    assert [figures[f"spanwright.retrieval.score.{name}"] for name in ("first", "second", "max", "min")] == [
        0.4,
        0.8,
        0.8,
        0.4,
    ]
    assert figures["spanwright.retrieval.score.mean"] == pytest.approx(0.6)
    assert figures_of([]) == {"spanwright.retrieval.returned": 0}
