from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.offload.layout import (
    TraceObject,
    is_day,
    reference,
    referred,
    text,
    traces_of,
    user_digest,
)
from support.full_texts import DAY, hexed


def test_the_name_of_a_trace_s_object_says_everything() -> None:
    """Day, trace, segment and user are read back from it; other names are none of a trace."""
    for user in ("", user_digest("3f2a")):
        one = TraceObject(DAY, hexed(7), "4711-9f2c", user)
        assert TraceObject.of(one.name) == one
        assert one.name.startswith(traces_of(DAY, hexed(7)) + "/")
    assert TraceObject.of(text(DAY, "ab" * 32)) is None
    assert TraceObject.of(f"{DAY}/traces/{hexed(7)}/half.new") is None


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_user_can_stand_in_a_name(user: str) -> None:
    """A user's hash may be any text of the application's; a name takes 32 digits of it."""
    assert set(user_digest(user)) <= set("0123456789abcdef")
    assert len(user_digest(user)) == 32


def test_a_reference_leads_to_its_span() -> None:
    """Whatever the place's URL is."""
    for url in ("s3://prompts/of/bot", "file:///var/texts", "memory://x"):
        assert referred(reference(url, DAY, 7, 8)) == (DAY, hexed(7), f"{8:016x}")
    assert referred(f"s3://prompts/{DAY}/traces/{hexed(7)}/") == (DAY, hexed(7), None)
    assert referred(hexed(7)) is None


def test_days_are_told_from_other_folders() -> None:
    """``prompts`` and ``erasures`` are no days."""
    assert is_day(DAY)
    assert not any(map(is_day, ("prompts", "erasures", "spool", f"{DAY}x")))
