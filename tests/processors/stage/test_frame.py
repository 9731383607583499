"""Frames come out as they went in."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.stage import frame
from spanwright_processors.stage.frame import Kind

FRAMES = st.lists(st.tuples(st.sampled_from(list(Kind)), st.lists(st.binary(max_size=50), max_size=4)))


@settings(deadline=None)
@given(frames=FRAMES)
def test_frames_come_out_as_they_went_in(frames: list[tuple[Kind, list[bytes]]]) -> None:
    """One after the other, in both ways of reading."""
    data = b"".join(frame.encode(kind, parts) for kind, parts in frames)
    source = io.BytesIO(data)
    assert [frame.read(source) for _ in frames] == frames

    async def received() -> list[tuple[Kind, list[bytes]]]:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return [await frame.receive(reader) for _ in frames]

    assert asyncio.run(received()) == frames


@settings(deadline=None)
@given(cut=st.integers(min_value=0, max_value=27))
def test_an_end_within_a_frame_is_an_end(cut: int) -> None:
    """A worker that was killed while it wrote is one that has ended."""
    data = frame.encode(Kind.DONE, [b"abc", b"defg"])
    with pytest.raises(EOFError):
        frame.read(io.BytesIO(data[:cut]))
