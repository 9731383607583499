"""What the native scanner says of a text."""

from __future__ import annotations

from spanwright_processors.detect.places import Flag, has_secrets


def test_secrets_are_looked_for_where_any_of_their_marks_is() -> None:
    """Keywords, markers of keys, beginnings of tokens and long runs; not addresses and names."""
    assert not has_secrets((Flag.EMAIL | Flag.ADDRESS | Flag.ANY_CASE_NAME, [3], [(0, 9, 9)], [], []))
    for flag in (Flag.PRIVATE_KEY, Flag.USER_INFO, Flag.KEYWORD, Flag.ANYWHERE):
        assert has_secrets((flag, [], [], [], []))
    assert has_secrets((0, [], [], [4], []))
    assert has_secrets((0, [], [], [], [(0, 40)]))
