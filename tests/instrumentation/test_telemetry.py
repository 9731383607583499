"""Where an instrumentor's signals go."""

from __future__ import annotations

from importlib.metadata import version
from unittest.mock import patch

from opentelemetry import trace
from spanwright_instrumentation.content import ContentMode
from spanwright_instrumentation.telemetry import Telemetry, own_version
from spanwright_semconv.guard import GUARD_ATTRIBUTE
from support.recording import Recording


def test_spans_name_their_instrumentor() -> None:
    """Scope and version say who wrote a span, and the schema how it is meant."""
    recording = Recording()
    recording.chat()
    scope = recording.spans[0].instrumentation_scope
    assert scope is not None
    assert (scope.name, scope.version) == ("test", version("spanwright-instrumentation"))
    assert scope.schema_url
    assert own_version() == scope.version


def test_guard_of_the_own_provider_counts() -> None:
    """Whether content is captured depends on the provider the spans go to, not on the global one."""

    class Guard:
        def masks_content(self) -> bool:
            return True

    with patch.dict("os.environ", clear=True):
        provider = Recording().tracer_provider
        telemetry, with_global = Telemetry(tracer_provider=provider), Telemetry()
    setattr(provider, GUARD_ATTRIBUTE, Guard())
    assert telemetry.content_mode() is ContentMode.SPAN_ONLY
    assert with_global.content_mode() is ContentMode.NO_CONTENT


def test_global_provider_may_come_later() -> None:
    """An instrumentor set up before the application's provider asks the provider of the moment."""
    with patch.dict("os.environ", clear=True):
        telemetry = Telemetry()
    recording = Recording()
    guard = type("Guard", (), {"masks_content": lambda self: True})()
    setattr(recording.tracer_provider, GUARD_ATTRIBUTE, guard)
    with patch.object(trace, "get_tracer_provider", lambda: recording.tracer_provider):
        assert telemetry.content_mode() is ContentMode.SPAN_ONLY
