from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from spanwright_processors.audit.access_log import AccessLog, Entry
from spanwright_processors.audit.error import AuditError
from spanwright_processors.audit.reading import Query, show, traces_of_user
from support.audit_trail import USER, Trail, masked

TRACE = 0x5EED_0000_0000_0000_0000_0000_0000_0001


def _entries(trail: Trail) -> list[Entry]:
    return [one for one in trail.log().access.check() if isinstance(one, Entry)]


def test_a_trace_and_nothing_else(trail: Trail) -> None:
    """Only the records that were asked for are opened, by id, its beginning, or one span."""
    trail.write("one", "two", trace_id=TRACE)
    trail.write("other", trace_id=7)
    assert trail.shown(TRACE) == ["one", "two"]
    by_beginning = show(trail.log(), Query(("5EED0000",)), "a test")
    assert [shown.span_id for shown in by_beginning] == [1, 2]
    one_span = show(trail.log(), Query(("5eed0000",), span=f"{2:016x}"), "a test")
    assert [shown.span_id for shown in one_span] == [2]


def test_a_user_has_whole_traces(trail: Trail) -> None:
    """All records of a user's traces are found, though only one span said whose they are."""
    with trail.recorder() as recorder:
        recorder.keep(1, 1, None, [masked("early")])
        recorder.keep(1, 2, USER, [])
        recorder.keep(1, 3, None, [masked("late")])
        recorder.keep(2, 4, None, [masked("somebody else's")])
        recorder.keep(3, 5, USER, [masked("another trace")])
    assert trail.shown(user_hash=USER) == ["early", "late", "another trace"]
    assert traces_of_user(trail.log(), USER) == [1, 3]
    assert trail.shown(user_hash="0" * 32) == []


def test_what_belongs_to_no_trace_is_nobody_elses(trail: Trail) -> None:
    """Log records outside any trace are found by their own user alone."""
    with trail.recorder() as recorder:
        recorder.keep(0, 0, USER, [masked("mine")])
        recorder.keep(0, 0, "f" * 32, [masked("somebody else's")])
        recorder.keep(0, 0, None, [masked("nobody's")])
    assert trail.shown(user_hash=USER) == ["mine"]
    assert traces_of_user(trail.log(), USER) == []


def test_every_read_is_noted_first(trail: Trail) -> None:
    """Who, why, what was asked and which records: on the disk before the first original is given out."""
    trail.write("one", trace_id=TRACE)
    query = Query((f"{TRACE:032x}",), user_hash=USER)
    show(trail.log(), query, "  case 17 ")
    entry = _entries(trail)[-1]
    assert (entry.action, entry.details["reason"]) == ("show", "case 17")
    assert entry.details["traces"] == [f"{TRACE:032x}"]
    assert list(entry.details["records"].values()) == [[0]]
    assert USER not in json.dumps(entry.details)


def test_by_time(trail: Trail) -> None:
    """What several processes wrote comes in the order in which it was masked."""
    for number in range(4):
        trail.write(str(number))
        trail.clock.advance(0.01)
    assert trail.shown() == ["0", "1", "2", "3"]


def test_reading_nothing_is_noted_too(trail: Trail) -> None:
    """An attempt that finds nothing is an attempt."""
    trail.write("one")
    before = len(_entries(trail))
    assert trail.shown(trace_id=99) == []
    assert len(_entries(trail)) == before + 1


def test_what_cannot_be_noted_is_not_read(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an entry in the access log there are no originals."""

    def fails(*_: object, **__: object) -> None:
        raise AuditError("Cannot write it: a test. Try again.")

    trail.write("one")
    monkeypatch.setattr(AccessLog, "append", fails)
    with pytest.raises(AuditError):
        trail.shown()


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_required(trail: Trail, reason: str) -> None:
    """Nobody reads without saying why."""
    trail.write("one")
    with pytest.raises(
        AuditError, match=r"^Cannot show anything: no reason is given\. Say why with --reason\."
    ):
        show(trail.log(), Query((f"{1:032x}",)), reason)


@pytest.mark.parametrize(
    ("traces", "span"), [((), None), (("5eed",), None), (("bob@example.com",), None), (("5eed0000",), "12")]
)
def test_vague_questions_are_refused(traces: tuple[str, ...], span: str | None) -> None:
    """There is no way to read everything at once."""
    with pytest.raises(AuditError, match=r"^Cannot look "):
        Query(traces, span=span)


def test_a_damaged_record_does_not_hide_the_others(trail: Trail) -> None:
    """A record that was changed is named, the others are shown; a file beyond reading is passed over."""
    trail.write("one", "two", "three")
    trail.write("elsewhere")
    first, second = sorted(trail.segments(), key=lambda path: path.stat().st_size, reverse=True)
    records = list(_offsets(trail))
    content = bytearray(first.read_bytes())
    content[records[1] + 80] ^= 1
    first.write_bytes(content)
    second.write_bytes(b"")
    assert trail.shown() == ["DAMAGED", "one", "three"]


def _offsets(trail: Trail) -> Iterator[int]:
    from spanwright_processors.audit.reading import readers

    largest = max(readers(trail.log()), key=lambda reader: reader.size)
    yield from (frame.offset for frame in largest.frames())
