from __future__ import annotations

import os

import pytest
from spanwright_processors.audit.access_log import Entry
from spanwright_processors.audit.erasure import erase
from spanwright_processors.audit.error import AuditError
from spanwright_processors.audit.frame import Frame
from spanwright_processors.audit.reading import Query, readers
from support.audit_trail import USER, Trail, masked


def _trace(number: int) -> Query:
    return Query((f"{number:032x}",))


def _bodies(trail: Trail, trace_id: int) -> list[bytes]:
    frames = (frame for reader in readers(trail.log()) for frame in reader.frames())
    return [one.body for one in frames if isinstance(one, Frame) and one.head.trace_id == trace_id]


def test_a_trace_is_gone_for_good(trail: Trail) -> None:
    """Its records are zeros afterwards, the others are as they were, and nothing counts as tampering."""
    trail.write("one", "two", trace_id=1)
    trail.write("three", trace_id=2)
    erased, other = _bodies(trail, 1), _bodies(trail, 2)
    assert erase(trail.log(), _trace(1), "asked for") == 2
    assert (trail.shown(1), trail.shown(2)) == ([], ["three"])
    after = b"".join(trail.contents().values())
    assert not any(body in after for body in erased)
    assert all(body in after for body in other)
    assert trail.problems() == []


def test_a_user_is_gone_for_good(trail: Trail) -> None:
    """All the user's traces are erased, and the user's digests with them."""
    with trail.recorder() as recorder:
        recorder.keep(1, 1, None, [masked("early")])
        recorder.keep(1, 2, USER, [])
        recorder.keep(2, 3, "f" * 32, [masked("somebody else's")])
    assert erase(trail.log(), Query(user_hash=USER), "asked for") == 2
    assert trail.shown(1) == []
    assert trail.shown(user_hash="f" * 32) == ["somebody else's"]
    assert erase(trail.log(), Query(user_hash=USER), "again") == 0
    assert trail.problems() == []


def test_what_belongs_to_no_trace(trail: Trail) -> None:
    """Erasing a user leaves other users' records outside any trace as they are."""
    with trail.recorder() as recorder:
        recorder.keep(0, 0, USER, [masked("mine")])
        recorder.keep(0, 0, "f" * 32, [masked("somebody else's")])
    assert erase(trail.log(), Query(user_hash=USER), "asked for") == 1
    assert trail.shown(user_hash="f" * 32) == ["somebody else's"]


def test_while_a_process_writes(trail: Trail) -> None:
    """Erasing in a file that grows neither disturbs its writer nor the records that follow."""
    with trail.recorder() as recorder:
        recorder.keep(1, 1, None, [masked("one")])
        assert recorder.flush()
        assert erase(trail.log(), _trace(1), "asked for") == 1
        recorder.keep(2, 1, None, [masked("two")])
    assert (trail.shown(1), trail.shown(2), trail.problems()) == ([], ["two"], [])


def test_noted_with_reason_and_records(trail: Trail) -> None:
    """The access log says which records were erased, by whom and why."""
    trail.write("one")
    erase(trail.log(), _trace(1), "request 4")
    entry = [one for one in trail.log().access.check() if isinstance(one, Entry)][-1]
    assert (entry.action, entry.details["reason"]) == ("erase", "request 4")
    assert list(entry.details["records"].values()) == [[0]]
    with pytest.raises(AuditError, match="no reason is given"):
        erase(trail.log(), _trace(1), "")


def test_a_beginning_is_not_enough(trail: Trail) -> None:
    """What cannot be undone needs the whole id."""
    trail.write("one")
    with pytest.raises(AuditError, match=r"Give all 32 digits\."):
        erase(trail.log(), Query(("0" * 8,)), "asked for")
    assert trail.shown() == ["one"]


@pytest.mark.parametrize("stop", [0, 1, 40, 60])
def test_a_crash_in_the_middle_is_finished_by_a_second_run(
    trail: Trail, stop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an erasure is told, and the next run completes it, for a user as well."""
    with trail.recorder() as recorder:
        recorder.keep(1, 1, None, [masked("early")])
        recorder.keep(1, 2, USER, [masked("late")])
    write = os.pwrite

    def dies(descriptor: int, content: bytes, offset: int) -> int:
        write(descriptor, content[:stop], offset)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", dies)
        with pytest.raises(KeyboardInterrupt):
            erase(trail.log(), Query(user_hash=USER), "asked for")
    if stop > 40:
        assert trail.problems() != []
    erase(trail.log(), Query(user_hash=USER), "asked for, second run")
    if (
        stop != 40
    ):  # cut within a head, the record's trace is not known any more; ``verify`` goes on naming it
        assert trail.problems() == []
    assert trail.shown(1) == []
    assert set(b"".join(_bodies(trail, 1))) <= {0}
