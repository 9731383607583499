"""The figures of a subtree: what one span adds, and how two subtrees become one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
from typing import Any, NamedTuple

from opentelemetry.trace import StatusCode
from spanwright_semconv.attributes import (
    GEN_AI_CONVERSATION_ID,
    GEN_AI_OPERATION_NAME,
    GEN_AI_REQUEST_MODEL,
    GEN_AI_RESPONSE_FINISH_REASONS,
    GEN_AI_RESPONSE_MODEL,
    GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    GEN_AI_USAGE_INPUT_TOKENS,
    GEN_AI_USAGE_OUTPUT_TOKENS,
    GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    SESSION_ID,
    SPANWRIGHT_COST_UNKNOWN_MODEL,
    SPANWRIGHT_COST_USD,
    SPANWRIGHT_DUPLICATE_OF,
    SPANWRIGHT_DUPLICATED_BY,
    SPANWRIGHT_FINISH_REASON,
    SPANWRIGHT_OUTCOME,
    SPANWRIGHT_PIPELINE_NAME,
    SPANWRIGHT_PIPELINE_TYPE,
    SPANWRIGHT_PIPELINE_VERSION,
    SPANWRIGHT_RETRIEVAL_SCORE_FIRST,
    SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_FIRST,
    SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_SECOND,
    SPANWRIGHT_RETRIEVAL_SCORE_SECOND,
    SPANWRIGHT_TRACE_USAGE_CACHE_READ_INPUT_TOKENS,
    SPANWRIGHT_TRACE_USAGE_CACHE_WRITE_INPUT_TOKENS,
    SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS,
    SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS,
    SPANWRIGHT_TRACE_USAGE_REASONING_OUTPUT_TOKENS,
    USER_HASH,
)

from ..span import EditableSpan
from .findings import Findings
from .remote import RemoteTotals
from .tool_chain import NO_CHAIN, Chain, counts, joined, own_call, passed_on, told_again

#: Operations that ask a model for an answer.
MODEL_CALLS = ("chat", "generate_content", "text_completion")

#: What a root that lacks it takes from its descendants: who asked, in which conversation, of which pipeline.
CONTEXT_KEYS = (
    SESSION_ID,
    GEN_AI_CONVERSATION_ID,
    USER_HASH,
    SPANWRIGHT_PIPELINE_NAME,
    SPANWRIGHT_PIPELINE_VERSION,
    SPANWRIGHT_PIPELINE_TYPE,
    SPANWRIGHT_OUTCOME,
)

_USAGE = (
    (GEN_AI_USAGE_INPUT_TOKENS, SPANWRIGHT_TRACE_USAGE_INPUT_TOKENS),
    (GEN_AI_USAGE_OUTPUT_TOKENS, SPANWRIGHT_TRACE_USAGE_OUTPUT_TOKENS),
    (GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, SPANWRIGHT_TRACE_USAGE_CACHE_READ_INPUT_TOKENS),
    (GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, SPANWRIGHT_TRACE_USAGE_CACHE_WRITE_INPUT_TOKENS),
    (GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, SPANWRIGHT_TRACE_USAGE_REASONING_OUTPUT_TOKENS),
)
#: Without any of these a rerank call is no call that is paid for by what is known of it.
_PRICED = frozenset((SPANWRIGHT_COST_USD, SPANWRIGHT_COST_UNKNOWN_MODEL, GEN_AI_USAGE_INPUT_TOKENS))
_NEVER: tuple[int, int] = (-1, -1)

#: Sums of prices are exact whatever precision the application gave its threads.
_EXACT = Context(prec=60)


class Scores(NamedTuple):
    """Of one retrieval's first two chunks, as the store gives them and on the scale common to all."""

    first: float | None
    second: float | None
    normalised_first: float | None
    normalised_second: float | None


_NO_SCORES = Scores(None, None, None, None)
_SCORE_KEYS = (
    SPANWRIGHT_RETRIEVAL_SCORE_FIRST,
    SPANWRIGHT_RETRIEVAL_SCORE_SECOND,
    SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_FIRST,
    SPANWRIGHT_RETRIEVAL_SCORE_NORMALISED_SECOND,
)


class Totals:
    """Sums over some spans of one trace. Every figure is the same in whatever order spans are added.

    A span that repeats another one's call counts among the spans only. ``steps`` are the model calls that
    did not fail. ``unknown_calls`` is below 0 where the span that told of a call before is not of this
    subtree. ``usage`` is by the root's attribute and holds what at least one call reported; ``remote``
    is what called services returned, None where none did. ``last_call`` and
    ``last_retrieval`` are (end, span id) of the one that ended last; ``context`` holds (start, span id,
    value) of the first span to start that has the key.
    """

    __slots__ = (
        "context",
        "costs",
        "duplicates",
        "embedding_calls",
        "errors",
        "findings",
        "finish_reason",
        "genai",
        "ids",
        "last_call",
        "last_retrieval",
        "lowest_normalised",
        "lowest_score",
        "model_calls",
        "models_answered",
        "models_failed",
        "remote",
        "retrieval_calls",
        "scores",
        "spans",
        "steps",
        "tool_calls",
        "tool_chain",
        "tool_failures",
        "unknown_calls",
        "usage",
    )

    def __init__(self) -> None:
        self.spans = self.errors = self.unknown_calls = self.duplicates = self.steps = 0
        self.model_calls = self.embedding_calls = self.tool_calls = self.retrieval_calls = 0
        self.genai = False
        self.tool_failures = 0
        self.tool_chain: Chain = NO_CHAIN
        self.findings: Findings | None = None
        self.remote: RemoteTotals | None = None
        self.usage: dict[str, int] = {}
        self.costs: list[float] = []
        self.last_call = self.last_retrieval = _NEVER
        self.finish_reason: str | None = None
        self.scores: Scores = _NO_SCORES
        self.lowest_score: float | None = None
        self.lowest_normalised: float | None = None
        #: Model -> when its first failed call ended; model -> when its last answered call started.
        self.models_failed: dict[str, int] = {}
        self.models_answered: dict[str, int] = {}
        self.context: dict[str, tuple[int, int, Any]] = {}
        #: Ids of the spans that ended, nested as the subtrees were merged.
        self.ids: list[Any] = []

    def add(self, span: EditableSpan, is_root: bool = False) -> None:
        """Add one ended span's own figures; of the root not its context, which it has already."""
        attributes = span.attributes
        self.spans += 1
        if SPANWRIGHT_DUPLICATE_OF in attributes:
            self.duplicates += 1
            return
        failed = span.status_code is StatusCode.ERROR
        if failed:
            self.errors += 1
        if not is_root:
            self._add_context(span, attributes)
        operation = attributes.get(GEN_AI_OPERATION_NAME)
        if operation is None:
            return
        self.genai = True
        if operation in MODEL_CALLS:
            again = SPANWRIGHT_DUPLICATED_BY in attributes
            self.model_calls += not again
            self.steps += not (failed or again)
            self._add_call(attributes, failed)
            self._add_answer(span, failed)
        elif operation == "execute_tool":
            if counts(span):
                self.tool_calls += 1
                self.tool_failures += failed
                self.tool_chain = joined(self.tool_chain, own_call(span, failed))
        elif operation == "embeddings":
            self.embedding_calls += SPANWRIGHT_DUPLICATED_BY not in attributes
            self._add_call(attributes, failed)
        elif operation == "retrieval":
            self.retrieval_calls += 1
            self._add_retrieval(span)
        elif operation == "rerank" and not failed and _PRICED.intersection(attributes):
            self._add_call(attributes, failed)

    def merge(self, other: Totals) -> None:
        """Add the figures of another subtree."""
        self.spans += other.spans
        self.errors += other.errors
        self.unknown_calls += other.unknown_calls
        self.duplicates += other.duplicates
        self.steps += other.steps
        self.model_calls += other.model_calls
        self.embedding_calls += other.embedding_calls
        self.tool_calls += other.tool_calls
        self.retrieval_calls += other.retrieval_calls
        self.genai |= other.genai
        self.tool_failures += other.tool_failures
        self.tool_chain = joined(self.tool_chain, other.tool_chain)
        self.costs += other.costs
        for key, count in other.usage.items():
            self.usage[key] = self.usage.get(key, 0) + count
        if other.last_call > self.last_call:
            self.last_call, self.finish_reason = other.last_call, other.finish_reason
        if other.last_retrieval > self.last_retrieval:
            self.last_retrieval, self.scores = other.last_retrieval, other.scores
        self.lowest_score = _lower(self.lowest_score, other.lowest_score)
        self.lowest_normalised = _lower(self.lowest_normalised, other.lowest_normalised)
        for model, ended in other.models_failed.items():
            self.models_failed[model] = min(ended, self.models_failed.get(model, ended))
        for model, started in other.models_answered.items():
            self.models_answered[model] = max(started, self.models_answered.get(model, started))
        for key, offered in other.context.items():
            held = self.context.get(key)
            if held is None or offered[:2] < held[:2]:
                self.context[key] = offered
        self.ids.append(other.ids)
        if other.findings is not None:
            self.findings = other.findings.merged(self.findings)
        if other.remote is not None:
            self.remote = other.remote.merged(self.remote)

    def close(self, span: EditableSpan) -> None:
        """These are the figures below ``span``, which has ended: what it tells again is not counted twice."""
        if not self.tool_chain:
            return
        operation = span.attributes.get(GEN_AI_OPERATION_NAME)
        told = told_again(span, operation, self.tool_chain)
        self.tool_calls -= told.made
        self.tool_failures -= told.failed
        self.tool_chain = passed_on(operation, self.tool_chain, told, span)

    def read_findings(self, span: EditableSpan) -> None:
        """Add what masking, which comes after ``add``, found in ``span``."""
        found = Findings.of(span.attributes)
        if found is not None:
            self.findings = found.merged(self.findings)

    def add_remote(self, returned: RemoteTotals) -> None:
        """Add what a called service returned as its totals."""
        self.remote = returned.merged(self.remote)

    def fell_back(self) -> bool:
        """Whether a model call failed and another model answered a call that started after that."""
        return any(
            other != model and started >= ended
            for model, ended in self.models_failed.items()
            for other, started in self.models_answered.items()
        )

    def cost(self) -> Decimal | None:
        """US dollars of the priced calls, exact; None if there is no priced call."""
        if not self.costs:
            return None
        if len(self.costs) == 1:
            return Decimal(repr(self.costs[0]))
        total = Decimal(0)
        for usd in self.costs:
            # repr is the shortest decimal that is this float: the price as it was before it became one.
            total = _EXACT.add(total, Decimal(repr(usd)))
        return total

    def span_ids(self) -> Iterator[int]:
        """Ids of the spans of the subtree that ended, in no order."""
        pending = [self.ids]
        while pending:
            for entry in pending.pop():
                if isinstance(entry, int):
                    yield entry
                else:
                    pending.append(entry)

    def _add_call(self, attributes: dict[str, Any], failed: bool) -> None:
        reported = False
        if SPANWRIGHT_DUPLICATED_BY in attributes:
            self.duplicates += 1
            self.unknown_calls -= 1  # the one that told of this call before, without a cost
        for name, sum_name in _USAGE:
            count = attributes.get(name)
            if type(count) is int:
                reported = True
                self.usage[sum_name] = self.usage.get(sum_name, 0) + count
        usd = attributes.get(SPANWRIGHT_COST_USD)
        if isinstance(usd, float | int):
            self.costs.append(float(usd))
        elif reported or not failed or SPANWRIGHT_COST_UNKNOWN_MODEL in attributes:
            self.unknown_calls += 1

    def _add_answer(self, span: EditableSpan, failed: bool) -> None:
        attributes = span.attributes
        ended = (span.end_ns, span.span_id)
        if ended > self.last_call:
            self.last_call, self.finish_reason = ended, _finish_reason(attributes)
        model = attributes.get(GEN_AI_REQUEST_MODEL) or attributes.get(GEN_AI_RESPONSE_MODEL)
        if not isinstance(model, str):
            return
        if failed:
            self.models_failed[model] = min(span.end_ns, self.models_failed.get(model, span.end_ns))
        else:
            self.models_answered[model] = max(span.start_ns, self.models_answered.get(model, span.start_ns))

    def _add_retrieval(self, span: EditableSpan) -> None:
        scores = Scores(*[_number(span.attributes.get(key)) for key in _SCORE_KEYS])
        self.lowest_score = _lower(self.lowest_score, scores.first)
        self.lowest_normalised = _lower(self.lowest_normalised, scores.normalised_first)
        ended = (span.end_ns, span.span_id)
        if ended > self.last_retrieval:
            self.last_retrieval, self.scores = ended, scores

    def _add_context(self, span: EditableSpan, attributes: dict[str, Any]) -> None:
        context, started = self.context, span.start_ns
        for key in CONTEXT_KEYS:
            value = attributes.get(key)
            if value is None:
                continue
            held = context.get(key)
            if held is None or started < held[0] or (started == held[0] and span.span_id < held[1]):
                context[key] = (started, span.span_id, value)


def _finish_reason(attributes: dict[str, Any]) -> str | None:
    reason = attributes.get(SPANWRIGHT_FINISH_REASON)
    if reason is None:
        reasons = attributes.get(GEN_AI_RESPONSE_FINISH_REASONS)
        reason = reasons[0] if isinstance(reasons, list | tuple) and reasons else None
    return reason if isinstance(reason, str) else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, float | int) and not isinstance(value, bool) else None


def _lower(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
