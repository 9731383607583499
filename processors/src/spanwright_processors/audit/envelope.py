"""AES-256-GCM as the audit log uses it: one key for each file, itself encrypted under the master key."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from .error import AuditError, DamagedError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
#: Bytes of the digest under which the records of a user are found.
DIGEST_BYTES = 16


def aead(key: bytes) -> AESGCM:
    """AES-256-GCM under ``key``; raises ``AuditError`` where the library is missing."""
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError:
        raise AuditError(
            "Cannot keep an audit log: the library cryptography is not installed. "
            "Install spanwright-processors[audit], or unset mask.audit.directory."
        ) from None
    return AESGCM(key)


def unsealed(cipher: AESGCM, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    """The plain bytes; raises ``DamagedError`` unless all three are what was sealed, under this very key."""
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(nonce, sealed, associated)
    except (InvalidTag, ValueError, OverflowError):
        raise DamagedError("it was changed, or is from another place") from None


class DataKey:
    """The key of one file. Nonces are random (96 bits): a file has far less than 2**32 records."""

    __slots__ = ("_cipher", "_digest_key", "_secret")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._cipher = aead(secret)
        self._digest_key = derived(secret, b"user digest")

    @classmethod
    def drawn(cls) -> DataKey:
        return cls(os.urandom(KEY_BYTES))

    def __repr__(self) -> str:
        return "<DataKey>"

    @property
    def secret(self) -> bytes:
        return self._secret

    def seal(self, plain: bytes, associated: bytes) -> tuple[bytes, bytes]:
        """Nonce, and the encrypted bytes with their tag. ``associated`` must be given again to open them."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce, self._cipher.encrypt(nonce, plain, associated)

    def open(self, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
        """What was sealed; raises ``DamagedError``."""
        return unsealed(self._cipher, nonce, sealed, associated)

    def digest(self, text: str) -> bytes:
        """What stands for ``text`` outside the encrypted part: another one in every file."""
        return digest(self._digest_key, text)[:DIGEST_BYTES]


def derived(key: bytes, purpose: bytes) -> bytes:
    """A key for one purpose, from which neither ``key`` nor those for other purposes can be told."""
    return hmac.new(key, b"spanwright audit: " + purpose, hashlib.sha256).digest()


def digest(key: bytes, text: str) -> bytes:
    """HMAC-SHA-256 of ``text``, 32 bytes."""
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
