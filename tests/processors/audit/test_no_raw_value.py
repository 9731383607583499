"""Nothing of what was masked can be read anywhere in the audit log without its key."""

from __future__ import annotations

import base64
import json
import logging
import zlib
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from spanwright_processors.audit.erasure import erase
from spanwright_processors.audit.reading import Query, show
from support.audit_trail import KEY, USER, Trail, masked

VALUES = (
    "bob.smith@example.com",
    "+1 415 555 2671",
    "Jürgen Müßig-Ängström",
    "山田太郎さん",
    "sk-proj-0123456789abcdefghijklmnop",
    "4242 4242 4242 4242",
)


def _spellings(value: str) -> Iterator[bytes]:
    """``value`` as it may stand in a file: in encodings, escapes, base64 at any offset, packed."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-7"):
        yield value.encode(encoding)
    yield value.encode("latin-1", "xmlcharrefreplace")
    yield json.dumps(value).strip('"').encode()
    yield quote(value).encode()
    raw = value.encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield raw[::-1]
    yield zlib.compress(raw, 1)[2:-4]
    for offset in range(3):
        middle = base64.b64encode(b"\0" * offset + raw)[4 if offset else 0 : -4]
        yield middle
        yield middle.replace(b"+", b"-").replace(b"/", b"_")


def test_in_no_byte(trail: Trail, caplog: pytest.LogCaptureFixture) -> None:
    """No value in any spelling in any file, name or log, after writing, reading, losing and erasing."""
    caplog.set_level(logging.DEBUG)
    with trail.recorder(queue_bytes=65_536) as recorder:
        for number, value in enumerate(VALUES):
            recorder.keep(1, number, USER, [masked(value), masked(f"long {value} " * 40)])
        recorder.keep(1, 99, value, [masked(value)])  # a foreign ``user.hash`` that is none
        recorder.keep(2, 1, None, [masked("x" * 70_000 + value) for value in VALUES])  # finds the queue full
        assert recorder.flush()
        shown = show(trail.log(), Query((f"{1:032x}",), user_hash=VALUES[0]), "a test")
        assert len(shown) == len(VALUES) + 1
    erase(trail.log(), Query(user_hash=VALUES[0]), "a test")
    content = b"".join([str(path).encode() + data for path, data in trail.contents().items()])
    content += caplog.text.encode() + repr(recorder).encode() + repr(trail.log()).encode()
    found = [(value, spelling) for value in VALUES for spelling in _spellings(value) if spelling in content]
    assert found == []


def test_the_test_would_find_one() -> None:
    """The spellings are those that writing in the clear would leave."""
    for value in VALUES:
        record = json.dumps({"original": value})
        assert any(spelling in record.encode() for spelling in _spellings(value))
        for offset in range(3):
            encoded = base64.b64encode(b"x" * offset + value.encode() + b"end")
            assert any(spelling in encoded for spelling in _spellings(value)), (value, offset)


def test_no_key_is_written(trail: Trail) -> None:
    """Neither the master key nor a file's key is in any file."""
    trail.write("one")
    content = b"".join(trail.contents().values())
    keys = [base64.b64decode(KEY)]
    from spanwright_processors.audit.reading import readers

    keys += [reader.header.data_key(trail.log().master).secret for reader in readers(trail.log())]
    for key in keys:
        for spelling in (key, key.hex().encode(), base64.b64encode(key)):
            assert spelling not in content
