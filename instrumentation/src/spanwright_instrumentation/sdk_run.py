"""Agents and workflows that a framework runs, with spans as for those told by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from opentelemetry.context import create_key, get_current
from spanwright_semconv import attributes as names
from spanwright_semconv.enums import Operation as OperationName

from .context import context as about
from .context import context_attributes
from .decorator import Run, Unobserved
from .operation import NOTHING
from .telemetry import Telemetry
from .withheld import withheld
from .workflow import Work, WorkRun

logger = logging.getLogger(__name__)

_RUN_KEY = create_key("spanwright-framework-run")


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
    adopts: bool = True
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
    """

    read: ReadRun
    form: Callable[..., Any]
    read_answer: Callable[[Any], object]
    run_class: type[SdkRun] = SdkRun

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
            run.owner, run.read_answer = owner, self.read_answer
            if run.records_content:
                run.input = ran.question()
        return run
