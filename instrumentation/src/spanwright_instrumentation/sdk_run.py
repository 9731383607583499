"""Agents and workflows that a framework runs, with spans as for those told by hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from opentelemetry.context import create_key, get_current
from spanwright_semconv import attributes as names
from spanwright_semconv.enums import Operation as OperationName

from .context import context as about
from .context import context_attributes
from .decorator import Run, Start, Unobserved
from .operation import NOTHING
from .telemetry import Telemetry
from .withheld import withheld
from .workflow import Work, WorkRun

logger = logging.getLogger(__name__)

_RUN_KEY = create_key("spanwright-framework-run")

#: Where frameworks' handles of a run in the background keep the task it ends with.
_TASKS = ("_result_task", "run_loop_task", "_run_impl_task")


class Ran(NamedTuple):
    """What is about to run.

    :param is_agent: ``invoke_agent``; else ``invoke_workflow``.
    :param question: gives what it was asked, text or anything JSON has a form for; asked for only where
        content is recorded.
    :param conversation_id: the framework's own name of the dialogue; what the application says goes before.
    """

    name: str | None
    is_agent: bool
    question: Callable[[], object] = lambda: NOTHING
    description: str | None = None
    conversation_id: str | None = None


class SdkRun(WorkRun):
    """A run of the framework's ``owner``, an agent or a graph."""

    owner: object = None
    #: Whether the next method of the same owner, called inside, is this very run.
    adopts: bool = False
    #: Gives the answer out of what the method returned, or the last item of its stream.
    read_answer: Callable[[Any], object] = staticmethod(lambda result: result)

    def yielded(self, item: object) -> None:
        """Only the last is kept, as it is: the framework's items repeat one another."""
        self._items = [item]

    def succeed(self, result: object) -> None:
        if self._items:
            result, self._items = self._items[-1], []
        try:
            if self.records_content and result is not NOTHING and result is not None:
                self.output = self.read_answer(result)
        except Exception:
            logger.debug("Cannot read an agent's answer.", exc_info=withheld())
        super().succeed(NOTHING)


#: What a method is about to run, from its object, positional and keyword arguments; None where it is not to
#: be observed.
ReadRun = Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Ran | None]


@dataclass(frozen=True, slots=True)
class SdkRuns:
    """Calls of a framework's method that runs an agent or a workflow.

    :param form: ``observed_plain`` and its like in :mod:`~spanwright_instrumentation.decorator`.
    :param calls_another: whether the method does its work by calling another one of those observed.
    """

    read: ReadRun
    form: Callable[..., Any]
    read_answer: Callable[[Any], object]
    run_class: type[SdkRun] = SdkRun
    calls_another: bool = False

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        def start(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Run:
            try:
                return self._begun(telemetry, owner, args, kwargs)
            except Exception:
                logger.debug("Cannot observe an agent.", exc_info=withheld())
                return Unobserved()

        return self.form(wrapped, start)(*args, **kwargs)

    def _begun(
        self, telemetry: Telemetry, owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Run:
        outer = get_current().get(_RUN_KEY)
        if isinstance(outer, SdkRun) and outer.owner is owner and outer.adopts:
            outer.adopts = False
            return Unobserved()
        ran = self.read(owner, args, kwargs)
        return Unobserved() if ran is None else self._opened(telemetry, owner, ran)

    def _opened(self, telemetry: Telemetry, owner: Any, ran: Ran) -> Run:
        said = context_attributes().get(names.GEN_AI_CONVERSATION_ID)
        scope = Work(
            OperationName.INVOKE_AGENT if ran.is_agent else OperationName.INVOKE_WORKFLOW,
            ran.name,
            about(conversation_id=said or ran.conversation_id),
            description=ran.description,
            telemetry=telemetry,
            run_class=self.run_class,
            keys=(_RUN_KEY,),
        )
        run = scope.begin_safely(None)
        if isinstance(run, SdkRun):
            run.owner, run.adopts, run.read_answer = owner, self.calls_another, self.read_answer
            if run.records_content:
                run.input = ran.question()
        return run


def observed_task(function: Callable[..., Any], start: Start) -> Callable[..., Any]:
    """A function that begins a run in the background and gives a handle of it; the run ends with its task."""

    def observed(*args: Any, **kwargs: Any) -> Any:
        run = start(args, kwargs)
        run.enter()
        try:
            handle = function(*args, **kwargs)
        except BaseException as error:
            run.leave()
            run.fail(error)
            raise
        run.leave()
        _end_with(handle, run)
        return handle

    return observed


def _end_with(handle: Any, run: Run) -> None:
    held = (handle, *(getattr(handle, name, None) for name in _TASKS))
    task = next((each for each in held if isinstance(each, asyncio.Future)), None)
    if task is None:
        run.succeed(NOTHING)
    else:
        task.add_done_callback(lambda done: _ended(done, handle, run))


def _ended(done: asyncio.Future[Any], handle: Any, run: Run) -> None:
    if done.cancelled():
        run.fail(asyncio.CancelledError())
        return
    error = done.exception()
    if error is not None:
        run.fail(error)
    else:
        result = done.result()
        run.succeed(handle if result is None else result)
