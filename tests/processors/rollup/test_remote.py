"""Totals in a header of an HTTP answer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.rollup import RemoteTotals
from spanwright_processors.rollup.remote import CAPTURED

counts = st.integers(0, 10**12)


@given(
    st.one_of(st.none(), st.floats(0, 10**9).map(lambda usd: Decimal(repr(usd)))),
    counts,
    counts,
    counts,
    counts,
)
def test_what_is_written_is_read(
    usd: Decimal | None, unknown: int, calls: int, given_tokens: int, got: int
) -> None:
    """Any totals come through a header as they were."""
    totals = RemoteTotals(usd, unknown, calls, given_tokens, got)
    assert RemoteTotals.read(totals.written()) == totals


@given(st.text(max_size=600))
def test_any_text_is_survived(text: str) -> None:
    """A header comes from others: what cannot be read is None, and nothing is raised."""
    read = RemoteTotals.read(text)
    assert read is None or read.model_calls >= 0


@pytest.mark.parametrize(
    "text",
    ["", "usd=nan", "usd=inf", "usd=-1", "usd=1e300", "calls=-1", "calls=1.5", "calls=" + "9" * 40, "a=b"],
)
def test_figures_that_cannot_be_are_refused(text: str) -> None:
    """No negative, infinite or absurd total is added to ours."""
    assert RemoteTotals.read(text) is None


def test_totals_are_summed() -> None:
    """Of several answers; where none had a priced call there is no cost."""
    one, two = RemoteTotals(Decimal("0.1"), 1, 2, 3, 4), RemoteTotals(None, 1, 1, 1, 1)
    assert one.merged(two) == RemoteTotals(Decimal("0.1"), 2, 3, 4, 5, 2)
    assert two.merged(one) == one.merged(two)
    assert two.merged(two).usd is None
    assert one.merged(None) is one


@pytest.mark.parametrize("key", CAPTURED)
@pytest.mark.parametrize("value", [("usd=0.5;calls=1",), ["usd=0.5;calls=1"], "usd=0.5;calls=1"])
def test_the_captured_header_is_read(key: str, value: object) -> None:
    """As the instrumentors of HTTP clients write it: a list of one, in either spelling."""
    read = RemoteTotals.of({key: value})
    assert read is not None
    assert (read.usd, read.model_calls) == (Decimal("0.5"), 1)


def test_two_headers_are_no_total() -> None:
    """Where somebody sent it twice nobody knows which one counts."""
    assert RemoteTotals.of({CAPTURED[0]: ("usd=1", "usd=2")}) is None
    assert RemoteTotals.of({"http.response.header.other": ("usd=1",)}) is None
