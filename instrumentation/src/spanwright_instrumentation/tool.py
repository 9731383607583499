"""Tools written by hand as ``execute_tool`` spans, under the model call that asked for them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeVar, overload

from opentelemetry.context import Context, create_key, get_current
from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, get_current_span, set_span_in_context
from spanwright_semconv import attributes as names
from spanwright_semconv.enums import Operation as OperationName

from .agent_figures import count_tool, with_figures
from .argument_check import check_attributes
from .invocation import Invocation
from .operation import NOTHING, Call, Operation, Scope, as_json, own_telemetry
from .suppression import is_suppressed
from .telemetry import Telemetry
from .tool_registry import ToolCall, registry
from .workflow import current_agent

F = TypeVar("F", bound=Callable[..., Any])

#: ``model`` (default): a tool's span is a child of the model call that asked for it. ``link``: it stays
#: under the current span, beside the model call, with a span link to it.
PARENT_VARIABLE = "SPANWRIGHT_TOOL_PARENT"
ToolParent = Literal["model", "link"]

_EXECUTE_TOOL = OperationName.EXECUTE_TOOL.value
_RUN_KEY = create_key("spanwright-tool")


class ToolError(Exception):
    """Stands for an error that a tool told to the model instead of raising it; never raised itself."""


class ToolRun(Operation):
    """One run of a tool, as ``with tool(…) as run`` gives it."""

    #: What the tool answered: text, or anything JSON has a form for.
    result: object = NOTHING
    #: Whether a decorated function of the same name, called inside, is this run's own work.
    adopts: bool = False

    def report_error(self, error: BaseException | str) -> None:
        """The tool's answer is an error that was caught, or told to the model as text. The span ends here."""
        if self.invocation is None:
            return
        if isinstance(error, str):
            self.invocation.attributes[names.ERROR_TYPE] = "tool_error"
            self.result = error if self.result is NOTHING else self.result
            error = ToolError(error)
        self._describe_safely(NOTHING)
        self.invocation.fail(error)

    def describe_result(self, result: object, invocation: Invocation) -> None:
        answer = self.result if result is NOTHING else result
        if answer is not NOTHING and self.records_content:
            invocation.content[names.GEN_AI_TOOL_CALL_RESULT] = as_text(answer)


class _AdoptedRun(ToolRun):
    """A decorated function called inside ``with tool(…)`` of the same name: one tool, one span."""

    def __init__(self, outer: ToolRun) -> None:
        super().__init__()
        self._outer = outer

    def succeed(self, result: object) -> None:
        if self._outer.result is NOTHING:
            self._outer.result = result


class Tool(Scope[ToolRun]):
    """Opens a span for each run of a tool; made by :func:`tool`, and for tools that an SDK runs."""

    def __init__(
        self,
        name: str | None,
        *,
        version: str | None = None,
        description: str | None = None,
        kind: str = "function",
        call_id: str | None = None,
        arguments: object = None,
        parent: ToolParent | None = None,
        telemetry: Telemetry | None = None,
        otherwise_in_trace: int = 0,
        run_class: type[ToolRun] = ToolRun,
    ) -> None:
        super().__init__()
        self._name = name
        self._version = version
        self._description = description
        self._kind = kind
        self._call_id = call_id
        self._arguments = arguments
        self._parent = parent
        self._telemetry = telemetry
        self._otherwise_in_trace = otherwise_in_trace
        self._run_class = run_class

    def unobserved(self) -> ToolRun:
        return ToolRun()

    def begin(self, call: Call | None) -> ToolRun:
        current = get_current()
        if is_suppressed(_EXECUTE_TOOL, current):
            return ToolRun()
        name = self._name or (call.function.name if call else "tool")
        outer = current.get(_RUN_KEY)
        if call is not None and isinstance(outer, ToolRun) and _adopts(outer, name):
            return self._adopted(outer, call)
        known = registry.claim(
            name,
            trace_id=get_current_span(current).get_span_context().trace_id or self._otherwise_in_trace,
            call_id=self._call_id,
            arguments=lambda: argument_forms(self._given(call)),
        )
        run = self._run_class(self._invocation(name, known, current), _RUN_KEY)
        run.adopts = call is None
        self._describe(run, call, known)
        count_tool(current, name, lambda: known.arguments if known else self._given(call))
        return run

    def _adopted(self, outer: ToolRun, call: Call) -> ToolRun:
        outer.adopts = False
        if outer.invocation is not None:
            for key, value in self._about(call).items():
                outer.invocation.attributes[key] = outer.invocation.attributes.get(key) or value
        return _AdoptedRun(outer)

    def _invocation(self, name: str, known: ToolCall | None, current: Context) -> Invocation:
        parent, links = placed(known, current, link=places_by_link(self._parent))
        return Invocation(
            self._telemetry or own_telemetry(),
            _EXECUTE_TOOL,
            name,
            kind=SpanKind.INTERNAL,
            attributes={
                names.GEN_AI_TOOL_NAME: name,
                names.GEN_AI_TOOL_TYPE: self._kind,
                names.GEN_AI_AGENT_NAME: current_agent(current),
            },
            # What a tool does inside is its own business, not a step of the agent.
            parent=with_figures(parent, None),
            links=links,
        )

    def _describe(self, run: ToolRun, call: Call | None, known: ToolCall | None) -> None:
        invocation = run.invocation
        if invocation is None or not invocation.is_recording:
            return
        generated = known.arguments if known else self._arguments
        invocation.attributes.update(self._about(call))
        invocation.attributes[names.GEN_AI_TOOL_CALL_ID] = self._call_id or (known.call_id if known else None)
        invocation.later = partial(check_attributes, generated, known.schema if known else None)
        if invocation.records_content:
            exact = generated if isinstance(generated, str) else self._given(call)
            invocation.content[names.GEN_AI_TOOL_CALL_ARGUMENTS] = None if exact is None else as_text(exact)

    def _about(self, call: Call | None) -> dict[str, str | None]:
        return {
            names.GEN_AI_TOOL_DESCRIPTION: self._description or (call.function.summary if call else None),
            names.SPANWRIGHT_TOOL_VERSION: self._version,
        }

    def _given(self, call: Call | None) -> object:
        """The arguments as the application passes them, None if unknown."""
        return self._arguments if call is None else call.arguments()


@overload
def tool(function: F, /) -> F: ...


@overload
def tool(
    name: str | None = None,
    /,
    *,
    version: str | None = None,
    description: str | None = None,
    type: str = "function",
    call_id: str | None = None,
    arguments: object = None,
    parent: ToolParent | None = None,
) -> Tool: ...


def tool(
    function_or_name: Any = None,
    /,
    *,
    version: str | None = None,
    description: str | None = None,
    type: str = "function",
    call_id: str | None = None,
    arguments: object = None,
    parent: ToolParent | None = None,
) -> Any:
    """Observe a tool: as decorator with or without settings, or as context manager around its code.

    ::

        @tool
        def lookup_order(order_id: str) -> dict[str, str]: ...

        with tool("lookup_order", call_id=call.id, arguments=call.function.arguments) as run:
            run.result = look_up(**json.loads(call.function.arguments))

    The span is a child of the model call that asked for the tool, although that has ended. It is found by the
    tool-call id, else by tool name and arguments within the current trace. Arguments and result are recorded
    under the content policy, the arguments exactly as the model generated them where it is known.

    :param function_or_name: the tool's name; as decorator, default is the function's.
    :param version: ``spanwright.tool.version``.
    :param description: default is the first line of the function's documentation.
    :param type: ``function`` (default), ``extension`` or ``datastore``.
    :param call_id: id of the model's tool call.
    :param arguments: the arguments: JSON text as the model generated it, or any value.
    :param parent: ``model`` or ``link``; default is the setting ``SPANWRIGHT_TOOL_PARENT``, else ``model``.
    """
    function = function_or_name if callable(function_or_name) else None
    scope = Tool(
        None if function else function_or_name,
        version=version,
        description=description,
        kind=type,
        call_id=call_id,
        arguments=arguments,
        parent=parent,
    )
    return scope(function) if function else scope


def _adopts(outer: ToolRun, name: str) -> bool:
    invocation = outer.invocation
    return (
        outer.adopts and invocation is not None and invocation.attributes.get(names.GEN_AI_TOOL_NAME) == name
    )


def places_by_link(parent: ToolParent | None) -> bool:
    """Whether tools stand beside the model call; ``parent`` is what the application says, None nothing."""
    return (parent or os.environ.get(PARENT_VARIABLE, "model").strip().lower()) == "link"


def placed(known: ToolCall | None, current: Context, *, link: bool) -> tuple[Context, list[Link]]:
    """The context to start the span in, and its links."""
    if known is None:
        return current, []
    if link:
        return current, [Link(known.model_span)]
    caller = get_current_span(current).get_span_context()
    elsewhere = caller.is_valid and caller.trace_id != known.model_span.trace_id
    parent = set_span_in_context(NonRecordingSpan(known.model_span), current)
    return parent, [Link(caller)] if elsewhere else []


def as_text(value: object) -> str:
    """Text as it is, anything else as JSON."""
    return value if isinstance(value, str) else as_json(value)


def argument_forms(given: object) -> list[object]:
    """What the model's arguments may have looked like for a tool that is run with these.

    As they are, or, where the tool takes one parameter for all, that one's value: a model, a mapping, JSON
    text.
    """
    value = _parsed(as_text(given))
    forms = [value]
    if isinstance(value, dict) and len(value) == 1:
        only = next(iter(value.values()))
        forms.append(_parsed(only) if isinstance(only, str) else only)
    return forms


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
