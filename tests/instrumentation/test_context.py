"""Session, user, conversation and pipeline on the spans begun inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from opentelemetry import baggage
from opentelemetry import context as otel_context
from spanwright_instrumentation.context import context, context_attributes
from spanwright_semconv.given_values import GivenValue, forget_given_values, given_values
from spanwright_semconv.pseudonym import user_hash
from support.recording import Recording


def test_on_every_span_begun_inside() -> None:
    """All five go on the spans begun inside, and on none begun outside."""
    recording = Recording()
    with context(
        session_id="s-1",
        user_id="alice@example.com",
        conversation_id="c-1",
        pipeline="support",
        pipeline_version="a1b2c3",
        pipeline_type="simple_qa",
    ):
        recording.chat()
    recording.chat()
    inside, outside = (dict(span.attributes or {}) for span in recording.spans)
    given = {
        "session.id": "s-1",
        "user.hash": user_hash("alice@example.com"),
        "gen_ai.conversation.id": "c-1",
        "spanwright.pipeline.name": "support",
        "spanwright.pipeline.version": "a1b2c3",
        "spanwright.pipeline.type": "simple_qa",
    }
    assert inside == {**outside, **given}
    assert not given.keys() & outside.keys()


def test_user_id_is_kept_nowhere() -> None:
    """Only the hash of a user id exists after the call: not in the context, and not in baggage that
    leaves."""
    with context(user_id="alice@example.com"):
        current = otel_context.get_current()
        assert "alice" not in repr(dict(current))
        assert baggage.get_all() == {}


def test_inner_adds_and_wins() -> None:
    """Contexts nest; after the inner one the outer one is whole again."""
    with context(session_id="outer", pipeline="p"):
        with context(session_id="inner", conversation_id="c"):
            assert context_attributes() == {
                "session.id": "inner",
                "spanwright.pipeline.name": "p",
                "gen_ai.conversation.id": "c",
            }
        assert context_attributes() == {"session.id": "outer", "spanwright.pipeline.name": "p"}
    assert context_attributes() == {}


def test_one_object_may_be_entered_again() -> None:
    """The same object serves again, also inside itself."""
    again = context(session_id="s")
    with again, again:
        assert context_attributes() == {"session.id": "s"}
    assert context_attributes() == {}


def test_decorates_every_kind_of_function() -> None:
    """Plain and async functions and generators see it, and those who iterate do not."""

    @context(session_id="s")
    def plain() -> object:
        return context_attributes().get("session.id")

    @context(session_id="s")
    async def asynchronous() -> object:
        await asyncio.sleep(0)
        return context_attributes().get("session.id")

    @context(session_id="s")
    def generator() -> Iterator[object]:
        for _ in range(2):
            yield context_attributes().get("session.id")

    @context(session_id="s")
    async def async_generator() -> AsyncIterator[object]:
        for _ in range(2):
            yield context_attributes().get("session.id")

    async def iterate() -> list[object]:
        found: list[object] = []
        async for item in async_generator():
            found += [item, context_attributes().get("session.id")]
        return found

    found: list[object] = []
    for item in generator():
        found += [item, context_attributes().get("session.id")]
    assert plain() == "s"
    assert asyncio.run(asynchronous()) == "s"
    assert found == asyncio.run(iterate()) == ["s", None, "s", None]


def test_ids_that_are_no_text_are_written_as_text() -> None:
    """Applications pass UUIDs and numbers; attributes are text."""
    with context(session_id=7):  # type: ignore[arg-type]
        assert context_attributes() == {"session.id": "7"}


def test_values_to_mask_reach_the_trace_and_nothing_else() -> None:
    """Told for the traces of spans begun inside, and for the current one; on no span, in no baggage."""
    forget_given_values()
    recording = Recording()
    tracer = recording.tracer_provider.get_tracer("test")
    with (
        tracer.start_as_current_span("request") as outer,
        context(user_name="Grace Will", mask=["K-4711"]),
    ):
        with context(mask="inner"):
            recording.chat()
        assert baggage.get_all() == {}
        assert "Grace" not in repr(otel_context.get_current())
    assert given_values(outer.get_span_context().trace_id) == (
        GivenValue("Grace Will", True),
        GivenValue("K-4711", False),
        GivenValue("inner", False),
    )
    assert "Grace" not in repr([span.to_json() for span in recording.spans])
    with context(user_name="Ana"):
        recording.chat()
    trace_id = recording.spans[-1].context.trace_id
    assert given_values(trace_id) == (GivenValue("Ana", True),)
    forget_given_values()
