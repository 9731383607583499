"""Identifiers of no one country."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio.validators import generic

PAIRS = {"replacement_pairs": [["-", ""], [" ", ""]]}


def test_card() -> None:
    """Separators do not count."""
    assert generic.card("4242-4242 4242-4242", PAIRS)
    assert not generic.card("4242-4242 4242-4243", PAIRS)


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", True),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", True),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", True),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", True),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", False),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdr", False),
        ("bc1Qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", False),
        ("2J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", False),
    ],
)
def test_bitcoin(address: str, right: bool) -> None:
    """Base58Check, Bech32 and Bech32m (the examples of BIP 173 and BIP 350)."""
    assert generic.bitcoin(address, {}) is right


@pytest.mark.parametrize("text", ["10.0.0.1", "10.0.0.1/8", "::1", "fe80::1%eth0"])
def test_ip(text: str) -> None:
    """With or without a mask or zone."""
    assert not generic.not_ip(text, {})
    assert generic.not_ip(text + "x/", {})


def test_mac() -> None:
    """Broadcast and zero are nobody's."""
    assert not generic.not_mac("00:1A:2B:3C:4D:5E", {})
    assert generic.not_mac("ff-ff-ff-ff-ff-ff", {})
    assert generic.not_mac("0000.0000.0000", {})
    assert generic.not_mac("00:1A:2B:3C:4D", {})


def test_uuid() -> None:
    """Version 1 to 8, variant of RFC 9562, not nil."""
    assert not generic.not_uuid("550e8400-e29b-41d4-a716-446655440000", {})
    assert generic.not_uuid("550e8400-e29b-91d4-a716-446655440000", {})
    assert generic.not_uuid("550e8400-e29b-41d4-c716-446655440000", {})
    assert generic.not_uuid("00000000-0000-0000-0000-000000000000", {})
