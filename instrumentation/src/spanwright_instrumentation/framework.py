"""Frameworks whose tools and agents somebody else records already: then ours are not made, theirs are kept.

Most such instrumentors work by callbacks: their spans are never current, so that nothing in the context
tells of them. A tool with two spans would count as two calls.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from .emitter import choice

#: Framework -> modules of the instrumentors that record its tools and agents, read in their sources.
_INSTRUMENTORS = {
    "langchain": (
        "openinference.instrumentation.langchain",
        "openlit.instrumentation.langchain",
        "openlit.instrumentation.langgraph",
        "opentelemetry.instrumentation.genai.langchain",
        "opentelemetry.instrumentation.langchain",
    ),
    "llama-index": (
        "openinference.instrumentation.llama_index",
        "openlit.instrumentation.llamaindex",
        "opentelemetry.instrumentation.genai.llama_index",
        "opentelemetry.instrumentation.llamaindex",
    ),
    "openai-agents": (
        "openinference.instrumentation.openai_agents",
        "openlit.instrumentation.openai_agents",
        "opentelemetry.instrumentation.genai.openai_agents",
        "opentelemetry.instrumentation.openai_agents",
    ),
    "pydantic-ai": ("openlit.instrumentation.pydantic_ai",),
    "crewai": (
        "openinference.instrumentation.crewai",
        "openlit.instrumentation.crewai",
        "opentelemetry.instrumentation.crewai",
    ),
}

#: Packages of callback handlers that make spans of what they are told.
_HANDLERS = ("langfuse.", "logfire.", "openinference.", "openlit.", "opentelemetry.")


def is_recorded_by_others(framework: str, handlers: Iterable[object] = ()) -> bool:
    """Whether another instrumentor of this framework is on, and the setting does not prefer ours.

    :param handlers: those that the application has given the framework for this run.
    """
    if choice().ours_inside_frameworks:
        return False
    modules = (sys.modules.get(name) for name in _INSTRUMENTORS[framework])
    if any(_is_on(module) for module in modules if module is not None):
        return True
    return any(type(handler).__module__.startswith(_HANDLERS) for handler in handlers)


def _is_on(module: Any) -> bool:
    kinds = (value for name, value in vars(module).items() if name.endswith(("Instrumentor", "Core", "Full")))
    return any(
        getattr(getattr(kind, "_instance", None), "_is_instrumented_by_opentelemetry", False)
        for kind in kinds
    )
