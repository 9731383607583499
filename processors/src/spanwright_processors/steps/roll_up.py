"""Writes the figures of a whole request on its local root span: cost, tokens, calls, scores, outcome."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from opentelemetry.trace import StatusCode
from spanwright_semconv import metrics
from spanwright_semconv.attributes import (
    DEPLOYMENT_ENVIRONMENT_NAME,
    SERVICE_VERSION,
    SPANWRIGHT_OUTCOME,
    SPANWRIGHT_PIPELINE_NAME,
    SPANWRIGHT_PIPELINE_TYPE,
    SPANWRIGHT_PIPELINE_VERSION,
    SPANWRIGHT_TRACE_ROOT_SPAN_ID,
)
from spanwright_semconv.enums import Outcome

from ..rollup import Forest, Late, RemoteTotals, Totals, overall, write_figures
from ..span import EditableEvent, EditableSpan
from ..step import Phase

_Told = tuple[tuple[str, Any], ...]

CORRECTED_EVENT = "spanwright.trace.corrected"


@dataclass(frozen=True)
class RollUpSettings:
    """How much of the open traces is held until their roots end."""

    #: Open traces held at most; beyond, the oldest is given up and its root gets no totals.
    max_traces: int = 10_000
    #: Ended spans held at most, some 150 bytes each; beyond, the oldest open trace is given up.
    max_spans: int = 200_000
    #: Milliseconds that a local root waits for children of its that are still open before it goes to the
    #: exporters; 0: not at all. What ends later still leaves a follow-up event with the corrected totals.
    wait_ms: int = 1_000
    #: Whether spans that are recorded but not sampled count in the totals of their trace.
    count_unsampled: bool = True
    #: Whether the answers of this service to HTTP requests carry its totals, in the header
    #: `spanwright-totals`. Whoever calls the service can then read what a request costs.
    return_totals: bool = False
    #: Whether totals that called services return are taken up: on HTTP client spans whose instrumentor was
    #: told to capture the header (`OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_RESPONSE`).
    accept_totals: bool = False

    def __post_init__(self) -> None:
        for field in ("max_traces", "max_spans"):
            if getattr(self, field) < 1:
                raise ValueError(
                    f"Cannot use roll_up.{field}: {getattr(self, field)} is less than 1. Use 1 or more, "
                    "or leave the step roll_up out of `steps`."
                )
        if not 0 <= self.wait_ms <= 60_000:
            raise ValueError(
                f"Cannot use roll_up.wait_ms: {self.wait_ms} is not from 0 to 60000. "
                "Use a number of milliseconds, or 0 for no wait."
            )


class RollUp:
    """Sums the spans below each local root and writes the totals on it.

    The rules:

    * A local root is a span without a parent in this process. Several of one trace stay apart. Its totals
      cover every span below it that was processed before it, itself included.
    * A span passes its figures to its nearest ancestor that has not ended, so that a tool span below a model
      span that has ended counts too. A span that comes after its root is counted in ``late_spans`` and gets
      an event ``spanwright.trace.corrected`` with the totals as they are with it.
    * Only calls are summed: ``chat``, ``generate_content``, ``text_completion``, ``embeddings`` and
      ``rerank``. The usage on agent and workflow spans repeats theirs, and a span that is the duplicate of
      another counts among the spans only; so does one inside a span that names it in
      ``spanwright.duplicated_by``. ``cost.unknown_calls`` are the calls without a cost, except those
      that failed without reporting tokens. ``steps`` are the model calls that did not fail.
    * A tool span inside another one of the same tool is the same call, unless a model or an agent is between
      them; a server's side of it (MCP) counts where its client is not seen. The outermost tells whether it
      failed.
    * Scores are those of the retrieval that ended last, ``min`` the lowest first score of all; the finish
      reason is that of the model call that ended last.
    * Session, conversation, user, pipeline and an outcome that the application set are taken from below where
      the root lacks them; where spans disagree, the first one to start wins. Environment, and a pipeline
      version that nobody set, are the resource's.
    * The outcome is ``error`` where the root's status is; else what the application set; else ``partial``
      where a tool span failed; else ``fallback`` where a model call failed and another model answered
      later; else ``success``.
    * A tree without any GenAI span is left alone.
    """

    Settings = RollUpSettings
    phase: ClassVar[Phase] = Phase.ROLL_UP
    name = "roll_up"
    metrics: ClassVar = (
        (metrics.SPANWRIGHT_PROCESSING_LATE_SPANS, "late_spans"),
        (metrics.SPANWRIGHT_PROCESSING_GIVEN_UP_TRACES, "given_up_traces"),
    )

    def __init__(self, settings: RollUpSettings = RollUpSettings()) -> None:
        self.settings = settings
        self.fork()

    def fork(self) -> None:
        """Start anew: open traces of the parent process end there."""
        # Re-entrant, since a garbage collection may end a span in the middle of another one.
        self._lock = threading.RLock()
        # What the last resource tells: most roots have the same, and reading the SDK's takes microseconds.
        self._resource: tuple[Mapping[str, Any] | None, _Told] = (None, ())
        self._forest = Forest(self.settings.max_traces, self.settings.max_spans, self.settings.accept_totals)

    @property
    def root_wait_s(self) -> float:
        """Seconds that a root waits for its open children, where ended spans are passed on."""
        return self.settings.wait_ms / 1e3

    @property
    def counts_unsampled(self) -> bool:
        """Whether traces that go to no exporter are to be processed."""
        return self.settings.count_unsampled

    @property
    def late_spans(self) -> int:
        """Spans that were processed after their local root; they are in no total on it."""
        return self._forest.late_spans

    @property
    def given_up_traces(self) -> int:
        """Traces whose roots get no totals, since more was open than the settings allow."""
        return self._forest.given_up_traces

    def __call__(self, span: EditableSpan) -> None:
        counts = span.is_sampled or self.settings.count_unsampled
        with self._lock:
            found = self._forest.add(span, counts)
            if type(found) is Late:
                _correct(span, found)
                return
        if type(found) is Totals and found.genai:
            self._write(span, found)

    def _write(self, root: EditableSpan, totals: Totals) -> None:
        attributes = root.attributes
        for key, (_, _, value) in totals.context.items():
            attributes.setdefault(key, value)
        known, told = self._resource
        if known is not root.resource:
            told = _told_by(root.resource)
            self._resource = (root.resource, told)
        for key, value in told:
            attributes.setdefault(key, value)
        attributes[SPANWRIGHT_OUTCOME] = _outcome(root, totals)
        write_figures(attributes, totals)

    def so_far(self, trace_id: int, root_id: int) -> RemoteTotals | None:
        """What the open root has collected; None if no GenAI span below it has been processed."""
        with self._lock:
            totals = self._forest.so_far(trace_id, root_id)
            return overall(totals) if totals is not None and totals.genai else None


def _told_by(resource: Mapping[str, Any]) -> _Told:
    """What a root has from its resource where it lacks it."""
    keys = (
        (DEPLOYMENT_ENVIRONMENT_NAME, DEPLOYMENT_ENVIRONMENT_NAME),
        (SPANWRIGHT_PIPELINE_NAME, SPANWRIGHT_PIPELINE_NAME),
        (SPANWRIGHT_PIPELINE_TYPE, SPANWRIGHT_PIPELINE_TYPE),
        (SPANWRIGHT_PIPELINE_VERSION, SPANWRIGHT_PIPELINE_VERSION),
        (SPANWRIGHT_PIPELINE_VERSION, SERVICE_VERSION),
    )
    return tuple((key, resource[name]) for key, name in keys if name in resource)


def _correct(span: EditableSpan, late: Late) -> None:
    if late.totals.genai:
        corrected = {SPANWRIGHT_TRACE_ROOT_SPAN_ID: f"{late.root_id:016x}"}
        write_figures(corrected, late.totals)
        span.events = [*span.events, EditableEvent(CORRECTED_EVENT, span.end_ns, corrected)]


def _outcome(root: EditableSpan, totals: Totals) -> str:
    if root.status_code is StatusCode.ERROR:
        return Outcome.ERROR.value
    stated = root.attributes.get(SPANWRIGHT_OUTCOME)
    if isinstance(stated, str):
        return stated
    if totals.tool_failures:
        return Outcome.PARTIAL.value
    return (Outcome.FALLBACK if totals.fell_back() else Outcome.SUCCESS).value
