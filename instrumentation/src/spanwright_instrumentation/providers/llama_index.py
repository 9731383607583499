"""LlamaIndex: tools as its agents run them, and runs of agents and workflows.

Models are observed in the providers' SDKs, retrievers in ``llama_index_retrievers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..framework import is_recorded_by_others
from ..instrumentor import LibraryInstrumentor, Method
from ..operation import NOTHING, Described
from ..operation import Call as FunctionCall
from ..sdk_run import Ran, SdkRuns, observed_task
from ..sdk_tool import Asked, AsyncSdkTools, SdkTools
from ..tool import ToolRun

_FRAMEWORK = "llama-index"
_TOOLS = "llama_index.core.tools"
#: Base class of agents; anything else that runs as a workflow is one.
_AGENT = "BaseWorkflowAgent"


class _ToolRun(ToolRun):
    """A tool whose output says itself whether it is an error."""

    def succeed(self, result: object) -> None:
        if getattr(result, "is_error", False) is True:
            self.report_error(str(getattr(result, "content", "")))
        else:
            super().succeed(getattr(result, "raw_output", result))


def read_tool(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Asked | None:
    """``FunctionTool.call(…)`` and its like: the arguments are those of the function."""
    metadata = owner.metadata
    function = getattr(owner, "_real_fn", None) or getattr(owner, "_fn", None)
    return Asked(
        metadata.get_name(),
        _arguments(owner, function, args, kwargs),
        description=metadata.description or None,
        is_recorded=is_recorded_by_others(_FRAMEWORK),
    )


def _arguments(owner: Any, function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """By name, without the context of the workflow that the framework adds."""
    named: Any = dict(kwargs)
    if args and function is not None:
        named = FunctionCall(Described.of(function), args, kwargs).arguments()
    elif args:
        named = {"input": args[0], **kwargs}
    added = getattr(owner, "ctx_param_name", None)
    return {key: value for key, value in (named or {}).items() if key != added}


def read_run(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Ran | None:
    """``Workflow.run(ctx, start_event, **of the start event)``, to which agents' own ``run`` comes."""
    if is_recorded_by_others(_FRAMEWORK):
        return None
    kind = type(owner)
    if not any(each.__name__ == _AGENT for each in kind.__mro__):
        return Ran(kind.__name__, False, lambda: _question(args, kwargs))
    return Ran(owner.name, True, lambda: _question(args, kwargs), description=owner.description or None)


def _question(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    event = kwargs.get("start_event") or (args[1] if len(args) > 1 else None)
    told = event.model_dump(exclude_none=True) if event is not None else dict(kwargs)
    asked = told.get("user_msg")
    if asked is None:
        return {key: value for key, value in told.items() if key not in ("ctx", "memory")} or NOTHING
    return getattr(asked, "content", None) or asked


def _answer(result: Any) -> Any:
    """An agent's last message, or whatever a workflow gives."""
    answer = getattr(result, "result", None) or result
    content = getattr(getattr(answer, "response", None), "content", None)
    return answer if content is None else content


def _tools(kind: str) -> tuple[Method, Method]:
    return (
        Method(_TOOLS, f"{kind}.call", SdkTools(read_tool, _ToolRun)),
        Method(_TOOLS, f"{kind}.acall", AsyncSdkTools(read_tool, _ToolRun)),
    )


class LlamaIndexInstrumentor(LibraryInstrumentor):
    library = "llama-index-core"
    covers = (
        "tools (functions, query engines, retrievers), runs of agents and workflows; not where another "
        "instrumentor of LlamaIndex is on"
    )
    methods = (
        *_tools("FunctionTool"),
        *_tools("QueryEngineTool"),
        *_tools("RetrieverTool"),
        Method("workflows.workflow", "Workflow.run", SdkRuns(read_run, observed_task, _answer)),
    )
