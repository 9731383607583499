"""Amazon's event stream, against the other decoder there is: botocore's."""

from __future__ import annotations

import json
from typing import Any

from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st
from spanwright_instrumentation.event_stream import EventLines
from support.event_stream import encoded

EVENTS = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9), min_size=1), max_size=4)


@given(EVENTS, st.integers(1, 50))
def test_lines_of_what_comes_in_pieces(events: list[dict[str, Any]], size: int) -> None:
    """Each message is one line, wherever the network cuts; botocore finds the same messages."""
    data = b"".join(map(encoded, events))
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    assert len(list(buffer)) == len(events)
    lines = EventLines()
    text = b"".join(lines(data[at : at + size]) for at in range(0, len(data), size))
    assert [json.loads(line.removeprefix(b"data:")) for line in text.splitlines()] == events


def test_nonsense_gives_nothing() -> None:
    """What is no event stream has no lines, and does not loop."""
    assert EventLines()(b"\0" * 40) == b""
    assert EventLines()(b"data: {}\n" * 9) == b""


def test_payload_of_an_error_is_its_own_line() -> None:
    """An exception's payload is not wrapped."""
    assert EventLines()(encoded({"message": "throttled"}, wraps=False)) == b'data:{"message": "throttled"}\n'
