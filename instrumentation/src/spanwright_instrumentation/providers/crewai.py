"""CrewAI: runs of crews, of each agent at its task, and the tools they use.

Models are observed in the providers' SDKs or in LiteLLM. What CrewAI itself reports of its use goes elsewhere
by a provider of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from ..decorator import observed_coroutine, observed_plain
from ..framework import is_recorded_by_others
from ..instrumentor import LibraryInstrumentor, Method
from ..operation import NOTHING, Described
from ..operation import Call as FunctionCall
from ..sdk_run import Ran, SdkRuns
from ..sdk_tool import Asked, AsyncSdkTools, SdkTools
from ..tool import ToolRun

_FRAMEWORK = "crewai"
_NAMES = "crewai.utilities.string_utils"


def read_tool(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Asked:
    """``BaseTool.run(**arguments)``: the arguments are those of the tool's function."""
    function = getattr(owner, "func", None)
    named: Any = dict(kwargs)
    if args and function is not None:
        named = FunctionCall(Described.of(function), args, kwargs).arguments()
    elif args:
        named = {"input": args[0], **kwargs}
    return _asked(owner, named)


def read_structured(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Asked:
    """``CrewStructuredTool.invoke(input, …)``, for models whose tool calls are text."""
    return _asked(owner, args[0] if args else kwargs.get("input"))


def _asked(owner: Any, arguments: Any) -> Asked:
    return Asked(
        _name(owner.name),
        arguments,
        description=_description(owner),
        is_recorded=is_recorded_by_others(_FRAMEWORK),
    )


def _name(given: str) -> str:
    """As the model is told it."""
    made = getattr(sys.modules.get(_NAMES), "sanitize_tool_name", None)
    return str(made(given)) if made else given


def _description(owner: Any) -> str | None:
    """The author's own, without the name and the arguments that the framework puts before it."""
    told = str(getattr(owner, "description", "") or "")
    return told.rpartition("Tool Description: ")[2].strip() or None


def read_task(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Ran | None:
    """``Agent.execute_task(task, …)``: an agent at one task."""
    if is_recorded_by_others(_FRAMEWORK):
        return None
    task = args[0] if args else kwargs.get("task")
    return Ran(str(owner.role).strip(), True, lambda: getattr(task, "description", NOTHING))


def read_crew(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Ran | None:
    """``Crew.kickoff(inputs, …)``; a streaming one calls itself without streaming."""
    if is_recorded_by_others(_FRAMEWORK) or getattr(owner, "stream", False):
        return None
    inputs = args[0] if args else kwargs.get("inputs")
    return Ran(owner.name or "crew", False, lambda: inputs or NOTHING)


def _answer(result: Any) -> Any:
    return getattr(result, "raw", result)


def _tools(kind: str) -> tuple[Method, Method]:
    return (
        Method("crewai.tools.base_tool", f"{kind}.run", SdkTools(read_tool, ToolRun)),
        Method("crewai.tools.base_tool", f"{kind}.arun", AsyncSdkTools(read_tool, ToolRun), is_optional=True),
    )


class CrewAIInstrumentor(LibraryInstrumentor):
    library = "crewai"
    covers = (
        "runs of crews, of each agent at its task, and tools, for models with and without tool calls; not "
        "where another instrumentor of CrewAI is on"
    )
    methods = (
        *_tools("BaseTool"),
        *_tools("Tool"),
        Method(
            "crewai.tools.structured_tool", "CrewStructuredTool.invoke", SdkTools(read_structured, ToolRun)
        ),
        Method(
            "crewai.tools.structured_tool",
            "CrewStructuredTool.ainvoke",
            AsyncSdkTools(read_structured, ToolRun),
        ),
        Method("crewai.agent.core", "Agent.execute_task", SdkRuns(read_task, observed_plain, _answer)),
        Method(
            "crewai.agent.core",
            "Agent.aexecute_task",
            SdkRuns(read_task, observed_coroutine, _answer),
            is_optional=True,
        ),
        Method("crewai.crew", "Crew.kickoff", SdkRuns(read_crew, observed_plain, _answer)),
        Method(
            "crewai.crew", "Crew.akickoff", SdkRuns(read_crew, observed_coroutine, _answer), is_optional=True
        ),
    )
