"""Pydantic AI: runs of agents and their function tools, where its own tracing is not switched on.

Models are observed in the providers' SDKs, MCP servers in ``mcp``. With its own tracing (``instrument``) it
records all three itself, and nothing of this is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from ..decorator import Start
from ..framework import is_recorded_by_others
from ..instrumentor import LibraryInstrumentor, Method
from ..operation import NOTHING
from ..sdk_run import Ran, SdkRuns
from ..sdk_tool import Asked, AsyncSdkTools
from ..tool import ToolRun

_FRAMEWORK = "pydantic-ai"
#: Exceptions by which a tool speaks to the model, or waits for a person.
_RETRY, _NO_ERRORS = "ModelRetry", ("ApprovalRequired", "CallDeferred")


class _ToolRun(ToolRun):
    """A tool that may ask the model for another try."""

    def fail(self, error: BaseException) -> None:
        name = type(error).__name__
        if name in _NO_ERRORS:
            self.succeed(NOTHING)
        elif name == _RETRY:
            self.report_error(str(error))
        else:
            super().fail(error)


def read_tool(_owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Asked | None:
    """``FunctionToolset.call_tool(name, tool_args, ctx, tool)``."""
    given = dict(zip(("name", "tool_args", "ctx", "tool"), args, strict=False)) | dict(kwargs)
    context = given["ctx"]
    name = getattr(context, "_dispatched_tool_name", None) or given["name"]
    definition = getattr(given.get("tool"), "tool_def", None)
    return Asked(
        name,
        given["tool_args"],
        call_id=context.tool_call_id,
        description=getattr(definition, "description", None),
        is_recorded=is_recorded_by_others(_FRAMEWORK) or _traces_itself(getattr(context, "agent", None)),
    )


def read_run(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Ran | None:
    """``Agent.iter(user_prompt, …)``, to which every way of running an agent comes."""
    if is_recorded_by_others(_FRAMEWORK) or _traces_itself(owner):
        return None
    asked = args[0] if args else kwargs.get("user_prompt")
    return Ran(
        owner.name,
        True,
        lambda: NOTHING if asked is None else asked,
        conversation_id=kwargs.get("conversation_id"),
    )


def _traces_itself(agent: Any) -> bool:
    """Whether the framework's own spans are on: for this agent, or for all."""
    for name in ("_instrument", "instrument"):
        chosen = getattr(agent, name, None)
        if chosen is not None:
            return bool(chosen)
    return bool(getattr(type(agent), "_instrument_default", False))


def _answer(run: Any) -> Any:
    return getattr(getattr(run, "result", None), "output", NOTHING)


def observed_block(function: Callable[..., Any], start: Start) -> Callable[..., Any]:
    """A function that gives an asynchronous context manager: the run lasts as long as the block."""

    @asynccontextmanager
    async def observed(*args: Any, **kwargs: Any) -> Any:
        run = start(args, kwargs)
        run.enter()
        try:
            async with function(*args, **kwargs) as inside:
                yield inside
        except BaseException as error:
            run.leave()
            run.fail(error)
            raise
        run.leave()
        run.succeed(inside)

    return observed


class PydanticAIInstrumentor(LibraryInstrumentor):
    library = "pydantic-ai-slim"
    covers = (
        "runs of agents, function tools with retries told to the model; its own tracing, where on, is kept "
        "instead"
    )
    methods = (
        Method("pydantic_ai.agent", "Agent.iter", SdkRuns(read_run, observed_block, _answer)),
        Method(
            "pydantic_ai.toolsets.function", "FunctionToolset.call_tool", AsyncSdkTools(read_tool, _ToolRun)
        ),
    )
