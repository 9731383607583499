"""IP addresses, version 4 and 6. Loopback and unspecified addresses tell nothing about anybody and stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from .finding import Entity, Finding

# Not part of a longer dotted number, of a product/version pair (Chrome/120.0.0.0) or of a pinned requirement.
# The first digit stands before what must not be before it: so the search skips from digit to digit.
_V4 = re.compile(
    r"[0-9](?<![\w.\\-].)(?<![^/\W]/.)(?<![=~<>]=.)[0-9]{0,2}\.(?:[0-9]{1,3}\.){2}[0-9]{1,3}"
    r"(?!\w)(?!\.[0-9])(?!-[0-9])"
)
_VERSION = re.compile(r"(?:\bver(?:sion|\.)?|\brelease|\bbuild|\bfirmware)[ :=]{0,3}\Z", re.IGNORECASE)
_V6_INSIDE = re.compile(r":[0-9A-Fa-f]{0,4}:")
_V6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]{1,4})?"
    r"(?![\w:])(?!\.[0-9])"
)
_HEX = "0123456789abcdefABCDEF"


def find(text: str, _lower: str) -> Iterator[Finding]:
    if "." in text:
        yield from _version_4(text)
    if ":" in text:
        yield from _version_6(text)


def _version_4(text: str) -> Iterator[Finding]:
    for match in _V4.finditer(text):
        try:
            address = IPv4Address(match.group())
        except ValueError:
            continue
        before = text[max(0, match.start() - 12) : match.start()]
        if not (address.is_loopback or address.is_unspecified or _VERSION.search(before)):
            yield Finding(Entity.IP_ADDRESS, match.start(), match.end(), 0.8)


def _version_6(text: str) -> Iterator[Finding]:
    end = 0
    for inside in _V6_INSIDE.finditer(text):
        colon = inside.start()
        before = text[max(end, colon - 5) : colon]
        match = _V6.match(text, colon - len(before) + len(before.rstrip(_HEX))) if colon >= end else None
        if match is None:
            continue
        end = match.end()
        try:
            address = IPv6Address(match.group())
        except ValueError:
            continue
        groups = [group for group in re.split("[:.]", match.group()) if group]
        # Fewer groups are slices and scopes in code: a[::2], x::1.
        if len(groups) >= 3 and not (address.is_loopback or address.is_unspecified):
            yield Finding(Entity.IP_ADDRESS, match.start(), end, 0.8)
