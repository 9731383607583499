"""Tools of loops written by hand, of which nobody opens a span: inferred when their results come back.

The application calls the model, runs the tools it asked for and sends their results with the next request.
That request tells all there is to know: the span lasts from the model's answer to the request, and has the
arguments as they were generated and the result as it was sent.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from opentelemetry.context import Context, get_current
from opentelemetry.trace import SpanKind, get_current_span
from spanwright_semconv import attributes as names
from spanwright_semconv.enums import Operation as OperationName

from .agent_figures import count_tool
from .argument_check import check_attributes
from .invocation import Invocation
from .telemetry import Telemetry
from .tool import as_text, placed, places_by_link
from .tool_exchange import ToolResult, plain_answer, read_results
from .tool_registry import ToolCall, latest_trace, registry
from .withheld import withheld
from .workflow import current_agent

logger = logging.getLogger(__name__)

#: ``false``: tools without a span of their own have none.
INFER_VARIABLE = "SPANWRIGHT_TOOL_INFERRED"

#: ``error.type`` of a result that says itself that it is an error.
TOOL_ERROR = "tool_error"


def infer_tools(telemetry: Telemetry, arguments: Mapping[str, Any]) -> None:
    """Record the tools whose results this request brings and which have no span. Never raises.

    Costs next to nothing where no answered call is waiting for its tool.
    """
    if not registry.has_pending:
        return
    try:
        if os.environ.get(INFER_VARIABLE, "true").strip().lower() == "false":
            return
        now, current = time.time_ns(), get_current()
        trace_id = get_current_span(current).get_span_context().trace_id or latest_trace()
        for result in read_results(arguments):
            known = registry.claim_result(result.name, trace_id=trace_id, call_id=result.call_id)
            if known is not None:
                _record(telemetry, known, result, current, now)
    except Exception:
        logger.debug("Cannot infer a tool's span.", exc_info=withheld())


def _record(
    telemetry: Telemetry, known: ToolCall, result: ToolResult, current: Context, ended_at: int
) -> None:
    count_tool(current, known.name, lambda: known.arguments)
    parent, links = placed(known, current, link=places_by_link(None))
    invocation = Invocation(
        telemetry,
        OperationName.EXECUTE_TOOL.value,
        known.name,
        kind=SpanKind.INTERNAL,
        attributes={
            names.GEN_AI_TOOL_NAME: known.name,
            names.GEN_AI_TOOL_TYPE: "function",
            names.GEN_AI_AGENT_NAME: current_agent(current),
            names.SPANWRIGHT_TOOL_INFERRED: True,
        },
        parent=parent,
        links=links,
        start_time=known.answered_at,
    )
    if invocation.is_recording:
        invocation.attributes[names.GEN_AI_TOOL_CALL_ID] = known.call_id
        invocation.later = partial(check_attributes, known.arguments, known.schema)
    if invocation.records_content:
        invocation.content[names.GEN_AI_TOOL_CALL_ARGUMENTS] = known.arguments
        answer = plain_answer(result.answer)
        invocation.content[names.GEN_AI_TOOL_CALL_RESULT] = None if answer is None else as_text(answer)
    if result.is_error:
        invocation.attributes[names.ERROR_TYPE] = TOOL_ERROR
    invocation.stop(end_time=max(ended_at, known.answered_at))
