"""The steps in order, closed against failure: a step that raises costs that span its content, no more."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation, get_meter

from .content import drop_content, drop_log_content, without_content
from .counters import Counters, process_counters
from .fork import watch_forks
from .span import Attributes, EditableLogRecord, EditableSpan
from .step import AttributeStep, LogStep, Phase, Place, Step

_Edited = TypeVar("_Edited", EditableSpan, EditableLogRecord)
_logger = logging.getLogger(__name__)


def step_name(step: Step) -> str:
    """The name a step goes by: its ``name``, else its class in snake case: ``system_prompt``."""
    name = getattr(step, "name", None)
    return (
        name if isinstance(name, str) else re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(step).__name__).lower()
    )


class StepChain:
    """Runs ``steps`` in the order given on one span or log record after the other.

    Where a step raises, the content of that span is dropped at once and again after the last step, so that
    neither the failed step nor a later one can let any out; the later steps still run. Counts go to
    ``counters``, by default those of the process. Safe to use from several threads.
    """

    def __init__(self, steps: Iterable[Step], counters: Counters | None = None) -> None:
        self.steps = tuple(steps)
        self.counters = counters if counters is not None else process_counters()
        self._span_steps = tuple((step_name(step), step) for step in self.steps)
        self._log_steps = tuple(
            (step_name(step), step.log) for step in self.steps if isinstance(step, LogStep)
        )
        self._attribute_steps = tuple(
            (step_name(step), step) for step in self.steps if isinstance(step, AttributeStep)
        )
        self._learners = tuple(
            (step_name(step), step.learn)  # type: ignore[attr-defined]
            for step in self.steps
            if getattr(step, "learns", False)
        )
        #: True if a step wants to see a trace's spans before it processes any of them.
        self.learns = bool(self._learners)
        #: True if a step masks spans, whatever resource they come from.
        self.masks_content = self.masks(None)
        #: True if a masking step masks log records as well.
        self.masks_logs = self.masks(None, logs=True)
        self._reported: set[str] = set()
        self._emitted = False
        watch_forks(self)

    def masks(self, resource: Mapping[str, Any] | None, *, logs: bool = False) -> bool:
        """True if a step masks what comes from ``resource``; None: whatever resource it comes from.

        Such a step is one of the mask phase that does not say ``masks_content = False``, or otherwise by its
        ``masks_resource(resource)``.
        """
        return any(_masks(step, resource) and (not logs or isinstance(step, LogStep)) for step in self.steps)

    def emit_metrics(self, meter_provider: MeterProvider | None = None) -> None:
        """Offer the counts of the chain and of its steps as metrics of ``meter_provider`` (the global one).

        A step's are its ``metrics``: pairs of a metric's definition and the name of what holds its value, a
        number, or a method that returns (value, attributes) pairs.
        """
        self.counters.emit_metrics(meter_provider)
        if self._emitted:
            return
        self._emitted = True
        meter = get_meter("spanwright_processors", meter_provider=meter_provider)
        for step in self.steps:
            for definition, source in getattr(step, "metrics", ()):
                meter.create_observable_counter(
                    definition.name,
                    [partial(_observe, step, source)],
                    definition.unit,
                    definition.description,
                )

    def learn(self, span: EditableSpan) -> None:
        """Let steps look at a span of a trace before others of it are processed. Raises no ``Exception``.

        For steps with ``learn(span)`` whose ``learns`` is true; they change nothing.
        """
        for name, learn in self._learners:
            try:
                learn(span)
            except BaseException as error:
                if _is_interrupt(error):
                    raise
                self._report(name, error)

    def process(self, span: EditableSpan) -> None:
        """Run every step on ``span``. Raises no ``Exception``; an interrupt leaves no content behind."""
        failed = _run(self._span_steps, span, drop_content, self._report)
        self.counters.span_processed(content_dropped=bool(failed))

    def process_log(self, record: EditableLogRecord) -> None:
        """Run the steps that know log records on ``record``, under the same promise."""
        failed = _run(self._log_steps, record, drop_log_content, self._report)
        self.counters.log_processed(content_dropped=bool(failed))

    def process_attributes(
        self, attributes: Mapping[str, Any], place: Place, resource: Mapping[str, Any]
    ) -> Attributes:
        """``attributes`` of something other than a span or record, as the steps leave them.

        Without content where a step fails. Raises no ``Exception``.
        """
        edited = dict(attributes)
        for name, step in self._attribute_steps:
            try:
                step.edit_attributes(edited, place, resource)
            except BaseException as error:
                if _is_interrupt(error):
                    raise
                self._report(name, error)
                return without_content(attributes)
        return edited

    def after_fork(self) -> None:
        for name, step in self._span_steps:
            fork = getattr(step, "fork", None)
            if fork is None:
                continue
            try:
                fork()
            except Exception as error:
                self._report(name, error)

    def _report(self, name: str, error: BaseException) -> None:
        self.counters.step_failed(name)
        if name in self._reported:
            return
        self._reported.add(name)
        # Only the type: the message of an exception raised over content may quote it.
        with contextlib.suppress(Exception):
            _logger.warning(
                "Cannot run step %s: it raised %s. The span is kept without its content; "
                "this is said once, later failures are only counted.",
                name,
                type(error).__name__,
            )


def _observe(step: Step, source: str, _: CallbackOptions) -> Iterable[Observation]:
    found = getattr(step, source)
    if not callable(found):
        return [Observation(found)]
    return [Observation(value, attributes) for value, attributes in found()]


def _masks(step: Step, resource: Mapping[str, Any] | None) -> bool:
    if step.phase is not Phase.MASK:
        return False
    masks_resource = getattr(step, "masks_resource", None)
    if resource is not None and masks_resource is not None:
        return masks_resource(resource) is True
    return getattr(step, "masks_content", True) is True


def _is_interrupt(error: BaseException) -> bool:
    """True for what may have come from outside the step.

    Signals reach the main thread only, and gevent kills greenlets of any. A step's own exit or cancellation
    would end an exporter's thread.
    """
    if isinstance(error, Exception):
        return False
    if threading.current_thread() is threading.main_thread():
        return True
    return type(error).__module__.partition(".")[0] in ("greenlet", "gevent")


def _run(
    steps: Iterable[tuple[str, Callable[[_Edited], None]]],
    edited: _Edited,
    drop: Callable[[_Edited, Iterable[str]], None],
    report: Callable[[str, BaseException], None],
) -> list[str]:
    """Run ``steps`` on ``edited``; the names of those that failed."""
    failed: list[str] = []
    for name, step in steps:
        try:
            step(edited)
        except BaseException as error:
            failed.append(name)
            drop(edited, failed)
            if _is_interrupt(error):  # it goes on its way, the half-processed content does not
                raise
            report(name, error)
    if failed:
        drop(edited, failed)
    return failed
