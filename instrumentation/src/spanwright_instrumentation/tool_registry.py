"""Which model call asked for which tool call: kept from the model's answer until the tool is run.

A tool span belongs under the model-call span that asked for it, although that span has ended by then. The
model's answer is remembered here when it arrives; the tool span claims its entry by tool-call id, or, where
the application calls its function without the id, by trace, tool name and arguments.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry.trace import SpanContext

from .withheld import withheld

logger = logging.getLogger(__name__)

#: Defaults: tool calls remembered at most, their arguments in characters at most, and seconds until one is
#: forgotten.
MAX_CALLS = 10_000
MAX_ARGUMENT_CHARACTERS = 16_000_000
EXPIRE_AFTER = 15 * 60.0

#: Runs of tools remembered at most of which nobody can tell which call they answer.
MAX_UNMATCHED = 1_000

#: Characters of an id that surely no server counts up ("call_12"): it means the same call in any trace.
_UNIQUE = 9

#: Of the tools offered in one request: name -> schema of its parameters.
Schemas = Callable[[], Mapping[str, object]]

_latest_trace: ContextVar[int] = ContextVar("spanwright-latest-tool-calls", default=0)


@dataclass(slots=True, eq=False)
class ToolCall:
    """One tool call as the model generated it; equal only to itself, for two may be alike in every field."""

    call_id: str | None
    name: str
    #: The exact text the model generated, which need not be valid JSON; None if it gave none.
    arguments: str | None
    #: Span that ended with this request for a tool.
    model_span: SpanContext
    #: When the answer was complete, in nanoseconds since the epoch.
    answered_at: int
    #: Monotonic seconds after which the call is forgotten.
    deadline: float
    #: Of the tool's parameters, as the request had it that asked for this; None if unknown.
    schema: object = None
    claimed: bool = False


class ToolCallRegistry:
    """Tool calls waiting for their tool: bounded, expiring, safe between threads and across ``os.fork``."""

    def __init__(
        self,
        *,
        max_calls: int = MAX_CALLS,
        max_argument_characters: int = MAX_ARGUMENT_CHARACTERS,
        expire_after: float = EXPIRE_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_calls = max_calls
        self._max_characters = max_argument_characters
        self._expire_after = expire_after
        self._clock = clock
        # Reentrant: a stream collected as garbage ends its model call wherever the collector runs, also in
        # here.
        self._lock = threading.RLock()
        self._by_age: deque[ToolCall] = deque()
        self._by_id: dict[str, ToolCall] = {}
        self._pending: dict[int, list[ToolCall]] = {}
        self._characters = 0
        #: Name and time of each run, oldest first.
        self._unmatched: deque[tuple[str, int]] = deque(maxlen=MAX_UNMATCHED)

    def __len__(self) -> int:
        return len(self._by_age)

    @property
    def has_pending(self) -> bool:
        """Whether there is any call that no tool has answered."""
        return bool(self._pending)

    def remember(
        self,
        model_span: SpanContext,
        calls: Iterable[tuple[str | None, str, str | None]],
        schemas: Schemas | None = None,
    ) -> None:
        """Keep the tool calls of one model answer: (call id, tool name, arguments as generated) each."""
        if not model_span.is_valid:
            return
        known = _schemas(schemas)
        _latest_trace.set(model_span.trace_id)
        now = self._clock()
        answered_at, deadline = time.time_ns(), now + self._expire_after
        with self._lock:
            for call_id, name, arguments in calls:
                call = ToolCall(
                    call_id or None, name, arguments, model_span, answered_at, deadline, known.get(name)
                )
                self._by_age.append(call)
                self._pending.setdefault(model_span.trace_id, []).append(call)
                if call_id:
                    self._by_id[call_id] = call
                self._characters += len(arguments or "")
            self._forget_oldest(now)

    def claim(
        self,
        name: str,
        *,
        trace_id: int = 0,
        call_id: str | None = None,
        arguments: Callable[[], Sequence[object]] | None = None,
    ) -> ToolCall | None:
        """The call a tool about to run answers, None if no model asked for it.

        :param trace_id: trace of the current span, 0 if there is none; then only an id finds anything.
        :param arguments: gives the forms the running tool's arguments may have had as JSON; asked only when
            several calls of that name are pending.

        Found by id, a call may be claimed again (the application retries the tool); otherwise each is
        claimed once, so that parallel calls alike in everything are told apart.
        """
        with self._lock:
            found = self._find_by_id(call_id, trace_id) if call_id else None
            pending = [] if call_id else self._pending_named(name, trace_id)
            if found is None and len(pending) == 1:
                found = pending[0]
            if found is not None:
                self._mark_claimed(found)
                return found
        # Reading the application's arguments runs the application's code: not while the lock is held.
        forms = arguments() if len(pending) > 1 and arguments is not None else None
        with self._lock:
            if forms is not None:
                found = _best_match([call for call in pending if not call.claimed], forms)
            if found is not None:
                self._mark_claimed(found)
            elif self._pending:
                self._unmatched.append((name, time.time_ns()))
            return found

    def claim_result(
        self, name: str | None, *, trace_id: int = 0, call_id: str | None = None
    ) -> ToolCall | None:
        """The call whose result the application has now told the model, if no tool's run was seen for it.

        :param name: of the tool, where the result has no id.
        :param trace_id: as for ``claim``.

        Each is given once; a call that a run may have answered of which nobody could tell is not given.
        """
        with self._lock:
            found = self._result_by_id(call_id, trace_id) if call_id else None
            if not call_id and name is not None:
                found = next(iter(self._pending_named(name, trace_id)), None)
            if found is None or found.claimed:
                return None
            self._mark_claimed(found)
            return None if self._has_run(found) else found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._by_age.clear()
            self._by_id.clear()
            self._pending.clear()
            self._unmatched.clear()
            self._characters = 0

    def before_fork(self) -> None:
        """Wait until no other thread is at work in here, so that the child inherits a whole state."""
        self._lock.acquire()

    def after_fork_in_parent(self) -> None:
        """Go on as before the fork."""
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """Keep the calls (a forked worker may run the tool), under a lock no vanished thread can hold."""
        self._lock = threading.RLock()

    def _find_by_id(self, call_id: str, trace_id: int) -> ToolCall | None:
        call = self._by_id.get(call_id)
        if call is not None and trace_id and call.model_span.trace_id != trace_id:
            # Some servers number their calls ("call_0"), so that one id occurs in many traces: the own one
            # first.
            own = (other for other in reversed(self._pending.get(trace_id, ())) if other.call_id == call_id)
            call = next(own, call)
        return call if call is not None and call.deadline > self._clock() else None

    def _result_by_id(self, call_id: str, trace_id: int) -> ToolCall | None:
        call = self._find_by_id(call_id, trace_id)
        is_own = call is not None and call.model_span.trace_id == trace_id
        return call if is_own or not trace_id or len(call_id) >= _UNIQUE else None

    def _has_run(self, call: ToolCall) -> bool:
        """Whether a run of the tool was seen since the answer that belongs to no other call."""
        for run in self._unmatched:
            if run[0] == call.name and run[1] >= call.answered_at:
                self._unmatched.remove(run)
                return True
        return False

    def _pending_named(self, name: str, trace_id: int) -> list[ToolCall]:
        pending = self._pending.get(trace_id)
        if not pending:
            return []
        now = self._clock()
        return [call for call in pending if call.name == name and call.deadline > now]

    def _mark_claimed(self, call: ToolCall) -> None:
        if not call.claimed:
            call.claimed = True
            self._drop_pending(call)

    def _drop_pending(self, call: ToolCall) -> None:
        trace_id = call.model_span.trace_id
        pending = self._pending.get(trace_id, [])
        if call in pending:
            pending.remove(call)
        if not pending:
            self._pending.pop(trace_id, None)

    def _forget_oldest(self, now: float) -> None:
        while self._by_age and (
            self._by_age[0].deadline <= now
            or len(self._by_age) > self._max_calls
            or self._characters > self._max_characters
        ):
            call = self._by_age.popleft()
            self._characters -= len(call.arguments or "")
            if not call.claimed:
                self._drop_pending(call)
            if call.call_id and self._by_id.get(call.call_id) is call:
                del self._by_id[call.call_id]


def _schemas(schemas: Schemas | None) -> Mapping[str, object]:
    try:
        return schemas() if schemas is not None else {}
    except Exception:
        logger.debug("Cannot read the tools of a request.", exc_info=withheld())
        return {}


def _best_match(pending: Sequence[ToolCall], forms: Sequence[object]) -> ToolCall | None:
    """The pending call whose arguments are those of the running tool.

    Equal ones come first, then one whose arguments all occur among the tool's (the application added a
    session or a default); of several equal ones the first that the newest model call asked for.
    """
    generated = [(call, _parsed(call.arguments)) for call in pending]
    equal = [call for call, arguments in generated if any(arguments == form for form in forms)]
    if not equal:
        shared = [(_shared_arguments(arguments, forms), call) for call, arguments in generated]
        most = max((count for count, _ in shared), default=0)
        equal = [call for count, call in shared if count == most > 0]
    newest = equal[-1].model_span if equal else None
    return next((call for call in equal if call.model_span == newest), None)


def _shared_arguments(arguments: object, forms: Sequence[object]) -> int:
    """How many arguments the model gave, if one of the forms has every one with the same value, else 0."""
    if not isinstance(arguments, dict):
        return 0
    contained = any(
        isinstance(form, dict) and all(key in form and form[key] == value for key, value in arguments.items())
        for form in forms
    )
    return len(arguments) if contained else 0


def _parsed(arguments: str | None) -> object:
    try:
        return json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return arguments


#: The registry of this process.
registry = ToolCallRegistry()
os.register_at_fork(
    before=registry.before_fork,
    after_in_parent=registry.after_fork_in_parent,
    after_in_child=registry.after_fork_in_child,
)


def latest_trace() -> int:
    """Trace of the model call that was the last in this execution context to ask for tools; 0 if none has."""
    return _latest_trace.get()


def remember_tool_calls(
    model_span: SpanContext,
    calls: Iterable[tuple[str | None, str, str | None]],
    schemas: Schemas | None = None,
) -> None:
    """Keep the tool calls of one model answer in this process: (call id, name, arguments text) each."""
    registry.remember(model_span, calls, schemas)
