"""The completion hook of OpenTelemetry's GenAI utilities: full texts of instrumentors that are built on them.

Such an instrumentor calls its hook when a call is complete, whether or not content is to stand on spans:
``OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK=spanwright`` keeps the texts, masked, where ``offload.url`` says,
and nothing of them leaves on spans.
"""

from __future__ import annotations

import atexit
import base64
import json
import logging
import os
import queue
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, is_dataclass, replace
from typing import Any, NamedTuple

from opentelemetry.trace import SpanKind, StatusCode, get_current_span
from spanwright_semconv.attributes import (
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_SYSTEM_INSTRUCTIONS,
    GEN_AI_TOOL_DEFINITIONS,
    SPANWRIGHT_CONTENT_REF,
)
from spanwright_semconv.enums import DropReason

from ..background import started
from ..chain import StepChain
from ..counters import Counters, process_counters
from ..fork import watch_forks
from ..process_exit import flush_also
from ..settings import PipelineSettings, SettingsError, build_chain, load_settings
from ..span import EditableSpan
from ..steps.offload import Offload
from .layout import reference
from .place import public

#: Where texts go if our settings do not say: the variable of the utilities' own hook.
BASE_PATH_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_UPLOAD_BASE_PATH"
#: Completions that wait to be masked.
MOST_WAITING = 1000
#: What a text passes on its way: the name of its prompt, its user's hash, masking, storing.
_STEPS = ("pseudonymise", "system_prompt", "mask", "offload")
_logger = logging.getLogger(__name__)


class _Completion(NamedTuple):
    """What the hook was called with, as it was."""

    trace_id: int
    span_id: int
    name: str
    time_ns: int
    attributes: Mapping[str, Any]
    resource: Mapping[str, Any]
    texts: Mapping[str, Sequence[Any]]


class _Flush(threading.Event):
    """Stands in the queue behind what must have been kept before it is set."""


class CompletionHook:
    """Keeps what goes into a model and comes out of it. Masked and stored in a thread of its own.

    The reference stands on span and event before the text is kept. What finds the queue full has none, and is
    counted as lost. Where the settings cannot be used, or name no place, nothing is kept; the log says so.
    """

    def __init__(self, environ: Mapping[str, str] | None = None, counters: Counters | None = None) -> None:
        self._counters = process_counters() if counters is None else counters
        self._url, self._chain = _configured(os.environ if environ is None else environ, self._counters)
        self._reset()
        watch_forks(self)
        flush_also(self)
        atexit.register(_flush_at_exit, weakref.ref(self))

    def _reset(self) -> None:
        # Re-entrant, and of one operation: garbage collection may complete a stream in the middle of it.
        self._queue: queue.SimpleQueue[_Completion | _Flush] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.RLock()

    def after_fork(self) -> None:
        self._reset()

    def on_completion(
        self,
        *,
        inputs: Sequence[Any],
        outputs: Sequence[Any],
        system_instruction: Sequence[Any],
        tool_definitions: Sequence[Any] | None = None,
        span: Any = None,
        log_record: Any = None,
        **_: Any,
    ) -> None:
        """Called on the application's thread. Never raises an ``Exception``."""
        with suppress(Exception):
            texts = {
                GEN_AI_INPUT_MESSAGES: inputs,
                GEN_AI_OUTPUT_MESSAGES: outputs,
                GEN_AI_SYSTEM_INSTRUCTIONS: system_instruction,
                GEN_AI_TOOL_DEFINITIONS: tool_definitions,
            }
            given = {key: tuple(value) for key, value in texts.items() if value}
            if self._chain is not None and given:
                self._take(given, span, log_record)

    def _take(self, texts: Mapping[str, Sequence[Any]], span: Any, log_record: Any) -> None:
        context = (span if span is not None else get_current_span()).get_span_context()
        trace_id = context.trace_id or getattr(log_record, "trace_id", 0) or 0
        span_id = context.span_id or getattr(log_record, "span_id", 0) or 0
        if not trace_id:
            return
        if self._queue.qsize() >= MOST_WAITING:
            self._counters.content_lost(DropReason.QUEUE_FULL)
            return
        now = time.time_ns()
        attributes = dict(getattr(span, "attributes", None) or {})
        resource = getattr(getattr(span, "resource", None), "attributes", {})
        name = getattr(span, "name", "")
        self._queue.put(_Completion(trace_id, span_id, name, now, attributes, resource, texts))
        self._run()
        self._refer(span, log_record, _reference(self._url, now, trace_id, span_id))

    def _refer(self, span: Any, log_record: Any, ref: str) -> None:
        if span is not None:
            span.set_attribute(SPANWRIGHT_CONTENT_REF, ref)
        if log_record is not None:
            log_record.attributes = {**(log_record.attributes or {}), SPANWRIGHT_CONTENT_REF: ref}

    def _run(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = started(self._work, "spanwright-completions")

    def _work(self) -> None:
        pid, waiting, chain = os.getpid(), self._queue, self._chain
        while os.getpid() == pid and chain is not None:
            one = waiting.get()
            if isinstance(one, _Flush):
                one.set()
                continue
            try:
                chain.process(_as_span(one))
            except Exception:
                self._counters.content_lost(DropReason.ERROR)

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until what was given before is masked and at its place; False if time runs out."""
        deadline = time.monotonic() + seconds
        if self._thread is not None:
            flush = _Flush()
            self._queue.put(flush)
            if not flush.wait(seconds):
                return False
        left = max(0.0, deadline - time.monotonic())
        steps = self._chain.steps if self._chain is not None else ()
        return all(step.flush(left) for step in steps if isinstance(step, Offload))


def _configured(environ: Mapping[str, str], counters: Counters) -> tuple[str, StepChain | None]:
    try:
        settings = load_settings(environ)
        section = settings.sections.get("offload")
        if not settings.enabled or section is None or "mask" not in settings.steps:
            return _off("the steps mask and offload do not both run")
        url = section.url or environ.get(BASE_PATH_VARIABLE, "").strip()
        if not url:
            return _off(f"no place is named. Set SPANWRIGHT_OFFLOAD_URL or {BASE_PATH_VARIABLE}")
        chain = build_chain(_ours(settings, replace(section, url=url)), counters)
        is_on = any(step.is_on for step in chain.steps if isinstance(step, Offload))
        return (public(url), chain) if is_on else _off("the place cannot be used")
    except SettingsError as error:
        return _off(" ".join(error.problems).rstrip("."))


def _ours(settings: PipelineSettings, offload: Any) -> PipelineSettings:
    steps = tuple(name for name in settings.steps if name in _STEPS)
    return replace(settings, steps=steps, sections={**settings.sections, "offload": offload})


def _off(why: str) -> tuple[str, None]:
    _logger.error("Cannot keep completions: %s. Nothing of them is kept.", why)
    return "", None


def _reference(url: str, now: int, trace_id: int, span_id: int) -> str:
    from ..days import day

    return reference(url, day(now / 1e9), trace_id, span_id)


def _as_span(one: _Completion) -> EditableSpan:
    texts = {key: _json(values) for key, values in one.texts.items()}
    return EditableSpan(
        name=one.name,
        kind=SpanKind.CLIENT,
        trace_id=one.trace_id,
        span_id=one.span_id,
        parent_span_id=None,
        parent_is_remote=None,
        start_ns=one.time_ns,
        end_ns=one.time_ns,
        attributes={**one.attributes, **texts},
        events=[],
        links=[],
        status_code=StatusCode.UNSET,
        status_description=None,
        resource=one.resource,
        scope_name="",
        scope_version=None,
    )


def _json(values: Sequence[Any]) -> str:
    """Messages, parts or definitions as the conventions write them."""
    return json.dumps([*map(_plain, values)], ensure_ascii=False, separators=(",", ":"), default=_encodable)


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _encodable(value: object) -> str:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


def _flush_at_exit(reference: weakref.ref[CompletionHook]) -> None:
    one = reference()
    if one is not None:
        one.flush()
