"""Identifiers of no one country: cards, accounts, addresses on networks."""

from __future__ import annotations

import ipaddress
import re

from ...detect.bitcoin import has_base58_check, is_bech32
from .checksums import luhn
from .kinds import Parameters, cleaned

_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{12}\Z")
_NIL_UUID = "00000000-0000-0000-0000-000000000000"


def card(text: str, parameters: Parameters) -> bool:
    """Payment card: ISO/IEC 7812 check digit."""
    return luhn(cleaned(text, parameters))


def bitcoin(text: str, _parameters: Parameters) -> bool:
    """Bitcoin address: Base58Check, or Bech32(m)."""
    if text.startswith(("1", "3")):
        return has_base58_check(text)
    return text.startswith("bc1") and is_bech32(text)


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
