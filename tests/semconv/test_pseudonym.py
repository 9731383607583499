"""The hash that stands for a user."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_semconv.pseudonym import HASH_KEY_VARIABLE, hash_key, user_hash

KEY = "a-secret-of-the-deployment"


@given(st.text(), st.binary(min_size=1))
def test_user_hash_is_hmac_sha_256(user_id: str, key: bytes) -> None:
    """32 hexadecimal digits of the HMAC-SHA-256 of the id's UTF-8 bytes."""
    assert user_hash(user_id, key) == hmac.new(key, user_id.encode(), hashlib.sha256).hexdigest()[:32]


def test_the_key_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same id under the same key is the same hash in every process; under another key it is not."""
    monkeypatch.setenv(HASH_KEY_VARIABLE, KEY)
    assert user_hash("ada@example.com") == user_hash("ada@example.com", KEY.encode())
    assert user_hash("ada@example.com") != user_hash("ada@example.com", b"another key, 16+")


@pytest.mark.parametrize("value", ["", "too short"])
def test_without_a_key_the_process_draws_one(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Without a key of 16 characters the process draws one at random and keeps it."""
    monkeypatch.setenv(HASH_KEY_VARIABLE, value)
    assert len(hash_key()) == 32
    assert hash_key() == hash_key()
    assert value.encode() != hash_key()


def test_half_a_character_is_hashed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text that is no valid Unicode raises in neither the application nor the pipeline, id and key alike."""
    assert len(user_hash("ada\ud83d", b"key")) == 32
    assert user_hash("ada\ud83d", b"key") != user_hash("ada", b"key")
    monkeypatch.setenv(HASH_KEY_VARIABLE, f"{KEY}\udce4")
    assert len(user_hash("ada")) == 32
