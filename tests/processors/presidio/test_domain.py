"""Public suffixes."""

from __future__ import annotations

import pytest
import tldextract
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.presidio.definitions import Definitions
from spanwright_processors.presidio.domain import Domains

EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
LABELS = (
    "com",
    "co",
    "uk",
    "ck",
    "www",
    "example",
    "xn--p1ai",
    "рф",
    "COM",
    "",
    "local",
    "jp",
    "kawasaki",
    "city",
    "a_b",
    "museum",
)


@pytest.fixture(scope="module")
def domains(definitions: Definitions) -> Domains:
    return Domains(definitions.suffixes, definitions.punycode)


@given(
    before=st.sampled_from(("", "a@", "a/b@", "x?y@", "//a@", "http://u@", "a#b@")),
    labels=st.lists(st.sampled_from(LABELS), min_size=1, max_size=5),
    dot=st.sampled_from(".。．"),
)
def test_agrees_with_tldextract(domains: Domains, before: str, labels: list[str], dot: str) -> None:
    """A host has a name of its own under a public suffix, or not: as tldextract says."""
    address = before + dot.join(labels)
    assert domains.is_registrable(address) == (EXTRACTOR(address).fqdn != "")


@pytest.mark.parametrize(
    ("address", "registrable"),
    [
        ("a@example.com", True),
        ("a@com", False),
        ("a@x.y.ck", True),
        ("a@y.ck", False),
        ("a@www.ck", True),
        ("a@host.local", False),
    ],
)
def test_known(domains: Domains, address: str, registrable: bool) -> None:
    """Rules, wildcards and exceptions of the list."""
    assert domains.is_registrable(address) is registrable
