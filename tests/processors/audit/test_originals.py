from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.audit.originals import Edit, Record, Replaced, decoded, packed, restored, unpacked

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
EDITS = st.lists(
    st.tuples(st.integers(0, 2**31), ANY_TEXT, ANY_TEXT).map(lambda edit: Edit(*edit)), max_size=5
)


@given(st.integers(0, 2**63), st.lists(st.tuples(ANY_TEXT, ANY_TEXT, EDITS), max_size=4))
def test_a_record_comes_back(time_ns: int, replaced: list[tuple[str, str, list[Edit]]]) -> None:
    """Any text survives, lone surrogates and control characters as well."""
    record = Record(time_ns, tuple(Replaced(place, key, tuple(edits)) for place, key, edits in replaced))
    assert decoded(record.encode()) == record


@given(st.binary(max_size=2000))
def test_packing_is_small(content: bytes) -> None:
    """Packing adds one byte at most to what does not compress, a few where it was tried."""
    text = b'"' + content.hex().encode() + b'"'
    assert unpacked(packed(text)) == content.hex()
    assert len(packed(text)) <= len(text) + 1


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str, list[list[Edit]]]:
    """A text, what several rounds of edits made of it, and those."""
    original = text = draw(st.text(max_size=40))
    rounds = []
    for _ in range(draw(st.integers(1, 3))):
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
        edits = [
            Edit(start, text[start:end], draw(st.sampled_from(["[EMAIL]", "[NAME]", ""])))
            for start, end in zip(cuts[::2], cuts[1::2], strict=False)
        ]
        for edit in reversed(edits):
            text = text[: edit.start] + edit.replacement + text[edit.start + len(edit.original) :]
        rounds.append(edits)
    return original, text, rounds


@given(edited())
def test_the_original_is_restored_exactly(case: tuple[str, str, list[list[Edit]]]) -> None:
    """Undoing the edits, the last round first, gives the text as it was."""
    original, text, rounds = case
    assert restored(text, rounds) == original


def test_another_text_is_not_restored() -> None:
    """A text that was cut since is refused rather than filled with the wrong values."""
    with pytest.raises(ValueError, match="is not at 3"):
        restored("to [EM…", [[Edit(3, "bob@example.com", "[EMAIL]")]])
