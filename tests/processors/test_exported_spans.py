"""Spans as one exporter gets them."""

from __future__ import annotations

from spanwright_processors import EditableSpan
from spanwright_processors.exported_spans import ExportedSpans, shrunk_attributes
from support.spans import FunctionStep, chain, ended

SPANS = ExportedSpans()


def test_a_view_is_a_copy_after_the_steps() -> None:
    """The span that others get stays as it is; ids, times and scope are the same."""
    span = ended("s", {"k": "long"})

    def cut(edited: EditableSpan) -> None:
        edited.attributes["k"] = "l"

    view = SPANS.view(span, chain(FunctionStep(cut)))
    assert (dict(view.attributes or {}), dict(span.attributes or {})) == ({"k": "l"}, {"k": "long"})
    assert (view.context, view.start_time, view.instrumentation_scope) == (
        span.context,
        span.start_time,
        span.instrumentation_scope,
    )


def test_all_that_may_be_cut_is_shown() -> None:
    """Attributes, those of events, and the description of the status."""
    span = ended("s", {"k": "v"})
    assert [dict(values) for values in SPANS.maps(span)] == [{"k": "v"}, {"": ""}]


def test_what_is_too_large_keeps_ids_and_figures() -> None:
    """No content, as much of the rest as fits."""
    attributes = {"gen_ai.input.messages": "text", "gen_ai.request.model": "m", "n": 5}
    assert shrunk_attributes(attributes, 100_000) == {
        "spanwright.content.truncated": True,
        "gen_ai.request.model": "m",
        "n": 5,
    }
    assert shrunk_attributes(attributes, 10_000) == {"spanwright.content.truncated": True}
