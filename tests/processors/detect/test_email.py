"""E-mail addresses."""

from __future__ import annotations

import pytest
from support.findings import values


@pytest.mark.parametrize(
    "address",
    [
        "john.doe@example.com",
        "JOHN@EXAMPLE.COM",
        "john+tag@mail.example.co.uk",
        "o'brien@example.ie",
        "john_doe-99@sub-domain.example.org",
        "jörg@example.de",
        "info@exämple.de",
        "user@xn--exmple-cua.com",
        "john%40example.com",
        "a@b.io",
    ],
)
def test_finds_whole_addresses_in_their_surroundings(address: str) -> None:
    """The whole address is found and nothing around it, whatever stands there."""
    for text in (
        address,
        f"mail {address}.",
        f"<{address}>",
        f"'{address}'",
        f"email={address}&x=1",
        f"({address})",
    ):
        assert values(text, "EMAIL_ADDRESS") == [address], text


@pytest.mark.parametrize(
    "text",
    [
        "@decorator",
        "npm install @scope/package@1.2.3",
        "logo@2x.png",
        "git@github.com:org/repo.git",
        "user@localhost",
        "a @ b",
        "price @ 3.50",
        "x@y",
        "@@@@",
        "matrix.__matmul__(a@b)",
    ],
)
def test_leaves_what_only_has_an_at_sign(text: str) -> None:
    """Decorators, package versions, resolutions and hosts without a domain are no addresses."""
    assert values(text, "EMAIL_ADDRESS") == []
