"""IP addresses."""

from __future__ import annotations

import pytest
from support.findings import values


@pytest.mark.parametrize(
    "address",
    [
        "203.0.113.7",
        "10.1.2.3",
        "8.8.8.8",
        "2001:db8::ff00:42:8329",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "fe80::1ff:fe23:4567:890a",
        "::ffff:192.0.2.128",
    ],
)
def test_finds_both_versions(address: str) -> None:
    """Addresses are found alone, in sentences, URLs, brackets and with a prefix length."""
    for text in (address, f"from {address}, twice", f"[{address}]", f"client={address}", f"{address}/24"):
        assert values(text, "IP_ADDRESS") == [address], text


def test_finds_addresses_in_urls() -> None:
    """The host of a URL and its port are told apart."""
    assert values("http://203.0.113.7:8080/x", "IP_ADDRESS") == ["203.0.113.7"]


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "0.0.0.0",
        "::1",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "version 1.2.3.4",
        "v1.2.3.4",
        "Chrome/120.0.0.0",
        "package==1.2.3.4",
        "12:03:11",
        "std::vector",
        "a[::2]",
        "01:23:45:67:89:ab",
        "section 4.2.1.3a",
    ],
)
def test_leaves_versions_times_and_addresses_of_nobody(text: str) -> None:
    """Versions, times, scopes, hardware addresses, loopback and unspecified addresses stay."""
    assert values(text, "IP_ADDRESS") == []
