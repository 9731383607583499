"""Who asks a store, and whether a span tells of it."""

from __future__ import annotations

from opentelemetry.context import Context
from spanwright_instrumentation.retriever_context import Asking, asking, with_asking


def test_the_innermost_asks() -> None:
    """A store inside several retrievers was asked by the nearest; outside nobody asks."""
    outer = Asking("first", None)
    inner = Asking("second", outer)
    context = with_asking(with_asking(Context(), outer), inner)
    assert asking(context) is inner
    assert asking(Context()) is None
    assert asking() is None


def test_what_is_recorded_inside_is_recorded_outside() -> None:
    """One span tells of all retrievers around it, not of those beside it."""
    outer = Asking("all", None)
    asked, beside = Asking("one", outer), Asking("two", outer)
    asked.record()
    assert (outer.is_recorded, asked.is_recorded, beside.is_recorded) == (True, True, False)
