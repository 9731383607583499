"""Addresses of Bitcoin: the standards' own examples, and what only looks like one."""

from __future__ import annotations

import pytest
from spanwright_processors.detect.bitcoin import find, is_address
from support.scanners import NATIVE, PURE

#: Of the first block, of BIP 13's form, of BIP 173 and of BIP 350.
ADDRESSES = (
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("frame", ["{}", "pay to {}.", "wallet={}&x=1", "é{} ", "_{}_"])
def test_found_in_any_frame(address: str, frame: str) -> None:
    """With the native scanner and without it."""
    text = frame.format(address)
    if frame.startswith("é"):
        text = text.replace("é", "é ")
    start = text.index(address)
    for detector in (PURE, NATIVE):
        (finding,) = (each for each in detector.find(text) if each.type == "CRYPTO")
        assert finding == ("CRYPTO", start, start + len(address), 1.0)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_changed_character_is_noticed(address: str) -> None:
    """A check digit that is wrong is no address."""
    for index in range(4, len(address)):
        other = "q" if address[index].lower() != "q" else "p"
        changed = address[:index] + (other.upper() if address.isupper() else other) + address[index + 1 :]
        assert not list(find(changed)), changed


@pytest.mark.parametrize(
    "text",
    [
        f"x{ADDRESSES[0]}",
        f"{ADDRESSES[0]}x",
        ADDRESSES[2].replace("qw5", "Qw5"),
        "bc1",
        "1" * 30,
        "3f786850e387550fdab836ed7e6dc881de23001b",
        "",
    ],
)
def test_nothing_of_the_kind(text: str) -> None:
    """Parts of longer words, mixed case, hashes, empty text."""
    assert not list(find(text))


def test_no_text_is_too_odd() -> None:
    """Characters of neither alphabet."""
    assert not is_address("1" + "0" * 30)
    assert not is_address("bc1" + "é" * 20)
    assert not is_address("x")
