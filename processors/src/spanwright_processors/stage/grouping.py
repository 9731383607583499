"""Requests held until the traces in them are whole, and answered when those were handed on.

A Collector's ``groupbytrace`` says "accepted" at once and keeps what it groups in memory, where a kill loses
it. Here the sender keeps its request until the traces in it have gone on: nothing has to be stored twice.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from .answer import ACCEPTED, Answer
from .workers import InvalidRequestError

#: After its root has come, a trace is waited for so long since the last of it came.
_SETTLE_SECONDS = 0.5
#: How often it is looked for traces that are whole.
_TICK_SECONDS = 0.1
#: Traces go on together in requests of about this size.
_TOGETHER_BYTES = 1_000_000

TraceId = bytes


@dataclass(slots=True, eq=False)
class Trace:
    """What has come of one trace: serialized requests, which put one after the other are one request."""

    first: float
    last: float = 0.0
    has_root: bool = False
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    gone: asyncio.Future[Answer] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)


class Grouping:
    """Groups what ``add`` is given and hands whole traces to ``hand_on``, several at a time.

    ``wait_s``: how long a trace without a root is waited for. ``max_bytes``: above it the oldest traces go on
    as they are. ``hand_on(bodies)`` answers for each body.
    """

    def __init__(
        self, wait_s: float, max_bytes: int, hand_on: Callable[[list[bytes]], Awaitable[list[Answer]]]
    ) -> None:
        self._wait_s = wait_s
        self._max_bytes = max_bytes
        self._hand_on = hand_on
        self._traces: OrderedDict[TraceId, Trace] = OrderedDict()
        self._size = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticking: asyncio.Task[None] | None = None

    async def add(self, body: bytes) -> Answer:
        """The answer when every trace in ``body`` has gone on.

        Raises ``InvalidRequestError`` for what is no message.
        """
        try:
            parts = _by_trace(body)
        except DecodeError as error:
            raise InvalidRequestError from error
        traces = [self._put(trace_id, *part) for trace_id, part in parts.items()]
        if not traces:
            return ACCEPTED
        if self._ticking is None or self._ticking.done():
            self._ticking = asyncio.create_task(self._tick())
        answers = await asyncio.gather(*(trace.gone for trace in traces))
        return next((answer for answer in answers if not answer.is_accepted), ACCEPTED)

    def flush(self) -> None:
        """Hand on everything now, whole or not."""
        self._go(list(self._traces))

    def _put(self, trace_id: TraceId, part: bytes, has_root: bool) -> Trace:
        now = monotonic()
        trace = self._traces.get(trace_id)
        if trace is None:
            trace = self._traces[trace_id] = Trace(now)
        trace.parts.append(part)
        trace.size += len(part)
        self._size += len(part)
        trace.last = now
        trace.has_root |= has_root
        return trace

    async def _tick(self) -> None:
        while self._traces:
            await asyncio.sleep(_TICK_SECONDS)
            now = monotonic()
            self._go([trace_id for trace_id, trace in self._traces.items() if self._is_due(trace, now)])
            excess = []
            size = self._size
            for trace_id, trace in self._traces.items():
                if size <= self._max_bytes:
                    break
                excess.append(trace_id)
                size -= trace.size
            self._go(excess)

    def _is_due(self, trace: Trace, now: float) -> bool:
        if now - trace.first >= self._wait_s:
            return True
        return trace.has_root and now - trace.last >= min(_SETTLE_SECONDS, self._wait_s)

    def _go(self, trace_ids: Iterable[TraceId]) -> None:
        together: list[Trace] = []
        for trace_id in trace_ids:
            trace = self._traces.pop(trace_id)
            self._size -= trace.size
            together.append(trace)
            if sum(one.size for one in together) >= _TOGETHER_BYTES:
                self._start(together)
                together = []
        if together:
            self._start(together)

    def _start(self, traces: list[Trace]) -> None:
        task = asyncio.create_task(self._gone(traces))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _gone(self, traces: list[Trace]) -> None:
        try:
            answers = await self._hand_on([trace.body for trace in traces])
        except BaseException as error:
            for trace in traces:
                if not trace.gone.done():
                    trace.gone.set_exception(error)
                    trace.gone.exception()  # whoever waited may have left
            if not isinstance(error, Exception):
                raise
            return
        for trace, answer in zip(traces, answers, strict=True):
            if not trace.gone.done():
                trace.gone.set_result(answer)


def _by_trace(body: bytes) -> dict[TraceId, tuple[bytes, bool]]:
    """The spans of each trace as a serialized request of their own, and whether its root is among them."""
    request = ExportTraceServiceRequest.FromString(body)
    messages: dict[TraceId, Any] = {}
    roots: set[TraceId] = set()
    for resource in request.resource_spans:
        for group in resource.scope_spans:
            into: dict[TraceId, Any] = {}
            for span in group.spans:
                trace_id = span.trace_id
                if not any(span.parent_span_id):
                    roots.add(trace_id)
                spans = into.get(trace_id)
                if spans is None:
                    spans = into[trace_id] = _group(messages, trace_id, resource, group)
                spans.append(span)
    return {
        trace_id: (message.SerializeToString(), trace_id in roots) for trace_id, message in messages.items()
    }


def _group(messages: dict[TraceId, Any], trace_id: TraceId, resource: Any, group: Any) -> Any:
    """Where spans of ``group`` go in the message of their trace."""
    message = messages.get(trace_id)
    if message is None:
        message = messages[trace_id] = ExportTraceServiceRequest()
    resource_spans = message.resource_spans.add(schema_url=resource.schema_url)
    resource_spans.resource.CopyFrom(resource.resource)
    scope_spans = resource_spans.scope_spans.add(schema_url=group.schema_url)
    scope_spans.scope.CopyFrom(group.scope)
    return scope_spans.spans
