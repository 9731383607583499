"""OpenAI's Agents SDK: runs of agents, and the function tools they call. It has no spans of OpenTelemetry's.

Models are observed in OpenAI's SDK, MCP servers in ``mcp``. A hand-over is a tool call to the model; what the
next agent does stands in the same run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.trace import get_current_span
from spanwright_semconv import attributes as names

from ..decorator import observed_coroutine
from ..framework import is_recorded_by_others
from ..instrumentor import LibraryInstrumentor, Method
from ..sdk_run import Ran, SdkRuns, observed_task
from ..sdk_tool import Asked, AsyncSdkTools
from ..tool import ToolRun

_FRAMEWORK = "openai-agents"


class _ToolRun(ToolRun):
    """A tool whose answer may be an error that the SDK tells the model; before 0.19 it does not say so."""

    def succeed(self, result: object) -> None:
        answer = getattr(result, "output", result)
        if getattr(result, "is_sdk_generated_error", False) is True:
            self.report_error(str(answer))
        else:
            super().succeed(answer)


def read_tool(_owner: Any, _args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Asked | None:
    """``invoke_function_tool(*, function_tool, context, arguments)``, and what it calls itself."""
    call_id = getattr(kwargs["context"], "tool_call_id", None)
    current = getattr(get_current_span(), "attributes", None) or {}
    if call_id and current.get(names.GEN_AI_TOOL_CALL_ID) == call_id and _is_tool(current):
        return None
    tool = kwargs["function_tool"]
    return Asked(
        tool.name,
        kwargs.get("arguments"),
        call_id=call_id,
        description=getattr(tool, "description", None),
        is_recorded=is_recorded_by_others(_FRAMEWORK),
    )


def _is_tool(told: Mapping[str, Any]) -> bool:
    return told.get(names.GEN_AI_TOOL_NAME) is not None


def read_run(_owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Ran | None:
    """``AgentRunner.run(starting_agent, input, …, run_config=…)``."""
    if is_recorded_by_others(_FRAMEWORK):
        return None
    agent = args[0] if args else kwargs["starting_agent"]
    asked = args[1] if len(args) > 1 else kwargs.get("input")
    conversation = getattr(kwargs.get("run_config"), "group_id", None) or kwargs.get("conversation_id")
    return Ran(
        agent.name,
        True,
        lambda: _question(asked),
        description=getattr(agent, "handoff_description", None),
        conversation_id=conversation,
    )


def _question(asked: Any) -> Any:
    """The last of the messages that the run begins with."""
    if isinstance(asked, str) or not isinstance(asked, Sequence) or not asked:
        return asked
    last = asked[-1]
    return last.get("content", last) if isinstance(last, Mapping) else last


def _answer(result: Any) -> Any:
    return getattr(result, "final_output", result)


_TOOLS = AsyncSdkTools(read_tool, _ToolRun)


class OpenAIAgentsInstrumentor(LibraryInstrumentor):
    library = "openai-agents"
    covers = (
        "runs of agents, plain and streamed, agents as tools; function tools with the model's arguments; not "
        "where another instrumentor of the SDK is on"
    )
    methods = (
        Method("agents.run", "AgentRunner.run", SdkRuns(read_run, observed_coroutine, _answer)),
        Method("agents.run", "AgentRunner.run_streamed", SdkRuns(read_run, observed_task, _answer)),
        Method("agents.tool", "_invoke_function_tool_with_metadata", _TOOLS, is_optional=True),
        Method("agents.tool", "invoke_function_tool", _TOOLS),
        # The names by which the SDK itself knows them, where it was imported before.
        Method(
            "agents.run_internal.tool_execution",
            "_invoke_function_tool_with_metadata",
            _TOOLS,
            is_optional=True,
        ),
        Method("agents.run_internal.tool_execution", "invoke_function_tool", _TOOLS, is_optional=True),
        Method("agents.realtime.session", "invoke_function_tool", _TOOLS, is_optional=True),
    )
