"""What a span tells of a call, and when two can tell of the same one."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.counting import Call
from support.editable import START_NS, editable_span

MILLISECOND = 1_000_000


def call(start: int = 0, end: int = 1000, **attributes: Any) -> Call:
    """A call of the given attributes (``_`` for dots); times in milliseconds."""
    named = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items()}
    return Call(
        editable_span(
            {"gen_ai.operation.name": "chat", **named},
            start_ns=START_NS + start * MILLISECOND,
            end_ns=START_NS + end * MILLISECOND,
        )
    )


def usage(sent: int, received: int, **more: Any) -> Call:
    return call(usage__input_tokens=sent, usage__output_tokens=received, **more)


def test_what_has_another_type_is_not_known() -> None:
    """Foreign spans hold anything: a list for an id, text for a count."""
    told = call(response__id=["r"], usage__input_tokens="12", request__model=7)
    assert (told.response_id, told.tokens, told.models) == (None, None, ())
    assert usage(3, 4).tokens == (3, 4)
    assert call(usage__input_tokens=3).tokens == (3, 0)


def test_containing_allows_for_clocks() -> None:
    """A few milliseconds over the edge are inside, more are not."""
    assert call(0, 100).contains(call(-4, 104))
    assert not call(0, 100).contains(call(-6, 100))


def test_near_is_overlapping_or_following_at_once() -> None:
    """A second between the end of one and the start of the other, in either order."""
    assert call(0, 100).is_near(call(1000, 1100))
    assert call(1000, 1100).is_near(call(0, 100))
    assert not call(0, 100).is_near(call(1200, 1300))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("gpt-4o", "openai/gpt-4o-2024-08-06", True),
        ("GPT-4o", "gpt-4o", True),
        ("gpt-4o", "claude-sonnet-4-5", False),
        ("gpt-4o", "gpt-3.5-turbo", False),
    ],
)
def test_models_by_any_name(one: str, other: str, same: bool) -> None:
    """Providers before the name and dates after it are the same model; an unknown one may be any."""
    assert call(request__model=one).may_be_model_of(call(response__model=other)) is same
    assert call().may_be_model_of(call(response__model=other))


def test_tokens_with_and_without_the_cached() -> None:
    """Equal output, and input that differs by cache reads, cache writes or both."""
    cached = usage(120, 30, usage__cache_read__input_tokens=64, usage__cache_write__input_tokens=16)
    for sent, same in ((120, True), (56, True), (104, True), (40, True), (41, False)):
        assert cached.has_tokens_of(usage(sent, 30)) is same
        assert usage(sent, 30).has_tokens_of(cached) is same
    assert not cached.has_tokens_of(usage(120, 31))
    assert not cached.has_tokens_of(call())


def test_ids_with_other_tokens_are_chance() -> None:
    """A short response id counts where tokens agree, or one of the two tells none; a long one always."""
    assert usage(1, 2, response__id="r").has_id_of(call(response__id="r"))
    assert not usage(1, 2, response__id="r").has_id_of(usage(1, 3, response__id="r"))
    unique = "chatcmpl-AbCdEf0123456789"
    assert usage(1, 2, response__id=unique).has_id_of(usage(1, 3, response__id=unique))
    assert not call().has_id_of(call())
    assert call(response__id="a").has_other_id_than(call(response__id="b"))
    assert not call(response__id="a").has_other_id_than(call())


def test_a_stream_may_outlive_its_span() -> None:
    """A span that ended before its answer's first chunk came lasts until then at least."""
    early = call(0, 2, response__time_to_first_chunk=0.4)
    assert early.was_read_later
    assert early.is_at_the_time_of(call(390, 900))
    assert call(390, 900).is_at_the_time_of(early)
    assert not early.is_at_the_time_of(call(401, 900))
    whole = call(0, 500, response__time_to_first_chunk=0.4)
    assert not whole.was_read_later
    assert not whole.is_at_the_time_of(call(390, 900))


@pytest.mark.parametrize("told", [float("nan"), float("inf"), -1, 0, 1e30, "soon", [0.4]])
def test_a_first_chunk_told_wrong_changes_nothing(told: Any) -> None:
    """A time that cannot be is none."""
    assert call(0, 2, response__time_to_first_chunk=told).end_ns == START_NS + 2 * MILLISECOND
