"""What one run of an agent has done: its steps, its tool calls, and how often it has made the same one."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

from opentelemetry.context import Context, create_key, set_value
from spanwright_semconv import attributes as names
from spanwright_semconv import metrics

from .content import to_json
from .instruments import Instruments, dimensions
from .withheld import withheld

logger = logging.getLogger(__name__)

#: Different tool calls of a run that are told apart at most.
MAX_DIFFERENT_CALLS = 1_000

_KEY = create_key("spanwright-agent-figures")


class AgentFigures:
    """Counted while the agent runs, in whichever threads its tools do."""

    __slots__ = ("_by_call", "_inference_calls", "_instruments", "_lock", "_most", "_steps", "_tool_calls")

    def __init__(self, instruments: Instruments) -> None:
        self._instruments = instruments
        self._inference_calls = self._steps = self._tool_calls = 0
        self._by_call: dict[int, int] = {}
        self._most = (0, "")
        self._lock = threading.Lock()

    def inferred(self, *, failed: bool) -> None:
        """A model was asked."""
        with self._lock:
            self._inference_calls += 1
            self._steps += not failed

    def called(self, tool: str, arguments: object) -> None:
        """A tool was called with these arguments: JSON text, or any value."""
        # Only the hash stays: what the model wrote is content, and may be long.
        call = hash((tool, canonical(arguments)))
        with self._lock:
            self._tool_calls += 1
            if call in self._by_call or len(self._by_call) < MAX_DIFFERENT_CALLS:
                times = self._by_call[call] = self._by_call.get(call, 0) + 1
                self._most = max(self._most, (times, tool), key=lambda each: each[0])

    def finish(self, attributes: dict[str, Any]) -> None:
        """The run is over: put the figures among its span's attributes, and record its metrics."""
        times, tool = self._most
        attributes[names.SPANWRIGHT_AGENT_STEPS] = self._steps
        attributes[names.SPANWRIGHT_AGENT_TOOL_CALLS] = self._tool_calls
        attributes[names.SPANWRIGHT_AGENT_REPEATED_TOOL_CALLS] = times or None
        attributes[names.SPANWRIGHT_AGENT_REPEATED_TOOL_NAME] = tool if times > 1 else None
        for definition, value in (
            (metrics.GEN_AI_INVOKE_AGENT_INFERENCE_CALLS, self._inference_calls),
            (metrics.GEN_AI_INVOKE_AGENT_TOOL_CALLS, self._tool_calls),
        ):
            self._instruments.record(definition, value, dimensions(definition, attributes))


def with_figures(context: Context, figures: AgentFigures | None) -> Context:
    """The context, in which calls count for these; None: for nobody."""
    return set_value(_KEY, figures, context)


def figures_of(context: Context) -> AgentFigures | None:
    """Those of the innermost agent in this context."""
    found = context.get(_KEY)
    return found if isinstance(found, AgentFigures) else None


def count_tool(context: Context, tool: str, arguments: Callable[[], object]) -> None:
    """A tool is called in this context; its arguments are asked for only inside an agent."""
    figures = figures_of(context)
    if figures is not None:
        figures.called(tool, _read(arguments))


def _read(arguments: Callable[[], object]) -> object:
    try:
        return arguments()
    except Exception:
        logger.debug("Cannot read a tool's arguments.", exc_info=withheld())
        return None


def canonical(arguments: object) -> str:
    """The same text for arguments that are equal as JSON values; what cannot be told is equal to itself."""
    try:
        text = arguments if isinstance(arguments, str) else to_json(arguments)
        return json.dumps(json.loads(text or "{}"), sort_keys=True)
    except Exception:
        return arguments if isinstance(arguments, str) else f"{type(arguments).__qualname__} {id(arguments)}"
