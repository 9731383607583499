"""Copies for all exporters, or for some."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from spanwright_processors import attach
from spanwright_processors.settings import build_chain, load_settings
from spanwright_processors.steps.copy import Copy, CopySettings
from spanwright_processors.steps.truncate import Truncate, TruncateSettings
from support.editable import editable_span
from support.spans import Collect, chain, provider

CALL: dict[str, Any] = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.result": "é" * 50_000}


class Langfuse(Collect):
    """An exporter that is told by its address."""

    _endpoint = "https://cloud.langfuse.com/api/public/otel/v1/traces"


def exported(exporter: Collect) -> dict[str, Any]:
    [[span]] = exporter.batches
    return dict(span.attributes or {})


def test_nothing_is_copied_by_default() -> None:
    """Copies are asked for by name."""
    span = editable_span({"user.hash": "0f" * 16})
    Copy()(span)
    assert span.attributes == {"user.hash": "0f" * 16}


def test_one_backend_for_all_exporters() -> None:
    """With a profile alone every exporter gets the copies."""
    step = Copy(CopySettings("langfuse"))
    span = editable_span({"user.hash": "0f" * 16})
    step(span)
    assert span.attributes["langfuse.user.id"] == "0f" * 16
    assert step.for_exporter("any") is None


def test_an_exporter_of_its_own_gets_its_copies_alone_within_its_limits() -> None:
    """Langfuse sees its names, cut to its bytes; the other backend sees none of them."""
    langfuse, other = Langfuse(), Collect()
    made = provider(SimpleSpanProcessor(langfuse), SimpleSpanProcessor(other))
    steps = (
        Copy(CopySettings(exporters={"langfuse.com": "langfuse"})),
        Truncate(TruncateSettings(exporters={"langfuse.com": "langfuse"})),
    )
    attach(made, chain(*steps))
    with made.get_tracer("t").start_as_current_span("s") as span:
        span.set_attributes(CALL)
    made.shutdown()
    assert exported(langfuse)["langfuse.observation.type"] == "tool"
    assert len(exported(langfuse)["langfuse.observation.output"].encode()) <= 64_000
    assert [key for key in exported(other) if key.startswith("langfuse.")] == []


def test_copies_come_after_masking() -> None:
    """What is copied is what masking left: no copy holds what the original does not."""
    built = build_chain(load_settings({"SPANWRIGHT_COPY_PROFILE": "langfuse"}))
    span = editable_span(
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.result": "to jane.doe@example.com"}
    )
    built.process(span)
    assert span.attributes["langfuse.observation.output"] == "to [EMAIL]"


@pytest.mark.parametrize(
    ("given", "key"),
    [({"profile": "langfus"}, "copy.profile"), ({"exporters": {"a": "langfus"}}, "copy.exporters")],
)
def test_unknown_backends_are_refused(given: dict[str, Any], key: str) -> None:
    """The message says which key, and what there is."""
    with pytest.raises(ValueError, match=rf"Cannot use {key}: 'langfus' is not known\. Use one of langfuse"):
        CopySettings(**given)
