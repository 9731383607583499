"""The attributes that totals become, on a local root and in a follow-up event."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from spanwright_semconv.attributes import (
    SPANWRIGHT_TRACE_COST_MICRO_USD,
    SPANWRIGHT_TRACE_COST_UNKNOWN_CALLS,
    SPANWRIGHT_TRACE_COST_USD,
    SPANWRIGHT_TRACE_DUPLICATE_SPANS,
    SPANWRIGHT_TRACE_EMBEDDING_CALLS,
    SPANWRIGHT_TRACE_ERRORS,
    SPANWRIGHT_TRACE_FINISH_REASON,
    SPANWRIGHT_TRACE_MODEL_CALLS,
    SPANWRIGHT_TRACE_OVERALL_COST_MICRO_USD,
    SPANWRIGHT_TRACE_OVERALL_COST_USD,
    SPANWRIGHT_TRACE_PII_DETECTED,
    SPANWRIGHT_TRACE_PII_ENTITY_TYPES,
    SPANWRIGHT_TRACE_PII_MASKED,
    SPANWRIGHT_TRACE_REMOTE_ANSWERS,
    SPANWRIGHT_TRACE_REMOTE_COST_UNKNOWN_CALLS,
    SPANWRIGHT_TRACE_REMOTE_COST_USD,
    SPANWRIGHT_TRACE_REMOTE_MODEL_CALLS,
    SPANWRIGHT_TRACE_REMOTE_USAGE_INPUT_TOKENS,
    SPANWRIGHT_TRACE_REMOTE_USAGE_OUTPUT_TOKENS,
    SPANWRIGHT_TRACE_RETRIEVAL_CALLS,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_MIN,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND,
    SPANWRIGHT_TRACE_SPANS,
    SPANWRIGHT_TRACE_STEPS,
    SPANWRIGHT_TRACE_TOOL_CALLS,
    SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS,
    SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS,
)

from .remote import RemoteTotals
from .totals import Totals

_MICRO = Context(prec=60, rounding=ROUND_HALF_EVEN)


def figures(totals: Totals) -> dict[str, Any]:
    """Every attribute of ``totals`` by name; what no span told is left out."""
    found: dict[str, Any] = {
        SPANWRIGHT_TRACE_SPANS: totals.spans,
        SPANWRIGHT_TRACE_STEPS: totals.steps,
        SPANWRIGHT_TRACE_ERRORS: totals.errors,
        SPANWRIGHT_TRACE_MODEL_CALLS: totals.model_calls,
        SPANWRIGHT_TRACE_EMBEDDING_CALLS: totals.embedding_calls,
        SPANWRIGHT_TRACE_TOOL_CALLS: totals.tool_calls,
        SPANWRIGHT_TRACE_RETRIEVAL_CALLS: totals.retrieval_calls,
        SPANWRIGHT_TRACE_COST_UNKNOWN_CALLS: totals.unknown_calls,
        **totals.usage,
    }
    cost = totals.cost()
    if cost is not None:
        found[SPANWRIGHT_TRACE_COST_USD] = float(cost)
        found[SPANWRIGHT_TRACE_COST_MICRO_USD] = micro(cost)
    if totals.finish_reason is not None:
        found[SPANWRIGHT_TRACE_FINISH_REASON] = totals.finish_reason
    if totals.lowest_score is not None:
        found[SPANWRIGHT_TRACE_RETRIEVAL_SCORE_MIN] = totals.lowest_score
    first, second = totals.scores
    if first is not None:
        found[SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST] = first
    if second is not None:
        found[SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND] = second
    if totals.duplicates:
        found[SPANWRIGHT_TRACE_DUPLICATE_SPANS] = totals.duplicates
    if totals.findings is not None:
        _add_findings(found, totals)
    if totals.remote is not None:
        _add_remote(found, totals.remote, cost)
    return found


def overall(totals: Totals) -> RemoteTotals:
    """The totals as a caller in another service takes them: own ones and those that were returned to us."""
    own = RemoteTotals(
        totals.cost(),
        totals.unknown_calls,
        totals.model_calls,
        totals.usage.get(SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS, 0),
        totals.usage.get(SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS, 0),
    )
    return own.merged(totals.remote)


def micro(usd: Decimal) -> int:
    """Millionths of a dollar, rounded half to even from the exact sum."""
    return int(_MICRO.to_integral_value(_MICRO.scaleb(usd, 6)))


def _add_findings(found: dict[str, Any], totals: Totals) -> None:
    assert totals.findings is not None
    detected, masked, types = totals.findings
    found[SPANWRIGHT_TRACE_PII_DETECTED] = detected
    if masked is not None:
        found[SPANWRIGHT_TRACE_PII_MASKED] = masked
    if types:
        found[SPANWRIGHT_TRACE_PII_ENTITY_TYPES] = tuple(sorted(types))


def _add_remote(found: dict[str, Any], remote: RemoteTotals, cost: Decimal | None) -> None:
    found[SPANWRIGHT_TRACE_REMOTE_ANSWERS] = remote.answers
    found[SPANWRIGHT_TRACE_REMOTE_COST_UNKNOWN_CALLS] = remote.unknown_calls
    found[SPANWRIGHT_TRACE_REMOTE_MODEL_CALLS] = remote.model_calls
    found[SPANWRIGHT_TRACE_REMOTE_USAGE_INPUT_TOKENS] = remote.input_tokens
    found[SPANWRIGHT_TRACE_REMOTE_USAGE_OUTPUT_TOKENS] = remote.output_tokens
    if remote.usd is not None:
        found[SPANWRIGHT_TRACE_REMOTE_COST_USD] = float(remote.usd)
    if remote.usd is not None or cost is not None:
        both = (remote.usd or Decimal(0)) + (cost or Decimal(0))
        found[SPANWRIGHT_TRACE_OVERALL_COST_USD] = float(both)
        found[SPANWRIGHT_TRACE_OVERALL_COST_MICRO_USD] = micro(both)
