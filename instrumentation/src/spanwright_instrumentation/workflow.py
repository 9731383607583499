"""A request's root (``invoke_workflow``), an agent's run (``invoke_agent``), and how the request came out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, overload

from opentelemetry.context import Context, create_key, get_current
from opentelemetry.trace import SpanKind, get_current_span
from spanwright_semconv import attributes as names
from spanwright_semconv.enums import Operation as OperationName
from spanwright_semconv.enums import Outcome
from spanwright_semconv.messages import Message, message, text

from .agent_figures import AgentFigures, with_figures
from .context import context as about
from .invocation import Invocation
from .operation import NOTHING, Call, Operation, Scope, as_json, own_telemetry
from .suppression import is_suppressed
from .telemetry import Telemetry

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

OutcomeName = Literal["success", "error", "partial", "fallback"]

_OUTCOMES = frozenset(outcome.value for outcome in Outcome)
_ROOT_KEY = create_key("spanwright-root")
_AGENT_KEY = create_key("spanwright-agent")


class WorkRun(Operation):
    """One run of a workflow or an agent, as ``with workflow(…) as run`` gives it."""

    #: What was asked and answered, for the span's messages: text, or anything JSON has a form for.
    input: object = NOTHING
    output: object = NOTHING
    #: Whether what a decorated function returns is the output.
    returns_output: bool = False
    #: What an agent has done; None for a workflow.
    figures: AgentFigures | None = None

    def fail(self, error: BaseException) -> None:
        self._describe_safely(NOTHING)
        super().fail(error)

    def _finish(self, error: BaseException | None) -> None:
        if self.is_open and self.invocation is not None and self.figures is not None:
            self.figures.finish(self.invocation.attributes)
        super()._finish(error)

    def describe_result(self, result: object, invocation: Invocation) -> None:
        if not self.records_content:
            return
        output = result if self.returns_output and self.output is NOTHING else self.output
        invocation.content[names.GEN_AI_INPUT_MESSAGES] = _messages("user", self.input)
        invocation.content[names.GEN_AI_OUTPUT_MESSAGES] = _messages("assistant", output)


class Work(Scope[WorkRun]):
    """Opens a span for each run of a workflow or an agent; made by :func:`workflow` and :func:`agent`."""

    def __init__(
        self,
        operation: OperationName,
        name: str | None,
        request: about,
        *,
        description: str | None = None,
        messages: bool = False,
        telemetry: Telemetry | None = None,
        run_class: type[WorkRun] = WorkRun,
        keys: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self._operation = operation
        self._name = name
        self._request = request
        self._description = description
        self._messages = messages
        self._telemetry = telemetry
        self._run_class = run_class
        self._keys = keys

    def unobserved(self) -> WorkRun:
        return self._run_class()

    def begin(self, call: Call | None) -> WorkRun:
        parent = self._request.applied(get_current())
        if is_suppressed(self._operation, parent):
            return self.unobserved()
        telemetry = self._telemetry or own_telemetry()
        name = self._name or (call.function.name if call else None)
        is_agent = self._operation is OperationName.INVOKE_AGENT
        figures = AgentFigures(telemetry.instruments) if is_agent else None
        invocation = Invocation(
            telemetry,
            self._operation,
            name,
            kind=SpanKind.INTERNAL,
            attributes={names.GEN_AI_AGENT_NAME if is_agent else names.GEN_AI_WORKFLOW_NAME: name},
            parent=with_figures(parent, figures) if is_agent else parent,
        )
        invocation.attributes[names.GEN_AI_AGENT_DESCRIPTION] = self._description
        keys = (*self._keys, *([_AGENT_KEY] if is_agent else ()), *(() if _root(parent) else (_ROOT_KEY,)))
        run = self._run_class(invocation, *keys)
        run.figures = figures
        if call is not None and self._messages:
            run.returns_output = True
            run.input = _question(call)
        return run


@overload
def workflow(function: F, /) -> F: ...


@overload
def workflow(
    name: str | None = None,
    /,
    *,
    session_id: str | None = None,
    user_id: str | None = None,
    conversation_id: str | None = None,
    user_name: str | None = None,
    mask: Iterable[str] = (),
    pipeline: str | None = None,
    pipeline_version: str | None = None,
    pipeline_type: str | None = None,
    messages: bool = False,
) -> Work: ...


def workflow(function_or_name: Any = None, /, *, messages: bool = False, **request: Any) -> Any:
    """Observe one request through a pipeline, as decorator with or without settings, or as context manager.

    ::

        with workflow("support_answer", session_id=session, user_id=user) as run:
            run.input = question
            run.output = answer(question)

    The span is the trace's root where nothing is above it. Session, user, conversation and pipeline are those
    of :class:`~spanwright_instrumentation.context.context` and hold for every span inside.

    :param function_or_name: the workflow's name; as decorator, default is the function's.
    :param messages: as decorator, take the function's arguments and result for the span's messages, which are
        recorded under the content policy. Default: not.
    """
    return _scope(OperationName.INVOKE_WORKFLOW, function_or_name, about(**request), None, messages)


@overload
def agent(function: F, /) -> F: ...


@overload
def agent(
    name: str | None = None,
    /,
    *,
    description: str | None = None,
    session_id: str | None = None,
    user_id: str | None = None,
    conversation_id: str | None = None,
    user_name: str | None = None,
    mask: Iterable[str] = (),
    pipeline: str | None = None,
    pipeline_version: str | None = None,
    pipeline_type: str | None = None,
    messages: bool = False,
) -> Work: ...


def agent(
    function_or_name: Any = None,
    /,
    *,
    description: str | None = None,
    messages: bool = False,
    **request: Any,
) -> Any:
    """Observe one run of an agent; as :func:`workflow`. Tools run inside carry the agent's name.

    :param description: ``gen_ai.agent.description``.
    """
    return _scope(OperationName.INVOKE_AGENT, function_or_name, about(**request), description, messages)


def set_outcome(outcome: OutcomeName) -> None:
    """Say how the current request came out: ``spanwright.outcome`` on its root span.

    The root is the outermost workflow or agent span around the caller; without one nothing happens. Where
    nobody says it, the outcome follows from the spans' errors.
    """
    if outcome not in _OUTCOMES:
        logger.warning(
            "Cannot set outcome %r: it is not one of %s. Use one of these.", outcome, sorted(_OUTCOMES)
        )
        return
    root = _root(get_current())
    if root is not None and root.invocation is not None:
        root.invocation.attributes[names.SPANWRIGHT_OUTCOME] = outcome


def current_agent(current: Context) -> str | None:
    """Name of the innermost agent running in this context."""
    run = current.get(_AGENT_KEY)
    if not isinstance(run, WorkRun) or not run.is_open or run.invocation is None:
        return None
    name: str | None = run.invocation.attributes.get(names.GEN_AI_AGENT_NAME)
    return name


def _scope(
    operation: OperationName, function_or_name: Any, request: about, description: str | None, messages: bool
) -> Any:
    function = function_or_name if callable(function_or_name) else None
    name = None if function else function_or_name
    scope = Work(operation, name, request, description=description, messages=messages)
    return scope(function) if function else scope


def _root(current: Context) -> WorkRun | None:
    """The open root of the trace that is current; a context handed to another trace keeps no root."""
    run = current.get(_ROOT_KEY)
    if not isinstance(run, WorkRun) or not run.is_open or run.invocation is None:
        return None
    trace_id = get_current_span(current).get_span_context().trace_id
    return run if run.invocation.span_context.trace_id == trace_id else None


def _messages(role: str, value: object) -> list[Message] | None:
    if value is NOTHING or value is None:
        return None
    return [message(role, [text(value if isinstance(value, str) else as_json(value))])]


def _question(call: Call) -> object:
    """A function's arguments as one message: its only text, else all of them."""
    arguments = call.arguments() or {}
    only = next(iter(arguments.values()), NOTHING) if len(arguments) < 2 else arguments
    return only if isinstance(only, str) or only is NOTHING else arguments
