"""Tool calls that several spans tell of."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors.rollup.tool_chain import NO_CHAIN, Calls, joined
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.roll_up import RollUp
from support.editable import editable_span

TRACE = "spanwright.trace."
ERROR = StatusCode.ERROR


def span(span_id: int, parent: int | None, operation: str | None = None, tool: str = "", **more: Any) -> Any:
    attributes: dict[str, Any] = {"gen_ai.operation.name": operation} if operation else {}
    if tool:
        attributes |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
    return editable_span(attributes, span_id=span_id, parent=parent, **more)


def root_after(*order: EditableSpan) -> dict[str, Any]:
    step = RollUp()
    for one in order:
        step(one)
    return order[-1].attributes


CLIENT: dict[str, Any] = {"kind": SpanKind.CLIENT}
SERVER: dict[str, Any] = {"kind": SpanKind.SERVER}


def test_an_applications_span_around_an_mcp_call_is_one_call() -> None:
    """The application's tool, the MCP client's request, the server's side of it, in one process."""
    root = root_after(
        span(5, 4, tool="search"),
        span(4, 3, tool="search", **SERVER),
        span(3, 2, tool="search", **CLIENT),
        span(2, 1, tool="search"),
        span(1, None, "invoke_workflow"),
    )
    assert (root[TRACE + "tool_calls"], root[TRACE + "spans"]) == (1, 5)


def test_what_is_between_without_being_genai_makes_no_difference() -> None:
    """HTTP spans and the application's own stand between the two."""
    root = root_after(
        span(4, 3, tool="search", **CLIENT), span(3, 2), span(2, 1, tool="search"), span(1, None)
    )
    assert root[TRACE + "tool_calls"] == 1


def test_the_side_of_the_server_is_the_clients_call() -> None:
    """A service behind MCP counts no call of its own, unless nobody above it is seen."""
    behind = root_after(span(3, 2, tool="t"), span(2, 99, tool="t", remote=True, **SERVER))
    alone = root_after(span(2, None, tool="t", **SERVER))
    assert (behind[TRACE + "tool_calls"], alone[TRACE + "tool_calls"]) == (0, 1)


def test_a_tool_that_asks_a_model_which_calls_it_again_is_two_calls() -> None:
    """Recursion is no repetition, whether the model's span has ended before or after the inner tool."""
    ended = (span(3, 2, "chat"), span(4, 3, tool="search"), span(2, 1, tool="search"), span(1, None))
    around = (span(4, 3, tool="search"), span(3, 2, "chat"), span(2, 1, tool="search"), span(1, None))
    assert [root_after(*order)[TRACE + "tool_calls"] for order in (ended, around)] == [2, 2]


def test_other_tools_inside_a_tool_are_calls_of_their_own() -> None:
    """And so are tools without a name, of which nobody knows."""
    other = root_after(span(3, 2, tool="fetch"), span(2, 1, tool="search"), span(1, None))
    unnamed = root_after(span(3, 2, "execute_tool"), span(2, 1, "execute_tool"), span(1, None))
    assert [root[TRACE + "tool_calls"] for root in (other, unnamed)] == [2, 2]


def test_siblings_are_calls_of_their_own() -> None:
    """The same tool called twice in a row; around each an MCP call."""
    root = root_after(
        span(4, 2, tool="search", **CLIENT),
        span(2, 1, tool="search"),
        span(5, 3, tool="search", **CLIENT),
        span(3, 1, tool="search"),
        span(1, None, "invoke_agent"),
    )
    assert root[TRACE + "tool_calls"] == 2


@pytest.mark.parametrize(("inner", "outer", "outcome"), [(ERROR, ERROR, "partial"), (ERROR, None, "success")])
def test_the_outermost_tells_whether_the_call_failed(inner: Any, outer: Any, outcome: str) -> None:
    """A failure that the tool itself has got over is none of the run's."""
    root = root_after(
        span(3, 2, tool="search", status=inner, **CLIENT),
        span(2, 1, tool="search", status=outer or StatusCode.UNSET),
        span(1, None),
    )
    assert root["spanwright.outcome"] == outcome


def test_an_answer_that_ended_before_hides_no_other_repetition() -> None:
    """What comes from below an ended span says nothing of what else its ancestor is around."""
    root = root_after(
        span(6, 2, tool="search", **CLIENT),
        span(3, 2, "chat"),
        span(4, 3, tool="fetch"),
        span(2, 1, tool="search"),
        span(1, None),
    )
    assert root[TRACE + "tool_calls"] == 2


def test_chains_are_joined_by_name() -> None:
    """Nothing is copied where one of them is empty."""
    one, two = {"a": Calls(1, 0)}, {"a": Calls(2, 1), "b": Calls(1, 1)}
    assert joined(one, two) == {"a": Calls(3, 1), "b": Calls(1, 1)}
    assert joined(one, NO_CHAIN) is one
    assert joined(NO_CHAIN, two) is two
