"""The totals on local roots."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest
from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.roll_up import RollUp, RollUpSettings
from spanwright_semconv import event_violations
from support.editable import editable_span

TRACE = "spanwright.trace."


def node(operation: str | None, parent: int | None, span_id: int, **more: Any) -> EditableSpan:
    attributes = {"gen_ai.operation.name": operation} if operation else {}
    attributes |= more.pop("attributes", {})
    return editable_span(attributes, parent=parent, span_id=span_id, **more)


def chat(span_id: int, parent: int | None, **more: Any) -> EditableSpan:
    usage = {"gen_ai.usage.input_tokens": 10, "spanwright.cost.usd": 0.1, "gen_ai.request.model": "a"}
    return node("chat", parent, span_id, attributes=usage | more.pop("attributes", {}), **more)


def rolled_up(*order: EditableSpan) -> dict[str, Any]:
    """The attributes of the last span after all went through one step."""
    step = RollUp()
    for span in order:
        step(span)
    return order[-1].attributes


def test_a_tool_below_an_ended_model_span_counts() -> None:
    """The specification's topology: the tool span's parent, a model span, ends before the tool starts."""
    model, tool, inner = chat(2, 1), node("execute_tool", 2, 3), chat(4, 3)
    totals = rolled_up(model, inner, tool, node("invoke_workflow", None, 1))
    assert totals[TRACE + "model_calls"] == 2
    assert totals[TRACE + "tool_calls"] == 1
    assert totals[TRACE + "cost.usd"] == 0.2


def test_a_root_that_is_no_genai_span_gets_the_totals() -> None:
    """An HTTP server span over GenAI children carries cost, session and outcome."""
    server = editable_span(
        {"http.request.method": "POST"}, kind=SpanKind.SERVER, span_id=1, parent=99, remote=None
    )
    totals = rolled_up(chat(2, 1, attributes={"session.id": "s"}), server)
    assert totals[TRACE + "cost.usd"] == 0.1
    assert totals["session.id"] == "s"
    assert totals["spanwright.outcome"] == "success"


def test_a_trace_without_genai_spans_is_left_alone() -> None:
    """Ordinary traffic gets no attribute of ours."""
    assert rolled_up(editable_span({"a": 1}, span_id=2, parent=1), editable_span({"b": 2}, span_id=1)) == {
        "b": 2
    }


def test_usage_that_an_agent_repeats_is_not_summed() -> None:
    """An agent span's usage is that of the calls below it."""
    repeated = {"gen_ai.usage.input_tokens": 10, "spanwright.cost.usd": 0.1}
    agent = node("invoke_agent", 1, 2, attributes=repeated)
    totals = rolled_up(chat(3, 2), agent, node("invoke_workflow", None, 1, attributes=dict(repeated)))
    assert totals[TRACE + "usage.input_tokens"] == 10
    assert totals[TRACE + "cost.usd"] == 0.1


def test_sums_of_money_are_exact() -> None:
    """Ten times 0.1 dollars is 1 dollar, and micro-dollars are rounded once, from the exact sum."""
    calls = [chat(n, 1) for n in range(2, 12)]
    assert rolled_up(*calls, node(None, None, 1))[TRACE + "cost.usd"] == 1.0
    tiny = [chat(n, 1, attributes={"spanwright.cost.usd": 4e-7}) for n in range(2, 12)]
    assert rolled_up(*tiny, node(None, None, 1))[TRACE + "cost.micro_usd"] == 4


def test_unknown_prices_do_not_make_a_cost_of_zero() -> None:
    """Where no call has a price there is no cost, only the number of unpriced calls."""
    unpriced = node(
        "chat", 1, 2, attributes={"gen_ai.usage.input_tokens": 5, "spanwright.cost.unknown_model": "x"}
    )
    totals = rolled_up(unpriced, node(None, None, 1))
    assert totals[TRACE + "cost.unknown_calls"] == 1
    assert TRACE + "cost.usd" not in totals


ERROR = StatusCode.ERROR


@pytest.mark.parametrize(
    ("below", "root", "outcome"),
    [
        ([], {}, "success"),
        ([], {"status": ERROR, "attributes": {"spanwright.outcome": "fallback"}}, "error"),
        ([], {"attributes": {"spanwright.outcome": "partial"}}, "partial"),
        ([node("execute_tool", 1, 5, status=ERROR)], {}, "partial"),
        ([node("retrieval", 1, 5, status=ERROR)], {}, "success"),
        ([chat(5, 1, start_ns=0, end_ns=1, status=ERROR)], {}, "success"),
        (
            [chat(5, 1, start_ns=0, end_ns=1, status=ERROR, attributes={"gen_ai.request.model": "b"})],
            {},
            "fallback",
        ),
        ([node(None, 1, 5, attributes={"spanwright.outcome": "fallback"})], {}, "fallback"),
    ],
)
def test_outcomes(below: list[EditableSpan], root: dict[str, Any], outcome: str) -> None:
    """Error by the root's status, else as the application set it, else a failed tool, else a second model."""
    again = [
        editable_span(dict(s.attributes), parent=1, span_id=5, status=s.status_code, end_ns=1) for s in below
    ]
    totals = rolled_up(*again, chat(2, 1, start_ns=10), node("invoke_workflow", None, 1, **root))
    assert totals["spanwright.outcome"] == outcome


def test_a_model_that_ran_beside_the_failed_one_is_no_fallback() -> None:
    """Only a call that started after the failure can stand in for it."""
    failed = chat(2, 1, start_ns=0, end_ns=10, status=ERROR, attributes={"gen_ai.request.model": "b"})
    totals = rolled_up(failed, chat(3, 1, start_ns=5), node(None, None, 1))
    assert totals["spanwright.outcome"] == "success"


def test_of_spans_that_disagree_the_first_to_start_wins() -> None:
    """What the root lacks comes from the span that started first; what it has stays."""
    late = chat(2, 1, start_ns=20, attributes={"session.id": "late", "user.hash": "u"})
    early = chat(3, 1, start_ns=10, attributes={"session.id": "early", "user.hash": "v"})
    totals = rolled_up(early, late, node(None, None, 1, attributes={"user.hash": "own"}))
    assert (totals["session.id"], totals["user.hash"]) == ("early", "own")


def test_personal_data_is_seen_although_masking_comes_later() -> None:
    """A child's flag, set by a later step, reaches the root; also when another thread folds the root."""
    for threads in (False, True):
        step, root = RollUp(), node("invoke_workflow", None, 1)
        for child in (chat(2, 1), chat(3, 1)):
            step(child)
            child.attributes["spanwright.pii.detected"] = child.span_id == 3
        if threads:
            worker = threading.Thread(target=step, args=(root,))
            worker.start()
            worker.join()
        else:
            step(root)
        assert root.attributes[TRACE + "pii.detected"] is True


def test_traces_in_parallel_threads_keep_apart() -> None:
    """Each of many threads folds its own traces; every root gets its own sums."""
    step = RollUp()
    wrong: list[int] = []

    def fold(first: int) -> None:
        for trace in range(first, first + 200):
            for span_id in range(2, 7):
                step(chat(trace * 10 + span_id, trace * 10 + 1, trace_id=trace))
            root = node("invoke_workflow", None, trace * 10 + 1, trace_id=trace)
            step(root)
            if root.attributes[TRACE + "usage.input_tokens"] != 50:
                wrong.append(trace)

    threads = [threading.Thread(target=fold, args=(first,)) for first in (1000, 2000, 3000, 4000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(step._forest) == 0


def test_a_fork_starts_anew() -> None:
    """What was open in the parent process ends there; the child counts its own spans only."""
    step = RollUp()
    step(chat(2, 1))
    step._lock.acquire()
    step.fork()
    root = node("invoke_workflow", None, 1)
    step(root)
    assert root.attributes[TRACE + "spans"] == 1


@pytest.mark.parametrize("field", ["max_traces", "max_spans"])
def test_bounds_are_checked(field: str) -> None:
    """A bound below 1 is refused at the start, and its key quoted."""
    with pytest.raises(ValueError, match=rf"Cannot use roll_up\.{field}: 0 is less than 1"):
        RollUpSettings(**cast("dict[str, Any]", {field: 0}))


def test_the_wait_is_checked() -> None:
    """More than a minute, or less than nothing, is no wait."""
    with pytest.raises(ValueError, match=r"Cannot use roll_up\.wait_ms: -1 is not from 0 to 60000"):
        RollUpSettings(wait_ms=-1)


def test_a_span_after_its_root_brings_the_corrected_totals() -> None:
    """As an event on it: what the root would have, had it waited."""
    step, late = RollUp(), chat(3, 1)
    for span in (chat(2, 1), node("invoke_workflow", None, 1), late):
        step(span)
    (event,) = late.events
    assert event.name == "spanwright.trace.corrected"
    assert event.attributes["spanwright.trace.root_span_id"] == "0000000000000001"
    assert (event.attributes[TRACE + "cost.usd"], event.attributes[TRACE + "spans"]) == (0.2, 3)
    assert event_violations(event.name, event.attributes) == []
    assert step.late_spans == 1


def test_a_duplicate_counts_among_the_spans_only() -> None:
    """A span that repeats another one's call has its tokens, cost and errors counted there."""
    again = chat(3, 1, status=ERROR, attributes={"spanwright.duplicate_of": "0000000000000002"})
    totals = rolled_up(chat(2, 1), again, node(None, None, 1))
    assert totals[TRACE + "duplicate_spans"] == 1
    figures = {name: totals[TRACE + name] for name in ("model_calls", "errors", "cost.usd", "spans")}
    assert figures == {"model_calls": 1, "errors": 0, "cost.usd": 0.1, "spans": 3}


@pytest.mark.parametrize("operation", ["chat", "embeddings"])
def test_a_call_told_twice_is_one_call(operation: str) -> None:
    """A span inside without tokens, and the one around it that has them: one priced call."""
    inner = node(operation, 3, 2)
    outer = node(operation, 1, 3, attributes={"spanwright.cost.usd": 0.1, "spanwright.duplicated_by": "2"})
    totals = rolled_up(inner, outer, node(None, None, 1))
    kind = {"chat": "model_calls", "embeddings": "embedding_calls"}[operation]
    names = (kind, "duplicate_spans", "cost.usd", "cost.unknown_calls", "spans")
    assert [totals.get(TRACE + name, 0) for name in names] == [1, 1, 0.1, 0, 3]
    assert totals[TRACE + "steps"] == (1 if operation == "chat" else 0)


def test_a_call_told_elsewhere_before_leaves_no_debt() -> None:
    """The span inside has a root of its own, in another service: no figure falls below nothing."""
    outer = node("chat", 1, 3, attributes={"spanwright.cost.usd": 0.1, "spanwright.duplicated_by": "2"})
    totals = rolled_up(outer, node(None, None, 1))
    assert (totals[TRACE + "model_calls"], totals.get(TRACE + "cost.unknown_calls", 0)) == (0, 0)


def test_steps_are_answers_of_models() -> None:
    """A failed attempt is none; tools belong to the step that asked for them."""
    failed = chat(2, 1, status=ERROR)
    totals = rolled_up(failed, chat(3, 1), node("execute_tool", 3, 4), chat(5, 1), node(None, None, 1))
    assert (totals[TRACE + "steps"], totals[TRACE + "model_calls"]) == (2, 3)


def test_environment_and_version_come_from_the_resource() -> None:
    """They are filtered on at the root; a version that the application set stays."""
    resource = {"deployment.environment.name": "prod", "service.version": "1.4.2"}
    roots = [node("invoke_workflow", None, 1), node("invoke_workflow", None, 1)]
    roots[1].attributes["spanwright.pipeline.version"] = "7"
    for root in roots:
        root.resource = resource
        rolled_up(root)
    assert [root.attributes["spanwright.pipeline.version"] for root in roots] == ["1.4.2", "7"]
    assert roots[0].attributes["deployment.environment.name"] == "prod"


def test_pipeline_may_come_from_the_resource() -> None:
    """Without a change of code: name, type and version of the pipeline as resource attributes of ours."""
    root = node("invoke_workflow", None, 1)
    pipeline = {"name": "support", "type": "simple_qa", "version": "7"}
    root.resource = {f"spanwright.pipeline.{key}": value for key, value in pipeline.items()}
    root.resource = {**root.resource, "service.version": "1.4.2"}
    rolled_up(root)
    assert {key: root.attributes[f"spanwright.pipeline.{key}"] for key in pipeline} == pipeline


def test_masking_of_all_spans_is_told_on_the_root() -> None:
    """Types and whether they were replaced, besides that something was found."""
    step, root, child = RollUp(), node(None, None, 1), chat(2, 1)
    step(child)
    child.attributes |= {"spanwright.pii.detected": True, "spanwright.pii.masked": True}
    child.attributes["spanwright.pii.entity_types"] = ("EMAIL",)
    step(root)
    assert root.attributes[TRACE + "pii.entity_types"] == ("EMAIL",)
    assert root.attributes[TRACE + "pii.masked"] is True


@pytest.mark.parametrize(("counts", "calls"), [(True, 2), (False, 1)])
def test_unsampled_spans_count_by_choice(counts: bool, calls: int) -> None:
    """What is recorded and not exported was paid for nevertheless; the setting decides."""
    step, root, unsampled = RollUp(RollUpSettings(count_unsampled=counts)), node(None, None, 1), chat(3, 1)
    unsampled.is_sampled = False
    for span in (chat(2, 1), unsampled, root):
        step(span)
    assert root.attributes[TRACE + "model_calls"] == calls


@pytest.mark.parametrize("accepts", [True, False])
def test_totals_of_called_services_are_taken_up_where_that_is_set(accepts: bool) -> None:
    """From the captured header on the client's span; a header is nothing to trust without being asked to."""
    client = editable_span(
        {"http.response.header.spanwright_totals": ("usd=0.5;calls=2",)}, span_id=3, parent=1
    )
    root = node(None, None, 1)
    step = RollUp(RollUpSettings(accept_totals=accepts))
    for span in (chat(2, 1), client, root):
        step(span)
    assert root.attributes.get(TRACE + "overall.cost.usd") == (0.6 if accepts else None)
    assert root.attributes[TRACE + "cost.usd"] == 0.1


def test_a_rerank_call_with_a_price_is_paid_for_too() -> None:
    """Its cost is in the total; one of which nothing is known is no unpriced call."""
    priced = node("rerank", 1, 2, attributes={"spanwright.cost.usd": 0.002})
    totals = rolled_up(priced, node("rerank", 1, 3), node(None, None, 1))
    assert (totals[TRACE + "cost.usd"], totals[TRACE + "cost.unknown_calls"]) == (0.002, 0)


def test_odd_attributes_are_survived() -> None:
    """Values of foreign types are left out of the sums and raise nothing."""
    odd = {
        "gen_ai.usage.input_tokens": "10",
        "spanwright.cost.usd": "much",
        "gen_ai.request.model": ["a"],
        "gen_ai.response.finish_reasons": [],
    }
    retrieval = node("retrieval", 1, 3, attributes={"spanwright.retrieval.score.first": "good"})
    listed = editable_span({"gen_ai.operation.name": ["chat"]}, parent=1, span_id=4)
    totals = rolled_up(node("chat", 1, 2, attributes=odd), retrieval, listed, node(None, None, 1))
    assert totals[TRACE + "model_calls"] == 1
    assert TRACE + "usage.input_tokens" not in totals
