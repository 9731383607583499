from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.audit.envelope import KEY_BYTES, DataKey, aead, derived
from spanwright_processors.audit.error import AuditError, DamagedError


@given(st.binary(max_size=2000), st.binary(max_size=100))
def test_what_is_sealed_can_be_opened(content: bytes, associated: bytes) -> None:
    """Sealing and opening under one key and with the same associated data gives the content."""
    key = DataKey.drawn()
    nonce, sealed = key.seal(content, associated)
    assert key.open(nonce, sealed, associated) == content


@given(st.binary(min_size=1, max_size=200), st.data())
def test_any_flipped_bit_is_noticed(content: bytes, data: st.DataObject) -> None:
    """Nonce, body, tag and associated data are all covered."""
    key = DataKey.drawn()
    parts = [*key.seal(content, b"trace and span"), b"trace and span"]
    which = data.draw(st.integers(0, 2))
    at = data.draw(st.integers(0, len(parts[which]) - 1))
    changed = bytearray(parts[which])
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    parts[which] = bytes(changed)
    with pytest.raises(DamagedError):
        key.open(*parts)


def test_another_key_opens_nothing() -> None:
    """Each file's key opens its own records only, and shows nothing of itself."""
    nonce, sealed = DataKey.drawn().seal(b"content", b"")
    with pytest.raises(DamagedError):
        DataKey.drawn().open(nonce, sealed, b"")
    assert repr(DataKey(bytes(32))) == "<DataKey>"


def test_digests_are_keyed() -> None:
    """One user has another digest in every file, so that files cannot be linked without the key."""
    one, other = DataKey.drawn(), DataKey.drawn()
    assert one.digest("user") == one.digest("user") != other.digest("user")
    assert derived(bytes(32), b"a") != derived(bytes(32), b"b")


def test_a_missing_library_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without cryptography there is no audit log, and the error names what to install."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(
        AuditError, match=r"cryptography is not installed\. Install spanwright-processors\[audit\]"
    ):
        aead(bytes(KEY_BYTES))
