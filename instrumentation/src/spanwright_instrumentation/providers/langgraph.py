"""LangGraph: each run of a compiled graph, also one inside another's node or tool.

A graph that calls tools in a node of its own is an agent, any other a workflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..decorator import observed_async_generator, observed_coroutine, observed_generator, observed_plain
from ..framework import is_recorded_by_others
from ..instrumentor import LibraryInstrumentor, Method
from ..langchain_message import is_control_flow, last_text
from ..operation import NOTHING
from ..sdk_run import Ran, SdkRun, SdkRuns
from .langchain import handlers_of

_MODULE = "langgraph.pregel"
#: Name of graphs that were given none.
_UNNAMED = "LangGraph"
#: What LangChain's ``create_agent`` writes into a graph's metadata.
_AGENT_MARKS = ("lc_agent_name", "langchain_create_agent")


class _Run(SdkRun):
    """One that may stop for a person, and go on in another run."""

    def fail(self, error: BaseException) -> None:
        if is_control_flow(error):
            self.succeed(NOTHING)
        else:
            super().fail(error)


def read_run(owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Ran | None:
    """``Pregel.invoke(input, config, …)`` and its like."""
    config = (args[1] if len(args) > 1 else kwargs.get("config")) or {}
    if is_recorded_by_others("langchain", handlers_of(config.get("callbacks"))):
        return None
    thread = (config.get("configurable") or {}).get("thread_id")
    asked = args[0] if args else kwargs.get("input")
    return Ran(
        _name(owner, config),
        _is_agent(owner),
        question=lambda: _question(asked),
        conversation_id=None if thread is None else str(thread),
    )


def _name(graph: Any, config: Mapping[str, Any]) -> str | None:
    """As it was compiled or is run; of an unnamed one in a node, the node's."""
    name = config.get("run_name") or graph.name
    if name != _UNNAMED:
        return str(name)
    node = (config.get("metadata") or {}).get("langgraph_node")
    return str(node) if node else None


def _is_agent(graph: Any) -> bool:
    metadata = (graph.config or {}).get("metadata") or {}
    if any(mark in metadata or mark in metadata.values() for mark in _AGENT_MARKS):
        return True
    return any(_is_tool_node(getattr(node, "bound", None)) for node in graph.nodes.values())


def _is_tool_node(bound: object) -> bool:
    return any(kind.__name__ == "ToolNode" for kind in type(bound).__mro__)


def _question(asked: Any) -> Any:
    found = last_text(asked)
    return asked if found is NOTHING and asked is not None else found


def _runs(form: Any, *, calls_another: bool = False) -> SdkRuns:
    return SdkRuns(read_run, form, last_text, _Run, calls_another)


class LangGraphInstrumentor(LibraryInstrumentor):
    library = "langgraph"
    covers = (
        "runs of graphs as agents or workflows, plain and streamed, sub-graphs and recursion too; steps, "
        "repeated tool calls; the thread as conversation"
    )
    methods = (
        Method(_MODULE, "Pregel.invoke", _runs(observed_plain, calls_another=True)),
        Method(_MODULE, "Pregel.ainvoke", _runs(observed_coroutine, calls_another=True)),
        Method(_MODULE, "Pregel.stream", _runs(observed_generator)),
        Method(_MODULE, "Pregel.astream", _runs(observed_async_generator)),
    )
