"""The keyed hash that stands for a user: the same in both halves, so that their spans agree."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import cache

#: Environment variable with the secret key for user hashes, any text of at least 16 characters.
HASH_KEY_VARIABLE = "SPANWRIGHT_HASH_KEY"


@cache
def _process_key() -> bytes:
    return secrets.token_bytes(32)


def hash_key() -> bytes:
    """The key in ``SPANWRIGHT_HASH_KEY``, else one drawn for this process, so that processes then differ."""
    key = os.environ.get(HASH_KEY_VARIABLE, "")
    return key.encode("utf-8", "surrogateescape") if len(key) >= 16 else _process_key()


def user_hash(user_id: str, key: bytes | None = None) -> str:
    """HMAC-SHA-256 of a user id as 32 hexadecimal digits, for ``user.hash``."""
    message = user_id.encode("utf-8", "surrogatepass")
    return hmac.new(key or hash_key(), message, hashlib.sha256).hexdigest()[:32]
