"""Cutting text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.truncation import cut, cut_middle, cut_to_bytes, json_bytes, utf8_bytes

#: Text with what is easily cut through: emoji clusters, combining marks, placeholders, quotes.
texts = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            [
                "👩‍👩‍👧",
                "e\u0301",
                "👍🏽",
                "[EMAIL]",
                "[CREDIT_CARD]",
                "[NAME_3f9a1c07]",
                '"',
                "\\",
                "\n",
                "\x00",
            ]
        ),
    ),
    max_size=200,
).map("".join)
PLACEHOLDERS = re.compile(r"\[[A-Z][A-Z_]{1,30}(?:_[0-9a-f]{8})?\]")


@given(texts, st.integers(32, 400))
def test_cut_text_is_within_its_characters_and_counts_the_rest(text: str, chars: int) -> None:
    """At most so many characters, a beginning of the text, and the mark tells exactly what is missing."""
    short = cut(text, chars)
    assert len(short) <= chars
    if short != text:
        kept, left_out = re.fullmatch(r"(.*)…\[\+(\d+) chars\]", short, re.DOTALL).groups()  # type: ignore[union-attr]
        assert text.startswith(kept)
        assert int(left_out) == len(text) - len(kept)


@pytest.mark.parametrize("size", [utf8_bytes, json_bytes])
@given(text=texts, limit=st.integers(32, 400))
def test_cut_text_is_within_its_bytes(size: object, text: str, limit: int) -> None:
    """The limit holds in the unit that counts: plain UTF-8, or as a JSON string with its escapes."""
    measure = utf8_bytes if size is utf8_bytes else json_bytes
    for shorten in (cut_to_bytes, cut_middle):
        short = shorten(text, limit, measure)
        assert measure(short) <= limit
        assert shorten(short, limit, measure) == short
        if measure(text) <= limit:
            assert short == text


@given(texts, st.integers(32, 400))
def test_no_placeholder_and_no_cluster_is_cut_through(text: str, limit: int) -> None:
    """What is left holds whole placeholders only and ends before a whole character, accents included."""
    for short in (cut(text, limit), cut_to_bytes(text, limit), cut_middle(text, limit)):
        if short == text:
            continue
        kept, rest = re.split(r"…\[\+\d+ chars\]…?", short, maxsplit=1)
        assert not is_inside_a_placeholder(text, len(kept))
        following = text[len(kept) : len(kept) + 1]
        assert not (kept and following and unicodedata.combining(following))
        assert not kept.endswith("\u200d")
        tail = text[len(text) - len(rest) :]
        assert tail == rest
        assert not is_inside_a_placeholder(text, len(text) - len(rest))
        assert not rest or not unicodedata.combining(rest[0])


def is_inside_a_placeholder(text: str, at: int) -> bool:
    return any(found.start() < at < found.end() for found in PLACEHOLDERS.finditer(text))


def test_a_cut_placeholder_is_left_out_whole() -> None:
    """A cut in the middle of a placeholder moves before it."""
    text = "x" * 40 + "[EMAIL]" + "y" * 100
    for chars in range(53, 61):
        assert cut(text, chars).startswith("x" * 38)
        assert "[E" not in cut(text, chars).replace("[EMAIL]", "")


def test_a_second_cut_goes_on_counting() -> None:
    """What two cuts left out is one sum, with one mark."""
    once = cut("x" * 5000, 2000)
    assert cut(once, 100) == cut("x" * 5000, 100)


def test_a_stack_trace_keeps_its_head_and_its_end() -> None:
    """The first lines and more of the last ones, which name the exception."""
    trace = "Traceback:\n" + "".join(f"  line {n}\n" for n in range(1000)) + "ValueError: the end"
    short = cut_middle(trace, 400)
    assert short.startswith("Traceback:\n")
    assert short.endswith("ValueError: the end")
    assert short.index("…[+") < 200


def test_long_text_is_cut_in_reasonable_time() -> None:
    """A megabyte is not measured again for every step of the search."""
    assert utf8_bytes(cut_to_bytes("é" * 2_000_000, 24_000)) <= 24_000
    assert json_bytes(cut_to_bytes("\n" * 2_000_000, 24_000, json_bytes)) <= 24_000
