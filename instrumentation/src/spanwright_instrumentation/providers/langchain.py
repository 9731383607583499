"""LangChain: tools as its agents and LangGraph's run them, whatever they are made of.

Models are observed in the providers' SDKs, retrievers in ``langchain_retrievers``, agents in ``langgraph``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..framework import is_recorded_by_others
from ..instrumentor import LibraryInstrumentor, Method
from ..langchain_message import answer_of, is_control_flow
from ..operation import NOTHING
from ..sdk_tool import Asked, AsyncSdkTools, SdkTools
from ..tool import ToolRun
from ..tool_registry import latest_trace, registry


class _Run(ToolRun):
    """A tool whose result may be a message that says itself whether it is an error."""

    def succeed(self, result: object) -> None:
        if getattr(result, "status", None) == "error":
            self.report_error(str(answer_of(result)))
        else:
            super().succeed(answer_of(result))

    def fail(self, error: BaseException) -> None:
        if is_control_flow(error):
            self.succeed(NOTHING)
        else:
            super().fail(error)


def read_tool(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Asked | None:
    """``BaseTool.run(tool_input, …, tool_call_id=…)``."""
    if is_recorded_by_others("langchain", handlers_of(kwargs.get("callbacks"))):
        # The other's span is the call's: none is to be inferred when its result comes back.
        registry.claim(owner.name, trace_id=latest_trace(), call_id=kwargs.get("tool_call_id"))
        return None
    given = args[0] if args else kwargs.get("tool_input")
    return Asked(
        owner.name,
        _without_injected(owner, given),
        call_id=kwargs.get("tool_call_id"),
        description=owner.description or None,
        is_recorded=is_recorded_by_others("langchain", handlers_of(kwargs.get("callbacks"))),
    )


def handlers_of(callbacks: Any) -> Iterable[object]:
    """Callback handlers in what the application has given: a list of them, or their manager."""
    found = getattr(callbacks, "handlers", callbacks)
    return found if isinstance(found, (list, tuple)) else ()


def _without_injected(owner: Any, given: Any) -> Any:
    """What the model may have written, without the state, the store, the runtime that a graph adds."""
    if not isinstance(given, dict):
        return given
    leave_out = getattr(owner, "_filter_injected_args", None)
    if leave_out is not None:
        return leave_out(given)
    known = owner.tool_call_schema.model_json_schema().get("properties", {})
    return {key: value for key, value in given.items() if key in known}


class LangChainInstrumentor(LibraryInstrumentor):
    library = "langchain-core"
    covers = (
        "tools of any kind (`@tool`, MCP adapters, toolkits), run by `create_agent`, `ToolNode` or by hand; "
        "not where another instrumentor of LangChain is on"
    )
    methods = (
        Method("langchain_core.tools.base", "BaseTool.run", SdkTools(read_tool, _Run)),
        Method("langchain_core.tools.base", "BaseTool.arun", AsyncSdkTools(read_tool, _Run)),
    )
