"""What stands for what was left out."""

from __future__ import annotations

import pytest
from spanwright_processors.truncation import shape_of
from spanwright_processors.truncation.shape import is_gap, left_out
from spanwright_semconv.content import CONTENT_KEYS


@pytest.mark.parametrize("key", sorted(CONTENT_KEYS))
def test_a_gap_counts_as_what_it_stands_for(key: str) -> None:
    """The gap of every content attribute is recognised by the next cut, so that counts add up."""
    assert left_out(shape_of(key).gap(17)) == 17


@pytest.mark.parametrize("item", ["text", "…", 7, None, {"role": "user", "parts": []}, {"content": "…[x"}])
def test_other_items_count_once(item: object) -> None:
    """Whatever is no gap is one item."""
    assert left_out(item) == 1
    assert not is_gap(item)


def test_a_log_body_holds_the_content_attributes() -> None:
    """The messages in an event's body are shortened like the attribute of that name."""
    key = "gen_ai.input.messages"
    assert shape_of("").members[key] is shape_of(key)
