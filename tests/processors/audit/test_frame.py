from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.audit.envelope import NONCE_BYTES
from spanwright_processors.audit.frame import HEAD_BYTES, MARKER, Damage, Frame, Head, Kind, scan

BODIES = st.lists(st.binary(max_size=80), min_size=1, max_size=6)
START = 5


def _file(bodies: list[bytes]) -> bytes:
    frames = (
        Head(Kind.ORIGINALS, number, 1 << 127, 7).encode(os.urandom(NONCE_BYTES), len(body)) + body
        for number, body in enumerate(bodies)
    )
    return b"h" * START + b"".join(frames)


def _bodies(data: bytes) -> list[bytes]:
    return [one.body for one in scan(data, START) if isinstance(one, Frame)]


@given(BODIES)
def test_all_records_are_read(bodies: list[bytes]) -> None:
    """Heads and bodies come back in order, with nothing between them."""
    found = list(scan(_file(bodies), START))
    assert [one.body for one in found if isinstance(one, Frame)] == bodies
    assert [one.head for one in found if isinstance(one, Frame)] == [
        Head(Kind.ORIGINALS, number, 1 << 127, 7) for number in range(len(bodies))
    ]


@given(BODIES, st.data())
def test_a_cut_file_loses_one_record(bodies: list[bytes], data: st.DataObject) -> None:
    """Wherever a process was killed, the records before are whole and the half one is known as such."""
    content = _file(bodies)
    cut = data.draw(st.integers(START, len(content)))
    found = list(scan(content[:cut], START))
    whole = [one for one in found if isinstance(one, Frame)]
    assert [one.body for one in whole] == bodies[: len(whole)]
    rest = [one for one in found if isinstance(one, Damage)]
    ends = START + sum(HEAD_BYTES + len(body) for body in bodies[: len(whole)])
    assert [(one.offset, one.is_half) for one in rest] == ([(ends, True)] if cut > ends else [])


@given(BODIES, st.data())
def test_a_damaged_head_costs_its_own_record(bodies: list[bytes], data: st.DataObject) -> None:
    """Reading goes on with the next record, and the place is named."""
    content = bytearray(_file(bodies))
    which = data.draw(st.integers(0, len(bodies) - 1))
    at = START + sum(HEAD_BYTES + len(body) for body in bodies[:which])
    content[at + data.draw(st.integers(0, HEAD_BYTES - 1))] ^= data.draw(st.integers(1, 255))
    assert _bodies(bytes(content)) == bodies[:which] + bodies[which + 1 :]
    damage = [one for one in scan(bytes(content), START) if isinstance(one, Damage)]
    assert [one.offset for one in damage] == [at]


def test_a_marker_in_a_body_is_no_record() -> None:
    """Bytes that look like the beginning of a record do not count without their check sum."""
    bodies = [MARKER * 20, b"", MARKER]
    assert _bodies(_file(bodies)) == bodies
