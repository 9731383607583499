"""Operations of the application's own code: what a function says about itself, and values as JSON."""

from __future__ import annotations

import contextvars
import functools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import context as otel_context
from spanwright_instrumentation.attach import Steps
from spanwright_instrumentation.operation import Call, Described, Json, Operation, as_json, joined


def order(number: int, *rest: str, fast: bool = False, **notes: str) -> None:
    """
    Order something.

    At once.
    """


class Shop:
    def order(self, number: int) -> None: ...


def undocumented() -> None: ...


@pytest.mark.parametrize(
    ("function", "name", "summary"),
    [
        (order, "order", "Order something."),
        (functools.partial(order, 1), "order", None),
        (undocumented, "undocumented", None),
        (Shop(), "Shop", None),
        (max, "max", "max(iterable, *[, default=obj, key=func]) -> value"),
    ],
)
def test_what_a_function_says_about_itself(function: Any, name: str, summary: str | None) -> None:
    """Its name and the first line of its documentation, also of what is no plain function."""
    described = Described.of(function)

    assert (described.name, described.summary) == (name, summary)


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "arguments"),
    [
        (order, (1,), {}, {"number": 1}),
        (order, (1, "a", "b"), {"tone": "c"}, {"number": 1, "rest": ("a", "b"), "tone": "c"}),
        (order, (), {"fast": True, "number": 1}, {"number": 1, "fast": True}),
        (order, (), {}, None),
        (Shop.order, (Shop(), 2), {}, {"number": 2}),
        (max, (1, 2), {}, None),
        (max, (), {"key": 1}, {"key": 1}),
    ],
)
def test_arguments_by_name(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], arguments: dict[str, Any] | None
) -> None:
    """Only what was passed, without the method's object; None if it does not fit."""
    assert Call(Described.of(function), args, kwargs).arguments() == arguments


def test_items_of_a_generator() -> None:
    """Text is put together; anything else makes it a list."""
    assert joined(["a", "b"]) == "ab"
    assert joined(["a", Json('{"b":1}')]) == '["a",{"b":1}]'


anything = st.recursive(
    st.none()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just("\ud83d")
    | st.binary()
    | st.builds(object)
    | st.dates(),
    lambda children: (
        st.lists(children)
        | st.tuples(children)
        | st.dictionaries(st.text() | st.integers() | st.dates(), children)
    ),
)


@given(anything)
def test_any_value_becomes_json_and_utf8(value: object) -> None:
    """Whatever an application passes around has some form as JSON text that can be exported."""
    text = as_json(value)

    json.loads(text)
    text.encode()


def test_an_operation_without_a_span_does_nothing() -> None:
    """Suppressed or failed observation leaves a run that can be used like any other."""
    run = Operation()
    run.enter()
    run.yielded(1)
    run.leave()
    run.succeed(1)
    run.fail(ValueError())

    assert (run.is_open, run.records_content) == (False, False)


def test_leaving_in_another_execution_context_changes_nothing_there() -> None:
    """A coroutine closed by the garbage collector leaves where it never entered: silently."""
    steps = Steps(otel_context.set_value("key", "inside"))
    contextvars.copy_context().run(steps.enter)
    before = otel_context.get_current()

    steps.leave()

    assert otel_context.get_current() is before


def test_what_code_leaves_attached_is_there_in_its_next_step() -> None:
    """A ``with`` around a ``yield`` holds inside and does not reach the caller."""
    steps = Steps(otel_context.set_value("key", "outer"))
    steps.enter()
    token = otel_context.attach(otel_context.set_value("key", "inner"))
    steps.leave()
    assert otel_context.get_value("key") is None

    steps.enter()
    assert otel_context.get_value("key") == "inner"
    otel_context.detach(token)
    assert otel_context.get_value("key") == "outer"
    steps.leave()
    assert otel_context.get_value("key") is None
