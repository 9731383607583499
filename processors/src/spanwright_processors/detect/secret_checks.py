"""What a token says about itself: checksums, and contents that can be decoded."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: Score of a token whose checksum or contents are right, and of one that only looks like it: cut, altered or
#: made up. Those are masked all the same, since a rule's literal and length are seldom there by chance.
SURE, DOUBTFUL = 1.0, 0.6


def crc32_base62(text: str) -> str:
    """The CRC-32 of ``text`` in six digits of base 62, as GitHub and npm end their tokens."""
    value, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        digits = _BASE62[digit] + digits
    return digits


def base62_checksum(token: str) -> float:
    """Of ``ghp_`` or ``npm_`` with 30 random characters and their checksum."""
    random, checksum = token[4:-6], token[-6:]
    return SURE if len(token) == 40 and crc32_base62(random) == checksum else DOUBTFUL


def trailing_crc32(token: str) -> float:
    """Of Atlassian tokens: what stands before the last eight hexadecimal digits has them for its CRC-32."""
    text, checksum = token[:-8].rstrip("="), token[-8:]
    return SURE if f"{zlib.crc32(text.encode()):08X}" == checksum.upper() else DOUBTFUL


def decoded(text: str) -> bytes:
    """Base64 of either alphabet, with or without padding; empty if it is none."""
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _object(part: str) -> bool:
    try:
        return isinstance(json.loads(decoded(part)), dict)
    except (ValueError, RecursionError):
        return False


def json_web_token(token: str) -> float:
    """Header and claims are JSON objects (RFC 7519); of an encrypted one (RFC 7516), the header."""
    parts = token.split(".")
    return 0.95 if all(map(_object, parts[: 2 if len(parts) <= 3 else 1])) else DOUBTFUL


def encrypted_web_token(token: str) -> float:
    """Five parts are too common in dotted names to count without a header."""
    return 0.95 if _object(token.split(".", maxsplit=1)[0]) else 0.0


def discord_bot(token: str) -> float:
    """The first part is the bot's number."""
    return 0.95 if decoded(token.split(".", maxsplit=1)[0]).isdigit() else 0.0


def package_index(token: str) -> float:
    """A macaroon, whose second field is the index' host name."""
    return SURE if b".org" in decoded(token[5:33]) else DOUBTFUL


def encoded_private_key(text: str) -> float:
    """Base64 of a PEM file (Kubernetes keeps them so); certificates are none."""
    return SURE if b"PRIVATE KEY" in decoded(text[:80]) else 0.0


_PART = re.compile(r"[A-Z]?[a-z]*|[A-Z]*|[0-9]*")


def no_words(token: str) -> float:
    """Words and numbers with hyphens between them are a name, not a token."""
    parts = re.split("[_-]", token)
    return 0.0 if len(parts) > 3 and all(map(_PART.fullmatch, parts[1:])) else 0.9
