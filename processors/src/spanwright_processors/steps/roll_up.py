"""Writes the figures of a whole request on its local root span: cost, tokens, calls, scores, outcome."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, ClassVar

from opentelemetry.trace import StatusCode
from spanwright_semconv.attributes import (
    SPANWRIGHT_OUTCOME,
    SPANWRIGHT_TRACE_COST_MICRO_USD,
    SPANWRIGHT_TRACE_COST_UNKNOWN_CALLS,
    SPANWRIGHT_TRACE_COST_USD,
    SPANWRIGHT_TRACE_EMBEDDING_CALLS,
    SPANWRIGHT_TRACE_ERRORS,
    SPANWRIGHT_TRACE_FINISH_REASON,
    SPANWRIGHT_TRACE_MODEL_CALLS,
    SPANWRIGHT_TRACE_PII_DETECTED,
    SPANWRIGHT_TRACE_RETRIEVAL_CALLS,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_MIN,
    SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND,
    SPANWRIGHT_TRACE_SPANS,
    SPANWRIGHT_TRACE_TOOL_CALLS,
)
from spanwright_semconv.enums import Outcome

from ..rollup import Forest, Totals
from ..span import EditableSpan
from ..step import Phase

_MICRO = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class RollUpSettings:
    """How much of the open traces is held until their roots end."""

    #: Open traces held at most; beyond, the oldest is given up and its root gets no totals.
    max_traces: int = 10_000
    #: Ended spans held at most, some 150 bytes each; beyond, the oldest open trace is given up.
    max_spans: int = 200_000

    def __post_init__(self) -> None:
        for field in ("max_traces", "max_spans"):
            if getattr(self, field) < 1:
                raise ValueError(
                    f"Cannot use roll_up.{field}: {getattr(self, field)} is less than 1. Use 1 or more, "
                    "or leave the step roll_up out of `steps`."
                )


class RollUp:
    """Sums the spans below each local root and writes the totals on it.

    The rules:

    * A local root is a span without a parent in this process. Several of one trace stay apart. Its totals
      cover every span below it that ended before it did, itself included.
    * A span passes its figures to its nearest ancestor that has not ended, so that a tool span below a model
      span that has ended counts too. Spans that end after their root are counted in ``late_spans``.
    * Only calls are summed: ``chat``, ``generate_content``, ``text_completion`` and ``embeddings``. The usage
      on agent and workflow spans repeats theirs. ``cost.unknown_calls`` are the calls without a cost, except
      those that failed without reporting tokens.
    * Scores are those of the retrieval that ended last, ``min`` the lowest first score of all; the finish
      reason is that of the model call that ended last.
    * Session, conversation, user, pipeline and an outcome that the application set are taken from below where
      the root lacks them; where spans disagree, the first one to start wins.
    * The outcome is ``error`` where the root's status is; else what the application set; else ``partial``
      where a tool span failed; else ``fallback`` where a model call failed and another model answered
      later; else ``success``.
    * A tree without any GenAI span is left alone.
    """

    Settings = RollUpSettings
    phase: ClassVar[Phase] = Phase.ROLL_UP
    name = "roll_up"

    def __init__(self, settings: RollUpSettings = RollUpSettings()) -> None:
        self._settings = settings
        self.fork()

    def fork(self) -> None:
        """Start anew: open traces of the parent process end there."""
        # Re-entrant, since a garbage collection may end a span in the middle of another one.
        self._lock = threading.RLock()
        self._forest = Forest(self._settings.max_traces, self._settings.max_spans)

    @property
    def late_spans(self) -> int:
        """Spans that ended after their local root and are in no total."""
        return self._forest.late_spans

    @property
    def given_up_traces(self) -> int:
        """Traces whose roots get no totals, since more was open than the settings allow."""
        return self._forest.given_up_traces

    def __call__(self, span: EditableSpan) -> None:
        with self._lock:
            totals = self._forest.add(span)
        if totals is not None and totals.genai:
            _write(span, totals)


def _write(root: EditableSpan, totals: Totals) -> None:
    attributes = root.attributes
    for key, (_, _, value) in totals.context.items():
        attributes.setdefault(key, value)
    attributes[SPANWRIGHT_OUTCOME] = _outcome(root, totals)
    attributes[SPANWRIGHT_TRACE_SPANS] = totals.spans
    attributes[SPANWRIGHT_TRACE_ERRORS] = totals.errors
    attributes[SPANWRIGHT_TRACE_MODEL_CALLS] = totals.model_calls
    attributes[SPANWRIGHT_TRACE_EMBEDDING_CALLS] = totals.embedding_calls
    attributes[SPANWRIGHT_TRACE_TOOL_CALLS] = totals.tool_calls
    attributes[SPANWRIGHT_TRACE_RETRIEVAL_CALLS] = totals.retrieval_calls
    attributes[SPANWRIGHT_TRACE_COST_UNKNOWN_CALLS] = totals.unknown_calls
    attributes.update(totals.usage)
    cost = totals.cost()
    _set(attributes, SPANWRIGHT_TRACE_COST_USD, None if cost is None else float(cost))
    _set(attributes, SPANWRIGHT_TRACE_COST_MICRO_USD, None if cost is None else _micro(cost))
    _set(attributes, SPANWRIGHT_TRACE_FINISH_REASON, totals.finish_reason)
    _set(attributes, SPANWRIGHT_TRACE_RETRIEVAL_SCORE_FIRST, totals.scores[0])
    _set(attributes, SPANWRIGHT_TRACE_RETRIEVAL_SCORE_SECOND, totals.scores[1])
    _set(attributes, SPANWRIGHT_TRACE_RETRIEVAL_SCORE_MIN, totals.lowest_score)
    _set(attributes, SPANWRIGHT_TRACE_PII_DETECTED, totals.pii_detected)


def _set(attributes: dict[str, Any], key: str, value: Any) -> None:
    if value is not None:
        attributes[key] = value


def _micro(usd: Decimal) -> int:
    """Millionths of a dollar, rounded half to even from the exact sum."""
    return int(_MICRO.to_integral_value(_MICRO.scaleb(usd, 6)))


def _outcome(root: EditableSpan, totals: Totals) -> str:
    if root.status_code is StatusCode.ERROR:
        return Outcome.ERROR.value
    stated = root.attributes.get(SPANWRIGHT_OUTCOME)
    if isinstance(stated, str):
        return stated
    if totals.tool_failed:
        return Outcome.PARTIAL.value
    return (Outcome.FALLBACK if totals.fell_back() else Outcome.SUCCESS).value
