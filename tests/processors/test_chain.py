"""A chain is closed against failure: it never raises and never lets content past a failed step."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanKind, StatusCode
from spanwright_processors import (
    Counters,
    EditableEvent,
    EditableLink,
    EditableLogRecord,
    EditableSpan,
    Phase,
    Step,
)
from spanwright_processors.chain import StepChain, step_name
from spanwright_processors.step import Place
from support.spans import FunctionStep, Shout, chain, raises

SECRET = "secret: ada@example.com"
FAILURES = [ValueError(SECRET), RecursionError(), MemoryError(), AssertionError(SECRET), UnicodeError()]


def span(**changes: Any) -> EditableSpan:
    fields: dict[str, Any] = {
        "name": "chat gpt-4o",
        "kind": SpanKind.CLIENT,
        "trace_id": 1,
        "span_id": 2,
        "parent_span_id": None,
        "parent_is_remote": None,
        "start_ns": 3,
        "end_ns": 4,
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.input.messages": SECRET,
            "anything.else": SECRET,
            "a.list": (SECRET,),
            "a.vector": (0.1, 0.2),
            "a.flag": True,
        },
        "events": [EditableEvent("exception", 5, {"exception.type": "E", "exception.message": SECRET})],
        "links": [EditableLink(6, 7, {"note": SECRET, "weight": 1.5})],
        "status_code": StatusCode.ERROR,
        "status_description": SECRET,
        "resource": {},
        "scope_name": "test",
        "scope_version": None,
    }
    return EditableSpan(**{**fields, **changes})


def log_record() -> EditableLogRecord:
    return EditableLogRecord(SECRET, {"a": SECRET, "n": 1}, "gen_ai.event", 1, 2, {})


def test_a_failing_step_costs_the_content_and_nothing_else() -> None:
    """Ids, models, figures and flags stay; text, lists, event and link text, the status text go."""
    edited = span()
    chain(raises(ValueError(SECRET))).process(edited)
    assert edited.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 12,
        "a.flag": True,
        "spanwright.processing.failed_steps": ("function",),
    }
    assert [(event.name, event.timestamp_ns, event.attributes) for event in edited.events] == [
        ("exception", 5, {"exception.type": "E"})
    ]
    assert [(link.trace_id, link.span_id, link.attributes) for link in edited.links] == [
        (6, 7, {"weight": 1.5})
    ]
    assert (edited.name, edited.status_code, edited.status_description) == (
        "chat gpt-4o",
        StatusCode.ERROR,
        None,
    )


def test_later_steps_run_on_the_emptied_span() -> None:
    """What comes after a failed step still runs, and sees no content."""
    seen: list[dict[str, Any]] = []
    edited = span()
    chain(raises(ValueError()), lambda later: seen.append(dict(later.attributes))).process(edited)
    assert SECRET not in repr(seen)
    assert len(seen) == 1


def test_a_later_step_cannot_bring_content_back() -> None:
    """Text that a later step adds, from wherever it has it, goes as well."""

    def remember(later: EditableSpan) -> None:
        later.attributes["remembered"] = SECRET
        later.name = SECRET
        later.events.append(EditableEvent(SECRET, 1, {"x": SECRET}))

    edited = span()
    chain(raises(ValueError()), remember).process(edited)
    assert SECRET not in repr(edited)


def test_every_failed_step_is_named_and_counted() -> None:
    """The mark holds all failed steps in order; each failure is counted by step."""
    counters = Counters()
    steps: list[Step] = [
        FunctionStep(raises(ValueError()), "first"),
        Shout(),
        FunctionStep(raises(TypeError()), "last"),
    ]
    edited = span()
    StepChain(steps, counters).process(edited)
    assert edited.attributes["spanwright.processing.failed_steps"] == ("first", "last")
    counts = counters.counts()
    assert counts.step_failures == {"first": 1, "last": 1}
    assert (counts.spans_processed, counts.content_dropped) == (1, 1)


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), SystemExit(1)])
def test_an_interrupt_passes_and_leaves_no_content(interrupt: BaseException) -> None:
    """Ctrl-C and exit go on their way; the half-processed span holds nothing."""
    edited = span()
    with pytest.raises(type(interrupt)):
        chain(raises(interrupt)).process(edited)
    assert SECRET not in repr(edited)


@pytest.mark.parametrize(
    "own", [SystemExit(1), asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit()]
)
def test_a_step_that_exits_does_not_end_an_exporters_thread(own: BaseException) -> None:
    """Off the main thread an exit can only be the step's own: a failure like any other."""
    edited, after = span(), span()
    exiting = chain(raises(own))
    for target in (edited, after):
        thread = threading.Thread(target=exiting.process, args=(target,))
        thread.start()
        thread.join()
    assert SECRET not in repr((edited, after))
    assert exiting.counters.counts().step_failures == {"function": 2}


def test_failures_are_said_once_without_their_message(caplog: pytest.LogCaptureFixture) -> None:
    """One warning per step, with the exception's type alone: its message may quote content."""
    with caplog.at_level(logging.DEBUG):
        failing = chain(raises(ValueError(SECRET)))
        for _ in range(3):
            failing.process(span())
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text


def test_a_span_left_in_no_shape_is_emptied() -> None:
    """A step that breaks the span's own structure before it raises leaves nothing behind either."""

    def wreck(broken: EditableSpan) -> None:
        broken.attributes = None  # type: ignore[assignment]
        raise ValueError

    edited = span()
    chain(wreck).process(edited)
    assert edited.attributes == {"spanwright.processing.failed_steps": ("function",)}
    assert (edited.name, edited.events, edited.links) == ("span", [], [])


class Reject(FunctionStep):
    def log(self, record: EditableLogRecord) -> None:
        raise ValueError(SECRET)


def test_a_failing_step_costs_a_log_record_its_body_and_text() -> None:
    """Log records fall under the same rule; steps without ``log`` leave them alone."""
    record = log_record()
    counters = Counters()
    StepChain([FunctionStep(raises(ValueError())), Reject(lambda _: None, "reject")], counters).process_log(
        record
    )
    assert record.body is None
    assert record.attributes == {"n": 1, "spanwright.processing.failed_steps": ("reject",)}
    assert counters.counts().logs_processed == 1


def test_masking_is_told_by_phase() -> None:
    """A chain masks if a step of the mask phase does not deny it; log records need a step that knows them."""

    class Pseudonymise(Shout):
        masks_content = False

    class SpansOnly(FunctionStep):
        phase = Phase.MASK

    assert (chain(Shout()).masks_content, chain(Shout()).masks_logs) == (True, True)
    assert (chain(Pseudonymise()).masks_content, chain().masks_content) == (False, False)
    assert (chain(SpansOnly(repr)).masks_content, chain(SpansOnly(repr)).masks_logs) == (True, False)


def test_a_step_goes_by_its_name_or_its_class() -> None:
    """The class name in snake case, as entry points are written, unless the step has a name."""

    class SystemPrompt(Shout): ...

    assert (step_name(SystemPrompt()), step_name(FunctionStep(repr, "own"))) == ("system_prompt", "own")


@given(st.lists(st.one_of(st.none(), st.sampled_from(FAILURES)), min_size=1, max_size=6))
def test_whatever_fails_nothing_leaks_and_nothing_is_raised(failures: list[Exception | None]) -> None:
    """Random failing steps among working ones: the masked text or nothing comes out, never the text."""
    steps: list[Step] = [
        Shout() if failure is None else FunctionStep(raises(failure), f"step{place}")
        for place, failure in enumerate(failures)
    ]
    edited, record = span(), log_record()
    StepChain([*steps, Shout()], Counters()).process(edited)
    StepChain([*steps, Shout()], Counters()).process_log(record)
    assert SECRET not in repr(edited)
    assert SECRET not in repr(record)
    failed = tuple(f"step{place}" for place, failure in enumerate(failures) if failure is not None)
    assert edited.attributes.get("spanwright.processing.failed_steps", ()) == failed


@pytest.mark.parametrize("own", [ValueError(SECRET), SystemExit(1)])
def test_attributes_of_resources_lose_their_content_where_a_step_fails(own: BaseException) -> None:
    """As those of spans: the thread that asks for them lives on."""

    class Failing(Shout):
        def edit_attributes(self, attributes: dict[str, Any], place: Place, resource: object) -> None:
            attributes["note"] = attributes["note"].upper()
            raise own

    results: list[dict[str, Any]] = []
    given = {"note": SECRET, "service.name": "s"}
    thread = threading.Thread(
        target=lambda: results.append(chain(Failing()).process_attributes(given, Place.RESOURCE, {}))
    )
    thread.start()
    thread.join()
    assert results == [{"service.name": "s"}]
