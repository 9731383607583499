"""Identifiers of no one country: cards, accounts, addresses on networks."""

from __future__ import annotations

import ipaddress
import re
from hashlib import sha256

from .checksums import luhn
from .kinds import Parameters, cleaned

_BASE58 = {
    character: value
    for value, character in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_BECH32 = {character: value for value, character in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
#: BIP 173 and BIP 350: the generator of the code, and what the remainder of a right address is.
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_REMAINDERS = (1, 0x2BC830A3)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{12}\Z")
_NIL_UUID = "00000000-0000-0000-0000-000000000000"


def card(text: str, parameters: Parameters) -> bool:
    """Payment card: ISO/IEC 7812 check digit."""
    return luhn(cleaned(text, parameters))


def bitcoin(text: str, _parameters: Parameters) -> bool:
    """Bitcoin address: Base58Check, or Bech32(m)."""
    if text.startswith(("1", "3")):
        return _base58check(text)
    return text.startswith("bc1") and _bech32(text)


def _base58check(text: str) -> bool:
    number = 0
    body = text.lstrip("1")
    for character in body:
        if character not in _BASE58:
            return False
        number = number * 58 + _BASE58[character]
    raw = number.to_bytes(len(text) - len(body) + (number.bit_length() + 7) // 8, "big")
    return sha256(sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def _bech32(text: str) -> bool:
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


def not_ip(text: str, _parameters: Parameters) -> bool:
    """True for what is no address of IP version 4 or 6, with or without a mask."""
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return True
    return False


def not_mac(text: str, _parameters: Parameters) -> bool:
    """True for what is not twelve hexadecimal digits, and for those of nobody: all zero, and broadcast."""
    bare = text.replace(":", "").replace("-", "").replace(".", "")
    return not _HEXADECIMAL.match(bare) or bare.upper() in ("F" * 12, "0" * 12)


def not_uuid(text: str, _parameters: Parameters) -> bool:
    """True unless version and variant are those of RFC 9562, and for the nil UUID."""
    groups = text.split("-")
    if text == _NIL_UUID or len(groups) != 5 or not all(groups):
        return True
    return groups[2][0] not in "12345678" or groups[3][0].lower() not in "89ab"
