"""International bank account numbers."""

from __future__ import annotations

import pytest
from spanwright_processors.detect.iban import is_iban
from support.findings import values

# The examples of the SWIFT IBAN registry.
IBANS = [
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "GB29NWBK60161331926819",
    "GB29 NWBK 6016 1331 9268 19",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
    "CH9300762011623852957",
    "ES91-2100-0418-4502-0005-1332",
]


@pytest.mark.parametrize("number", IBANS)
def test_finds_the_registry_s_examples(number: str) -> None:
    """Numbers are found in one piece or in groups, and end where their country's length says."""
    for text in (number, f"pay to {number}.", f"IBAN: {number} THANKS", f'"{number}"'):
        assert values(text, "IBAN_CODE") == [number], text


def test_finds_lower_case_where_it_is_named() -> None:
    """In lower case the word IBAN has to stand before it."""
    assert values("my iban is de89 3704 0044 0532 0130 00", "IBAN_CODE") == ["de89 3704 0044 0532 0130 00"]


@pytest.mark.parametrize(
    "text",
    [
        "DE88370400440532013000",
        "DE8937040044053201300",
        "XX89370400440532013000",
        "DE893704004405320130001",
        "AB12CD34EF56AB12CD34EF56",
        "deadbeef1234567890deadbeef",
    ],
)
def test_leaves_wrong_check_digits_lengths_and_countries(text: str) -> None:
    """What fails the country's length or the check digits is no account number."""
    assert values(text, "IBAN_CODE") == []


def test_is_iban_wants_capitals_without_separators() -> None:
    """The check is for the electronic form."""
    assert is_iban("NO9386011117947")
    assert not is_iban("NO93 8601 1117 947")
