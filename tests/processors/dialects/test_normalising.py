"""The way of one span through the tables."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.dialects.normalising import normalise, normalise_record
from spanwright_processors.dialects.originals import Originals
from spanwright_processors.dialects.table import Dictionary, read_table
from spanwright_processors.span import EditableLogRecord, EditableSpan
from support.editable import editable_span

TABLE = """
scopes = ["acme"]
uncached_input = ["acme.anthropic"]
[operation]
"acme.kind" = { llm = "chat", chain = "" }
"gen_ai.operation.name" = { ask = "chat" }
[attributes]
"acme.model" = "gen_ai.request.model"
[span_names]
"use (?P<tool>.+)" = "execute_tool"
[defaults]
chat = { "gen_ai.provider.name" = "acme" }
"""


def normalised(attributes: dict[str, Any], scope: str = "acme", name: str = "x") -> EditableSpan:
    span = editable_span(attributes, name=name)
    span.scope_name = scope
    normalise(span, Dictionary([read_table("acme", TABLE)]), Originals.REPLACE)
    return span


@pytest.mark.parametrize(
    ("attributes", "name", "operation"),
    [
        ({"acme.kind": "LLM"}, "x", "chat"),
        ({"acme.kind": "chain", "gen_ai.operation.name": "chat"}, "x", None),
        ({"gen_ai.operation.name": "ask"}, "x", "chat"),
        ({}, "use hammer", "execute_tool"),
        ({"acme.kind": "llm"}, "use hammer", "execute_tool"),
        ({"acme.kind": "other"}, "x", None),
    ],
)
def test_the_operation(attributes: dict[str, Any], name: str, operation: str | None) -> None:
    """By the span's name, its dialect, the conventions; what is none is said to be none."""
    span = normalised(dict(attributes), name=name)
    assert span.operation == operation
    said = attributes.get("gen_ai.operation.name")
    moved = span.attributes.get("spanwright.original.attribute.gen_ai.operation.name")
    assert moved == (said if said != operation else None)


def test_what_is_true_of_all_its_spans() -> None:
    """Defaults fill what nothing tells, a name's parts what it tells."""
    assert normalised({"acme.kind": "llm"}).attributes["gen_ai.provider.name"] == "acme"
    assert normalised({}, name="use hammer").attributes["gen_ai.tool.name"] == "hammer"


def test_uncached_input() -> None:
    """Only in the scopes the table names."""
    usage = {
        "acme.kind": "llm",
        "gen_ai.usage.input_tokens": 40,
        "gen_ai.usage.cache_read.input_tokens": 64,
    }
    assert normalised(dict(usage)).attributes["gen_ai.usage.input_tokens"] == 40
    assert normalised(dict(usage), "acme.anthropic").attributes["gen_ai.usage.input_tokens"] == 104


def test_content_nested_beyond_sense_is_left() -> None:
    """A thousand lists in each other: the span stays as it is, masking sees it."""
    deep: Any = "x"
    for _ in range(3000):
        deep = [deep]
    span = normalised({"gen_ai.tool.definitions": deep, "acme.kind": "llm"})
    assert span.attributes["gen_ai.tool.definitions"] is deep


def test_log_records_take_the_new_names() -> None:
    """Attributes of any record are those of the conventions; one without any is left alone."""
    book = Dictionary([read_table("acme", TABLE)])
    record = EditableLogRecord("text", {"acme.model": "m", "a": 1}, "an.event", 1, 2, {})
    normalise_record(record, book, Originals.REPLACE)
    assert record.attributes == {"gen_ai.request.model": "m", "a": 1, "spanwright.dialects": ("acme",)}
    assert (record.body, record.event_name) == ("text", "an.event")
    plain = EditableLogRecord("text", {"a": 1}, None, 1, 2, {})
    normalise_record(plain, book, Originals.REPLACE)
    assert plain.attributes == {"a": 1}
