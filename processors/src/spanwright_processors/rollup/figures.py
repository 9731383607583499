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
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_FIRST,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_MIN,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_SECOND,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND,
    SPANWRIGHT_TRACE_SPANS,
    SPANWRIGHT_TRACE_STEPS,
    SPANWRIGHT_TRACE_TOOL_CALLS,
    SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS,
    SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS,
)

from .remote import RemoteTotals
from .totals import Totals

#: A float this far from a half is rounded as its exact decimal is, which takes ten times as long.
_SURE = 0.499
_SCORES = (
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_FIRST,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_SECOND,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_MIN,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_NORMALISED_MIN,
)
_MICRO = Context(prec=60, rounding=ROUND_HALF_EVEN)


def write_figures(found: dict[str, Any], totals: Totals) -> None:
    """Put every attribute of ``totals`` into ``found``; what no span told is left out."""
    found[SPANWRIGHT_TRACE_SPANS] = totals.spans
    found[SPANWRIGHT_TRACE_STEPS] = totals.steps
    found[SPANWRIGHT_TRACE_ERRORS] = totals.errors
    found[SPANWRIGHT_TRACE_MODEL_CALLS] = totals.model_calls
    found[SPANWRIGHT_TRACE_EMBEDDING_CALLS] = totals.embedding_calls
    found[SPANWRIGHT_TRACE_TOOL_CALLS] = totals.tool_calls
    found[SPANWRIGHT_TRACE_RETRIEVAL_CALLS] = totals.retrieval_calls
    found[SPANWRIGHT_TRACE_COST_UNKNOWN_CALLS] = max(0, totals.unknown_calls)
    found.update(totals.usage)
    if totals.costs:
        _add_cost(found, totals)
    if totals.finish_reason is not None:
        found[SPANWRIGHT_TRACE_FINISH_REASON] = totals.finish_reason
    if totals.retrieval_calls:
        _add_scores(found, totals)
    if totals.duplicates:
        found[SPANWRIGHT_TRACE_DUPLICATE_SPANS] = totals.duplicates
    if totals.findings is not None:
        _add_findings(found, totals)
    if totals.remote is not None:
        _add_remote(found, totals.remote, totals.cost())


def overall(totals: Totals) -> RemoteTotals:
    """The totals as a caller in another service takes them: own ones and those that were returned to us."""
    own = RemoteTotals(
        totals.cost(),
        max(0, totals.unknown_calls),
        totals.model_calls,
        totals.usage.get(SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS, 0),
        totals.usage.get(SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS, 0),
    )
    return own.merged(totals.remote)


def micro(usd: Decimal) -> int:
    """Millionths of a dollar, rounded half to even from the exact sum."""
    return int(_MICRO.to_integral_value(_MICRO.scaleb(usd, 6)))


def _add_cost(found: dict[str, Any], totals: Totals) -> None:
    usd, *others = totals.costs
    millionths = usd * 1e6
    if others or not abs(millionths - round(millionths)) < _SURE:
        exact = totals.cost() or Decimal(0)
        found[SPANWRIGHT_TRACE_COST_USD] = float(exact)
        found[SPANWRIGHT_TRACE_COST_MICRO_USD] = micro(exact)
    else:
        found[SPANWRIGHT_TRACE_COST_USD] = usd
        found[SPANWRIGHT_TRACE_COST_MICRO_USD] = round(millionths)


def _add_scores(found: dict[str, Any], totals: Totals) -> None:
    told = (*totals.scores, totals.lowest_score, totals.lowest_normalised)
    for key, score in zip(_SCORES, told, strict=True):
        if score is not None:
            found[key] = score


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
