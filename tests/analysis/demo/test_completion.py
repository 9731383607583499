"""Token counts and prompt caching of the bundled server."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from spanwright_analysis.demo.completion import PromptCache, count_tokens, pieces


@given(st.text())
def test_pieces_make_the_text_again(text: str) -> None:
    """Nothing is lost between the pieces but blanks at the end."""
    assert "".join(pieces(text)).rstrip() == text.rstrip()


def test_tokens_are_about_as_many_as_the_provider_counts() -> None:
    """A word of common length is one token, a long one several, each sign one."""
    assert (count_tokens("Hold the key."), count_tokens("internationalisation"), count_tokens("")) == (
        4,
        3,
        0,
    )


def test_the_cache_reads_the_longest_common_beginning() -> None:
    """In steps of 128 from 1,024 tokens on."""
    cache = PromptCache()
    prompt = [str(number) for number in range(1500)]
    assert [cache.read(prompt), cache.read(prompt), cache.read([*prompt[:1100], "else"])] == [0, 1408, 1024]
    assert cache.read(prompt[:1000]) == 0
