"""The columns of the tables ``spans`` and ``events``, which are the same in every store.

What the views need of a span's attributes stands in a column of its own, and there only; everything else is
in ``attributes``. Columns are only ever added, at the end: what was stored before stays readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from spanwright_semconv import attributes as names


class Kind(Enum):
    """What a column holds, and its type in PostgreSQL and in DuckDB. Moments are UTC, to the microsecond."""

    TEXT = ("short text", "text", "VARCHAR")
    CONTENT = ("text, or a structured value as JSON text", "text", "VARCHAR")
    IDENTITY = ("128 bits", "uuid", "UUID")
    INTEGER = ("64 bits", "bigint", "BIGINT")
    DOUBLE = ("finite number", "double precision", "DOUBLE")
    BOOLEAN = ("yes or no", "boolean", "BOOLEAN")
    JSON = ("valid JSON", "jsonb", "JSON")
    MOMENT = ("time", "timestamp with time zone", "TIMESTAMP")

    def __init__(self, what: str, postgres: str, duckdb: str) -> None:
        self.what = what
        self.postgres = postgres
        self.duckdb = duckdb


@dataclass(frozen=True, slots=True)
class Column:
    """``attribute``: the key of the span's attribute that goes here instead of into ``attributes``."""

    name: str
    kind: Kind
    attribute: str | None = None


def _columns(kind: Kind, **attributes: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind, attribute) for name, attribute in attributes.items())


_IDENTITY = (
    Column("trace_id", Kind.TEXT),
    Column("span_id", Kind.TEXT),
    Column("parent_span_id", Kind.TEXT),
    Column("name", Kind.TEXT),
    Column("kind", Kind.TEXT),
    Column("started", Kind.MOMENT),
    Column("duration_ms", Kind.DOUBLE),
    Column("failed", Kind.BOOLEAN),
    Column("status_message", Kind.TEXT),
    Column("is_root", Kind.BOOLEAN),
    Column("scope", Kind.TEXT),
    Column("resource_id", Kind.IDENTITY),
    Column("service", Kind.TEXT),
    Column("service_version", Kind.TEXT),
    Column("environment", Kind.TEXT),
)

_WHO_AND_WHAT = _columns(
    Kind.TEXT,
    operation=names.GEN_AI_OPERATION_NAME,
    error_type=names.ERROR_TYPE,
    pipeline=names.SPANWRIGHT_PIPELINE_NAME,
    pipeline_version=names.SPANWRIGHT_PIPELINE_VERSION,
    pipeline_type="spanwright.pipeline.type",
    user_hash=names.USER_HASH,
    session_id=names.SESSION_ID,
    conversation_id=names.GEN_AI_CONVERSATION_ID,
    agent=names.GEN_AI_AGENT_NAME,
    provider=names.GEN_AI_PROVIDER_NAME,
    duplicate_of=names.SPANWRIGHT_DUPLICATE_OF,
)

_TRACE = (
    *_columns(
        Kind.TEXT, outcome=names.SPANWRIGHT_OUTCOME, trace_finish_reason=names.SPANWRIGHT_TRACE_FINISH_REASON
    ),
    *_columns(
        Kind.DOUBLE,
        trace_cost_usd=names.SPANWRIGHT_TRACE_COST_USD,
        trace_first_score=names.SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST,
        trace_second_score=names.SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND,
        trace_min_score=names.SPANWRIGHT_TRACE_RETRIEVAL_SCORE_MIN,
        trace_first_normalised_score=names.SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_FIRST,
        trace_second_normalised_score=names.SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_SECOND,
        trace_min_normalised_score=names.SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_MIN,
    ),
    *_columns(
        Kind.INTEGER,
        trace_unpriced_calls=names.SPANWRIGHT_TRACE_COST_UNKNOWN_CALLS,
        trace_input_tokens=names.SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS,
        trace_cached_tokens=names.SPANWRIGHT_TRACE_USAGE_CACHE_READ_INPUT_TOKENS,
        trace_cache_write_tokens=names.SPANWRIGHT_TRACE_USAGE_CACHE_WRITE_INPUT_TOKENS,
        trace_output_tokens=names.SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS,
        trace_reasoning_tokens=names.SPANWRIGHT_TRACE_USAGE_REASONING_OUTPUT_TOKENS,
        trace_model_calls=names.SPANWRIGHT_TRACE_MODEL_CALLS,
        trace_tool_calls=names.SPANWRIGHT_TRACE_TOOL_CALLS,
        trace_retrieval_calls=names.SPANWRIGHT_TRACE_RETRIEVAL_CALLS,
        trace_embedding_calls=names.SPANWRIGHT_TRACE_EMBEDDING_CALLS,
        trace_steps=names.SPANWRIGHT_TRACE_STEPS,
        trace_errors=names.SPANWRIGHT_TRACE_ERRORS,
        trace_spans=names.SPANWRIGHT_TRACE_SPANS,
    ),
    *_columns(Kind.BOOLEAN, trace_pii_detected=names.SPANWRIGHT_TRACE_PII_DETECTED),
)

_RETRIEVAL = (
    *_columns(
        Kind.TEXT,
        data_source=names.GEN_AI_DATA_SOURCE_ID,
        embedding_model=names.SPANWRIGHT_RETRIEVAL_EMBEDDING_MODEL,
        score_kind=names.SPANWRIGHT_RETRIEVAL_SCORE_KIND,
        rerank_model=names.SPANWRIGHT_RERANK_MODEL,
    ),
    *_columns(Kind.CONTENT, query_text=names.GEN_AI_RETRIEVAL_QUERY_TEXT),
    Column("query_key", Kind.TEXT),
    *_columns(Kind.INTEGER, top_k=names.GEN_AI_RETRIEVAL_TOP_K, returned=names.SPANWRIGHT_RETRIEVAL_RETURNED),
    *_columns(
        Kind.DOUBLE,
        first_score=names.SPANWRIGHT_RETRIEVAL_SCORE_FIRST,
        second_score=names.SPANWRIGHT_RETRIEVAL_SCORE_SECOND,
        min_score=names.SPANWRIGHT_RETRIEVAL_SCORE_MIN,
        mean_score=names.SPANWRIGHT_RETRIEVAL_SCORE_MEAN,
        first_normalised_score=names.SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_FIRST,
        second_normalised_score=names.SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_SECOND,
        min_normalised_score=names.SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_MIN,
    ),
    *_columns(Kind.BOOLEAN, reranked=names.SPANWRIGHT_RERANK_APPLIED),
    Column("first_source", Kind.TEXT),
    Column("second_source", Kind.TEXT),
    *_columns(Kind.JSON, documents=names.GEN_AI_RETRIEVAL_DOCUMENTS),
)

_MODEL_CALL = (
    *_columns(
        Kind.TEXT,
        request_model=names.GEN_AI_REQUEST_MODEL,
        model=names.GEN_AI_RESPONSE_MODEL,
        response_id=names.GEN_AI_RESPONSE_ID,
        finish_reason=names.SPANWRIGHT_FINISH_REASON,
        unknown_price_model=names.SPANWRIGHT_COST_UNKNOWN_MODEL,
        prompt_name=names.GEN_AI_PROMPT_NAME,
        prompt_version=names.GEN_AI_PROMPT_VERSION,
        system_prompt=names.SPANWRIGHT_SYSTEM_PROMPT_SHA256,
    ),
    *_columns(
        Kind.INTEGER,
        input_tokens=names.GEN_AI_USAGE_INPUT_TOKENS,
        cached_tokens=names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
        cache_write_tokens=names.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
        output_tokens=names.GEN_AI_USAGE_OUTPUT_TOKENS,
        reasoning_tokens=names.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
        max_tokens=names.GEN_AI_REQUEST_MAX_TOKENS,
    ),
    *_columns(
        Kind.DOUBLE,
        cost_usd=names.SPANWRIGHT_COST_USD,
        first_token_s=names.SPANWRIGHT_TIME_TO_FIRST_TOKEN,
        temperature=names.GEN_AI_REQUEST_TEMPERATURE,
        top_p=names.GEN_AI_REQUEST_TOP_P,
    ),
    *_columns(
        Kind.CONTENT,
        input_messages=names.GEN_AI_INPUT_MESSAGES,
        output_messages=names.GEN_AI_OUTPUT_MESSAGES,
        system_instructions=names.GEN_AI_SYSTEM_INSTRUCTIONS,
    ),
)

_TOOL_CALL = (
    *_columns(
        Kind.TEXT,
        tool=names.GEN_AI_TOOL_NAME,
        tool_type=names.GEN_AI_TOOL_TYPE,
        tool_version=names.SPANWRIGHT_TOOL_VERSION,
        call_id=names.GEN_AI_TOOL_CALL_ID,
        mcp_method=names.MCP_METHOD_NAME,
    ),
    *_columns(Kind.CONTENT, arguments=names.GEN_AI_TOOL_CALL_ARGUMENTS, result=names.GEN_AI_TOOL_CALL_RESULT),
    *_columns(
        Kind.BOOLEAN,
        arguments_valid=names.SPANWRIGHT_TOOL_ARGUMENTS_VALID,
        inferred=names.SPANWRIGHT_TOOL_INFERRED,
    ),
)

SPANS: tuple[Column, ...] = (
    *_IDENTITY,
    *_WHO_AND_WHAT,
    *_TRACE,
    *_RETRIEVAL,
    *_MODEL_CALL,
    *_TOOL_CALL,
    Column("attributes", Kind.JSON),
)

#: ``event_id`` tells repetitions of one event from another event; ``source`` is ``log``, ``span`` (an event
#: of a span) or ``root`` (a score that stands on a local root). ``trace_id`` is empty where none is known.
EVENTS: tuple[Column, ...] = (
    Column("trace_id", Kind.TEXT),
    Column("event_id", Kind.IDENTITY),
    Column("started", Kind.MOMENT),
    Column("span_id", Kind.TEXT),
    Column("name", Kind.TEXT),
    Column("source", Kind.TEXT),
    Column("resource_id", Kind.IDENTITY),
    Column("service", Kind.TEXT),
    Column("environment", Kind.TEXT),
    *_columns(
        Kind.TEXT,
        pipeline=names.SPANWRIGHT_PIPELINE_NAME,
        pipeline_version=names.SPANWRIGHT_PIPELINE_VERSION,
        pipeline_type="spanwright.pipeline.type",
        evaluation=names.GEN_AI_EVALUATION_NAME,
        label=names.GEN_AI_EVALUATION_SCORE_LABEL,
        response_id=names.GEN_AI_RESPONSE_ID,
        error_type=names.ERROR_TYPE,
        guardrail=names.SPANWRIGHT_GUARDRAIL_NAME,
        guardrail_stage=names.SPANWRIGHT_GUARDRAIL_STAGE,
        guardrail_action=names.SPANWRIGHT_GUARDRAIL_ACTION,
        hitl_reason=names.SPANWRIGHT_HITL_REASON,
    ),
    *_columns(Kind.CONTENT, explanation=names.GEN_AI_EVALUATION_EXPLANATION),
    *_columns(
        Kind.DOUBLE,
        score=names.GEN_AI_EVALUATION_SCORE_VALUE,
        guardrail_score=names.SPANWRIGHT_GUARDRAIL_SCORE,
    ),
    Column("attributes", Kind.JSON),
    Column("body", Kind.JSON),
)

TABLES = {"spans": SPANS, "events": EVENTS}
#: What tells a row from all others of its table, the moment by which it is filed aside.
KEYS = {"spans": ("trace_id", "span_id"), "events": ("trace_id", "event_id")}


def place(columns: Sequence[Column], name: str) -> int:
    """Where a column stands in a row."""
    return next(index for index, column in enumerate(columns) if column.name == name)
