"""Bitcoin addresses: Base58Check (version, hash, double SHA-256), Bech32 and Bech32m (BIP 173, BIP 350)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from .finding import Entity, Finding

_BASE58 = {
    character: value
    for value, character in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_BECH32 = {character: value for value, character in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
#: BIP 173 and BIP 350: the generator of the code, and what the remainder of a right address is.
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_REMAINDERS = (1, 0x2BC830A3)
#: How each form begins, and the form.
_FORMS = (
    ("1", re.compile(r"1[1-9A-HJ-NP-Za-km-z]{25,34}(?![0-9A-Za-z])")),
    ("3", re.compile(r"3[1-9A-HJ-NP-Za-km-z]{25,34}(?![0-9A-Za-z])")),
    ("bc1", re.compile(r"bc1[02-9ac-hj-np-z]{11,87}(?![0-9A-Za-z])")),
    ("BC1", re.compile(r"BC1[02-9AC-HJ-NP-Z]{11,87}(?![0-9A-Za-z])")),
)


def find(text: str) -> Iterator[Finding]:
    """Addresses whose check digits are right."""
    for beginning, form in _FORMS:
        at = text.find(beginning)
        while at >= 0:
            found = None if at and text[at - 1].isalnum() else form.match(text, at)
            if found and is_address(found.group()):
                yield Finding(Entity.CRYPTO, at, found.end(), 1.0)
            at = text.find(beginning, at + 1)


def is_address(text: str) -> bool:
    """True for an address of any of the three forms."""
    if text.startswith(("1", "3")):
        return has_base58_check(text)
    return text.lower().startswith("bc1") and is_bech32(text)


def has_base58_check(text: str) -> bool:
    """True if the last four bytes are the beginning of the others' double hash."""
    number = 0
    body = text.lstrip("1")
    for character in body:
        if character not in _BASE58:
            return False
        number = number * 58 + _BASE58[character]
    raw = number.to_bytes(len(text) - len(body) + (number.bit_length() + 7) // 8, "big")
    return sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def is_bech32(text: str) -> bool:
    """True for a code word of Bech32 or Bech32m, in one case."""
    if text not in (text.lower(), text.upper()) or any(not 33 <= ord(character) <= 126 for character in text):
        return False
    prefix, separator, data = text.lower().rpartition("1")
    if (
        not prefix
        or not separator
        or len(data) < 6
        or len(text) > 90
        or any(each not in _BECH32 for each in data)
    ):
        return False
    values = [ord(each) >> 5 for each in prefix] + [0] + [ord(each) & 31 for each in prefix]
    return _remainder(values + [_BECH32[each] for each in data]) in _BECH32_REMAINDERS


def _remainder(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_BECH32_GENERATOR):
            if top >> bit & 1:
                check ^= generator
    return check
