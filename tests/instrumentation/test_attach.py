"""Attaching a context, and what stays current afterwards."""

from __future__ import annotations

import contextvars
import logging

import pytest
from opentelemetry import context as otel_context
from opentelemetry.context import set_value
from spanwright_instrumentation.attach import Attached, Steps


def test_current_until_detached() -> None:
    """The context is current from construction until ``detach``, then the one before it is."""
    before = otel_context.get_current()
    context = set_value("key", 1)
    attached = Attached(context)
    assert otel_context.get_current() is context
    attached.detach()
    assert otel_context.get_current() is before


def test_detaching_elsewhere_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    """Where another execution context is current, detaching changes nothing and logs nothing."""
    attached = contextvars.copy_context().run(lambda: Attached(set_value("key", 1)))
    with caplog.at_level(logging.DEBUG):
        attached.detach()
    assert caplog.records == []
    assert otel_context.get_value("key") is None


def test_steps_keep_what_the_code_attached() -> None:
    """What code in steps left attached is current in its next step, and never between steps."""
    before = otel_context.get_current()
    steps = Steps(set_value("outer", 1))
    steps.enter()
    otel_context.attach(set_value("inner", 2))
    steps.leave()
    assert otel_context.get_current() is before
    steps.enter()
    assert (otel_context.get_value("outer"), otel_context.get_value("inner")) == (1, 2)
    steps.leave()
    assert otel_context.get_current() is before
