"""Master keys: they encrypt the keys of the files, and come from the environment, a file or a key service."""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from .envelope import KEY_BYTES, NONCE_BYTES, aead, derived, unsealed
from .error import AuditError, DamagedError

#: Entry points that provide keys: the name is the URI's scheme (``aws-kms``), the object is called with the
#: URI and returns a ``MasterKey``. What it cannot do, it says by raising ``AuditError``.
ENTRY_POINT_GROUP = "spanwright_audit_key"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30}):(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_HEX = re.compile(r"[0-9a-fA-F]{64}")


class MasterKey(Protocol):
    """Encrypts the 32 bytes of another key. ``context`` is bound to the result and must be given again."""

    @property
    def key_id(self) -> str:
        """The id of the key that ``wrap`` uses now. No secret; stored beside what it wrapped."""
        ...

    def wrap(self, data_key: bytes, context: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, context: bytes, key_id: str) -> bytes:
        """Raises ``AuditError`` where that key is not to be had, ``DamagedError`` if it does not fit."""
        ...


class LocalKeys:
    """Master keys in this process' memory: the first encrypts, all of them decrypt.

    A key's id follows from the key, so that one id can never stand for two keys.
    """

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._ciphers = {derived(key, b"key id").hex()[:16]: aead(key) for key in keys}
        self._key_id = next(iter(self._ciphers))

    def __repr__(self) -> str:
        return f"<LocalKeys {', '.join(self._ciphers)}>"

    @property
    def key_id(self) -> str:
        return self._key_id

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._ciphers[self._key_id].encrypt(nonce, data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes, key_id: str) -> bytes:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise AuditError(
                f"Cannot open what key {key_id} encrypted: that key is not given, only "
                f"{', '.join(self._ciphers)}. Give it behind the current one."
            )
        return unsealed(cipher, wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)


def master_key(uri: str, environ: Mapping[str, str] | None = None) -> MasterKey:
    """The master key that ``uri`` names; raises ``AuditError``, which never quotes more than the scheme."""
    match = _SCHEME.fullmatch(uri)
    if match is None:
        raise _unusable("it is no key URI", "Set env:NAME or file:/path, never the key itself")
    scheme, rest = match.groups()
    if scheme == "env":
        return _from_environment(rest, os.environ if environ is None else environ)
    if scheme == "file":
        return _from_file(Path(re.sub(r"^//(localhost)?(?=/)", "", rest)))
    return _from_provider(scheme, uri)


def _from_environment(name: str, environ: Mapping[str, str]) -> LocalKeys:
    if not _NAME.fullmatch(name):
        raise _unusable("what stands behind env: is no variable's name", "Set env:NAME, never the key itself")
    text = environ.get(name, "").strip()
    if not text:
        raise _unusable(f"the variable {name} is not set", "Set it to 32 random bytes in base64")
    return _parsed(text, f"the variable {name}")


def _from_file(path: Path) -> LocalKeys:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read(65_536).decode("utf-8", "replace")
    except OSError as error:
        raise _unusable(f"{path} cannot be read ({error.strerror})", "Name a file that can be") from None
    if mode & 0o077:
        raise _unusable(f"others have access to {path} (mode {mode:o})", f"Run: chmod 600 {path}")
    lines = (line.partition("#")[0] for line in text.splitlines())
    return _parsed(" ".join(lines), str(path))


def _parsed(text: str, place: str) -> LocalKeys:
    """The keys in ``text``, separated by blanks or commas, the current one first."""
    keys = tuple(_key(word, place) for word in re.split(r"[\s,]+", text) if word)
    if not keys:
        raise _unusable(f"{place} holds no key", "Put 32 random bytes in base64 there")
    return LocalKeys(keys)


def _key(word: str, place: str) -> bytes:
    try:
        if _HEX.fullmatch(word):
            return bytes.fromhex(word)
        key = base64.b64decode(
            word.replace("-", "+").replace("_", "/") + "=" * (-len(word) % 4), validate=True
        )
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise _unusable(
            f"what {place} holds is not 32 bytes in base64", "Make a key with: openssl rand -base64 32"
        )
    return key


def _from_provider(scheme: str, uri: str) -> MasterKey:
    for point in entry_points(group=ENTRY_POINT_GROUP, name=scheme):
        try:
            key: MasterKey = point.load()(uri)
        except AuditError:
            raise
        except Exception as error:  # its message may quote anything
            raise _unusable(
                f"the provider for {scheme}: failed with {type(error).__name__}", "See that it works"
            ) from None
        return key
    raise _unusable(
        f"no provider for {scheme}: is installed",
        f"Use env:NAME or file:/path, or install one with an entry point {scheme} in {ENTRY_POINT_GROUP}",
    )


def _unusable(why: str, instead: str) -> AuditError:
    return AuditError(f"Cannot use mask.audit.key: {why}. {instead}.")


def unwrapped(master: MasterKey, wrapped: bytes, context: bytes, key_id: str) -> bytes:
    """The 32 bytes in ``wrapped``; raises ``AuditError``, or ``DamagedError`` where they do not fit."""
    secret = master.unwrap(wrapped, context, key_id)
    if len(secret) != KEY_BYTES:
        raise DamagedError("its key was changed")
    return secret
