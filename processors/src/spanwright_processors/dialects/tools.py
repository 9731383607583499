"""Tool definitions and retrieved documents, in whatever shape, as the conventions shape them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from spanwright_semconv.attributes import (
    SPANWRIGHT_RETRIEVAL_RETURNED,
    SPANWRIGHT_RETRIEVAL_SCORE_FIRST,
    SPANWRIGHT_RETRIEVAL_SCORE_MAX,
    SPANWRIGHT_RETRIEVAL_SCORE_MEAN,
    SPANWRIGHT_RETRIEVAL_SCORE_MIN,
    SPANWRIGHT_RETRIEVAL_SCORE_SECOND,
)
from spanwright_semconv.messages import Document, ToolDefinition, document, tool_definition

from .parts import EMPTY, as_text, decoded, first, without

_SCHEMA_KEYS = (
    "parameters",
    "input_schema",
    "inputSchema",
    "parameters_json_schema",
    "parametersJsonSchema",
    "schema",
    "args_schema",
)
#: Keys under which an object lists tools.
_LISTS = ("tools", "functions", "functionDeclarations", "function_declarations", "function_tools")
_TEXT_KEYS = ("page_content", "pageContent", "content", "text", "document", "chunk")
_RESULTS = ("documents", "output", "results", "nodes", "matches")
_ID_KEYS = ("id", "document_id", "doc_id", "chunk_id")
_SCORE_KEYS = ("score", "similarity", "relevance_score", "_score")


def offered_tools(value: Any) -> tuple[list[ToolDefinition], dict[str, Any]]:
    """(the tools that were offered to the model, the rest of the object they stand in)."""
    found = decoded(value)
    if isinstance(found, dict):
        key = next((key for key in _LISTS if isinstance(found.get(key), list | tuple)), None)
        if key is not None:
            return definitions_of(found[key]), without(found, key)
    return definitions_of(found), {}


def definitions_of(value: Any) -> list[ToolDefinition]:
    """Tool definitions: a list of them, or one."""
    value = decoded(value)
    if isinstance(value, dict):
        return [_definition(value)]
    if not isinstance(value, list | tuple):
        return []
    found: list[ToolDefinition] = []
    for item in map(decoded, value):
        if isinstance(item, dict):
            listed = first(item, "functionDeclarations", "function_declarations")
            found += definitions_of(listed) if listed is not None else [_definition(item)]
        elif isinstance(item, str):
            found.append(tool_definition(item))
    return found


def _definition(tool: Mapping[str, Any]) -> ToolDefinition:
    wrapper = first(tool, "function", "toolSpec", "tool")
    if isinstance(wrapper, dict):
        schema = decoded(wrapper.get("json_schema"))
        if isinstance(schema, dict):  # OpenInference: {"tool": {"json_schema": "{…}"}}
            return _definition(schema)
    inner: Mapping[str, Any] = wrapper if isinstance(wrapper, dict) else tool
    kind = tool.get("type")
    parameters = decoded(first(inner, *_SCHEMA_KEYS))
    if isinstance(parameters, dict) and set(parameters) == {"json"}:  # Bedrock
        parameters = parameters["json"]
    name = inner.get("name")
    description = inner.get("description")
    found = tool_definition(
        name if isinstance(name, str) and name else str(kind or "tool"),
        kind if isinstance(kind, str) and kind else "function",
        description if isinstance(description, str) and description else None,
        parameters if parameters not in EMPTY else None,
    )
    for key, extra in without(inner, "type", "name", "description", *_SCHEMA_KEYS).items():
        found.setdefault(key, extra)  # type: ignore[misc]
    return found


def found_documents(value: Any) -> tuple[list[Document] | None, dict[str, Any]]:
    """(the documents a search gave, the rest of the object they stand in); (None, …) where there are none."""
    found = decoded(value)
    if isinstance(found, dict):
        key = next((key for key in _RESULTS if key in found), None)
        return (documents_of(found[key]), without(found, key)) if key is not None else (None, {})
    return documents_of(found), {}


def documents_of(value: Any) -> list[Document] | None:
    """A list of documents, None where ``value`` is none."""
    value = decoded(value)
    if not isinstance(value, list | tuple):
        return None
    return [_document(item) for item in map(decoded, value)]


def figures_of(documents: Sequence[Document]) -> dict[str, float | int]:
    """How many documents came back, and the first, second, highest, lowest and mean of their scores."""
    scores = [score for each in documents if (score := each.get("score")) is not None]
    figures: dict[str, float | int] = {SPANWRIGHT_RETRIEVAL_RETURNED: len(documents)}
    if scores:
        figures[SPANWRIGHT_RETRIEVAL_SCORE_FIRST] = scores[0]
        figures[SPANWRIGHT_RETRIEVAL_SCORE_MAX] = max(scores)
        figures[SPANWRIGHT_RETRIEVAL_SCORE_MIN] = min(scores)
        figures[SPANWRIGHT_RETRIEVAL_SCORE_MEAN] = math.fsum(scores) / len(scores)
    if len(scores) > 1:
        figures[SPANWRIGHT_RETRIEVAL_SCORE_SECOND] = scores[1]
    return figures


def _document(item: Any) -> Document:
    if isinstance(item, dict) and isinstance(item.get("document"), dict):  # OpenInference
        item = item["document"]
    if not isinstance(item, dict):
        content = as_text(item)
        return document(None, None, None, len(content), content)
    metadata = decoded(item.get("metadata"))
    known: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
    content = first(item, *_TEXT_KEYS)
    score = first(item, *_SCORE_KEYS)
    score = known.get("score") if score is None else score
    source = first(known, "source_doc_id", "source", "document_id", "file_name")
    found_id = first(item, *_ID_KEYS)
    found = document(
        None if found_id is None else str(found_id),
        _score(score),
        source if isinstance(source, str) else None,
        len(content) if isinstance(content, str) else None,
        None if content is None else as_text(content),
    )
    for key, extra in without(item, "type", "lc", *_TEXT_KEYS, *_ID_KEYS, *_SCORE_KEYS).items():
        found.setdefault(key, extra)  # type: ignore[misc]
    return found


def _score(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
