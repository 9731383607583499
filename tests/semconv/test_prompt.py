"""The hash that names a system prompt."""

from __future__ import annotations

import hashlib

from spanwright_semconv.prompt import system_prompt_sha256


def test_one_part_has_the_hash_of_its_file() -> None:
    """The hash of a prompt of one part is that of its UTF-8 text, nothing stripped."""
    text = " Du bist höflich.\n"
    assert system_prompt_sha256([text]) == hashlib.sha256(text.encode()).hexdigest()


def test_parts_are_joined_by_a_newline() -> None:
    """Several parts hash like one text with a newline between them; their order counts."""
    assert system_prompt_sha256(["a", "b"]) == system_prompt_sha256(iter(["a\nb"]))
    assert system_prompt_sha256(["a", "b"]) != system_prompt_sha256(["b", "a"])


def test_text_that_is_no_unicode_is_hashed_too() -> None:
    """A lone surrogate, which JSON can carry, raises nothing."""
    assert len(system_prompt_sha256(["\ud800"])) == 64
