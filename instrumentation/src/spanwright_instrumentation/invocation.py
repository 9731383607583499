"""One operation from its start to its end: the only place that touches a span.

Whoever observes a call sets plain fields and says how it ended; span, metrics, events, error status and the
content policy follow from that. Nothing in here raises into the application.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context, get_current
from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
)
from spanwright_semconv import attributes
from spanwright_semconv.enums import TokenModality

from .agent_figures import figures_of
from .attach import Attached
from .content import ON_EVENT, ON_SPAN, Frozen, content_text, content_value, frozen
from .context import context_attributes, give_context_values
from .deferred import set_attributes_later
from .instruments import INFERENCE_OPERATIONS
from .suppression import recording
from .telemetry import Telemetry
from .tool_registry import remember_tool_calls
from .withheld import withheld

logger = logging.getLogger(__name__)

DETAILS_EVENT = "gen_ai.client.inference.operation.details"
EXCEPTION_EVENT = "gen_ai.client.operation.exception"

_UNKNOWN = TokenModality.UNKNOWN.value
_OPERATION = attributes.GEN_AI_OPERATION_NAME


class Invocation:
    """One call of a model, an embeddings model, a store, a tool, a workflow: started by construction, ended
    once.

    :param operation: ``gen_ai.operation.name``; also decides which metrics are recorded.
    :param name_suffix: what follows the operation in the span's name: model, data source, tool, workflow.
    :param name: the whole name, of spans whose conventions name them otherwise. Then ``operation`` is none of
        ``gen_ai.operation.name``.
    :param attributes: known before the call and relevant for sampling: provider, model, server, tool name.
    :param parent: context whose span is the parent; None = the current one.
    :param start_time: nanoseconds since the epoch; None = now. Give it (and ``end_time``) for what is over
        already.
    """

    __slots__ = (
        "_begun",
        "_context",
        "_emits_event",
        "_on_event",
        "_on_span",
        "_once",
        "_parent",
        "_telemetry",
        "attributes",
        "chunk_times",
        "content",
        "is_recording",
        "later",
        "modality",
        "operation",
        "settle",
        "span",
        "started_at",
        "tool_calls",
        "tool_schemas",
    )

    #: Set on the span in one call at the end; write into it freely until then. None values are left out,
    #: those that are ``frozen`` become JSON text.
    attributes: dict[str, Any]
    #: Content attribute -> structured value, or text as it is; recorded where the content policy says.
    #: Building it is worth its price only if ``captures_content``. Values may hold the application's own
    #: objects until ``freeze_content``.
    content: dict[str, Any]
    #: ``gen_ai.token.modality`` of the token metrics: ``text`` where nothing else was sent or received.
    modality: str
    #: Of a streamed answer: when reading it began, then when each chunk came, in ``time.perf_counter_ns``.
    chunk_times: Sequence[int]
    #: Tool calls of the answer, (call id, tool name, arguments text), for the tool spans to find their
    #: parent.
    tool_calls: Sequence[tuple[str | None, str, str | None]]
    #: Makes further attributes of the span when somebody reads it; whatever they are made from, nobody may
    #: change.
    later: Callable[[], Mapping[str, Any]] | None
    #: Gives the schemas of the tools' parameters, as offered, by tool; asked if there are ``tool_calls``.
    tool_schemas: Callable[[], Mapping[str, Any]] | None
    #: Told the span's attributes when the operation has ended: what a cost ceiling has booked for it.
    settle: Callable[[Mapping[str, Any]], None] | None

    def __init__(
        self,
        telemetry: Telemetry,
        operation: str,
        name_suffix: str | None = None,
        *,
        name: str | None = None,
        kind: SpanKind = SpanKind.CLIENT,
        attributes: Mapping[str, Any] | None = None,
        parent: Context | None = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
    ) -> None:
        self._telemetry = telemetry
        self.operation = operation = str(operation)
        self._parent = get_current() if parent is None else parent
        self._once = threading.Lock()
        self._context: Context | None = None
        self.content = {}
        self.modality = _UNKNOWN
        self.tool_calls = self.chunk_times = ()
        self.tool_schemas = None
        self.settle = self.later = None
        known = {_OPERATION: None if name else operation, **(attributes or {})}
        if None in known.values():
            known = {key: value for key, value in known.items() if value is not None}
        self.attributes = known
        self.started_at = time.time_ns() if start_time is None else start_time
        self._begun = time.perf_counter_ns()
        name = name or (f"{operation} {name_suffix}" if name_suffix else operation)
        self.span = self._start_span(name, kind, links)
        self.is_recording = self.span.is_recording()
        self._decide_on_content()

    @property
    def span_context(self) -> SpanContext:
        """Ids of the span, for links and for what becomes its child."""
        return self.span.get_span_context()

    @property
    def captures_content(self) -> bool:
        """Whether messages, tool arguments and query text are recorded anywhere."""
        return self._on_span or self._on_event

    @property
    def records_content(self) -> bool:
        """Whether content goes on this span; operations without an event have it nowhere else."""
        return self._on_span

    @property
    def context(self) -> Context:
        """The parent context with this span current, and marked so that the call gets no second span."""
        if self._context is None:
            self._context = recording(self.span, self._parent, self.operation)
        return self._context

    def attach(self) -> Attached:
        """Make the span current until ``.detach()`` of what is returned. Never across a ``yield``."""
        return Attached(self.context)

    #: The same for ``with``.
    current = attach

    def elapsed(self) -> float:
        """Seconds since the start, on a clock that does not jump."""
        return (time.perf_counter_ns() - self._begun) / 1e9

    def elapsed_at(self, reading: int) -> float:
        """The same at an earlier reading of ``time.perf_counter_ns``."""
        return (reading - self._begun) / 1e9

    def at(self, elapsed: float) -> int:
        """Nanoseconds since the epoch, ``elapsed`` seconds after the start."""
        return self.started_at + int(elapsed * 1e9)

    def freeze_content(self) -> None:
        """What the application does to its messages from now on no longer shows in ``content``."""
        for key, value in self.content.items():
            if value is not None and not isinstance(value, Frozen):
                self.content[key] = _frozen(value)

    def stop(self, *, end_time: int | None = None) -> None:
        """The operation is over, with success unless ``attributes['error.type']`` is set. Only the first of
        all ``stop`` and ``fail`` calls counts.

        :param end_time: nanoseconds since the epoch; None = now.
        """
        self._finish(None, end_time)

    def fail(self, error: BaseException, *, end_time: int | None = None) -> None:
        """The operation raised ``error``. Set ``attributes['error.type']`` before to give it another type."""
        self._finish(error, end_time)

    def discard(self) -> None:
        """Never end: in a forked child, where the parent process ends this span."""
        self._once.acquire(blocking=False)

    def _start_span(self, name: str, kind: SpanKind, links: Sequence[Link] | None) -> Span:
        try:
            span = self._telemetry.tracer.start_span(
                name, self._parent, kind, self.attributes, links, self.started_at, record_exception=False
            )
            if self._parent:
                self.attributes.update(context_attributes(self._parent))
                give_context_values(self._parent, span.get_span_context().trace_id)
        except Exception:
            logger.debug("Cannot start a span.", exc_info=withheld())
            return INVALID_SPAN
        return span

    def _decide_on_content(self) -> None:
        self._on_span = self._on_event = self._emits_event = False
        try:
            mode = self._telemetry.content_mode()
            self._on_span = self.is_recording and mode in ON_SPAN
            self._on_event = mode in ON_EVENT
            if self.operation in INFERENCE_OPERATIONS:
                self._emits_event = self._telemetry.policy.emits_event(mode)
        except Exception:
            logger.debug("Cannot tell whether content is guarded; it is left out.", exc_info=withheld())

    def _finish(self, error: BaseException | None, end_time: int | None) -> None:
        if not self._once.acquire(blocking=False):
            return
        duration = self.elapsed() if end_time is None else (end_time - self.started_at) / 1e9
        try:
            if error is not None:
                self._describe_error(error)
            elif self.attributes.get(attributes.ERROR_TYPE) is not None:
                self.span.set_status(Status(StatusCode.ERROR, self.attributes[attributes.ERROR_TYPE]))
            self._record_span()
            if self.tool_calls:
                remember_tool_calls(self.span_context, self.tool_calls, self.tool_schemas)
            if self.settle is not None:  # before the span's end, which may have it priced at once
                self.settle(self.attributes)
        except Exception:
            logger.debug("Cannot complete a span.", exc_info=withheld())
        try:
            self.span.end(self.at(duration))
            self._telemetry.instruments.record_operation(
                self.operation,
                duration,
                self.attributes,
                self.modality,
                self.context,
                chunk_times=self.chunk_times,
            )
            if self._parent and self.operation in INFERENCE_OPERATIONS:
                self._count_for_the_agent()
            if self._emits_event:
                self._emit_events(error)
        except Exception:
            logger.debug("Cannot record an operation.", exc_info=withheld())

    def _count_for_the_agent(self) -> None:
        figures = figures_of(self._parent)
        if figures is not None:
            figures.inferred(failed=self.attributes.get(attributes.ERROR_TYPE) is not None)

    def _describe_error(self, error: BaseException) -> None:
        name = self.attributes.setdefault(attributes.ERROR_TYPE, error_type(error))
        status = getattr(error, "status_code", None) or getattr(error, "code", None)
        self.span.set_status(
            Status(StatusCode.ERROR, f"{name}: HTTP status {status}" if _is_failure(status) else name)
        )
        # An exception's message may quote the prompt: it goes where content may go.
        if self._on_span:
            self.span.record_exception(error)

    def _record_span(self) -> None:
        # Another dict from now on: this one is read later, and nobody is to change it.
        recorded = self.attributes
        self.attributes = recorded.copy()
        self.freeze_content()
        if self.is_recording:
            content = self.content if self._on_span else {}
            make = partial(_formed, recorded, content, content_text)
            set_attributes_later(
                self.span, make if self.later is None else partial(_joined, make, self.later)
            )

    def _emit_events(self, error: BaseException | None) -> None:
        emit, now = self._telemetry.logger.emit, time.time_ns()
        content = self.content if self._on_event else {}
        emit(
            LogRecord(
                timestamp=now,
                context=self.context,
                severity_number=SeverityNumber.DEBUG,
                event_name=DETAILS_EVENT,
                attributes=_formed(self.attributes, content, content_value),
            )
        )
        if error is not None and content:
            emit(
                LogRecord(
                    timestamp=now,
                    context=self.context,
                    severity_number=SeverityNumber.WARN,
                    event_name=EXCEPTION_EVENT,
                    attributes={"exception.type": error_type(error), "exception.message": str(error)},
                )
            )


def _frozen(value: Any) -> Any:
    """None for what cannot be read: the rest of the span is worth having."""
    try:
        return frozen(value)
    except Exception:
        logger.debug("Cannot record a content value.", exc_info=withheld())
        return None


def _formed(
    plain: Mapping[str, Any], content: Mapping[str, Any], form: Callable[[Any], Any]
) -> dict[str, Any]:
    """All that is recorded: plain attributes, and in this form the content and whatever else is frozen."""
    found: dict[str, Any] = {}
    for key, value in (*plain.items(), *content.items()):
        if value is None:
            continue
        try:
            found[key] = form(value) if key in content or isinstance(value, Frozen) else value
        except Exception:
            logger.debug("Cannot record %s.", key, exc_info=withheld())
    return found


def _joined(make: Callable[[], dict[str, Any]], later: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """What is known, and with it what is made now; without it if that fails."""
    found = make()
    try:
        found.update((key, value) for key, value in later().items() if value is not None)
    except Exception:
        logger.debug("Cannot describe an answer.", exc_info=withheld())
    return found


def _is_failure(status: Any) -> bool:
    """Whether an HTTP status tells of the error; an error event comes in the stream of a 200."""
    return isinstance(status, int) and 400 <= status < 600


def error_type(error: BaseException) -> str:
    """``error.type`` of an exception: its qualified name, without the module for builtins."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
