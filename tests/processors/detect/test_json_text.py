"""Editing strings inside JSON text."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect import json_text
from spanwright_processors.detect.json_text import Edit, Kind, apply, decode, edits, leaves, written

documents = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
layouts = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}])


@given(documents, layouts)
def test_leaves_are_the_strings_of_the_document(document: Any, layout: dict[str, Any]) -> None:
    """Every string and key is a leaf, decoded as the JSON decoder does, where it is written."""
    text = json.dumps(document, **layout)
    strings: list[str] = []
    _walk(json.loads(text), strings)
    found = [leaf for leaf in leaves(text) if leaf[4] is not Kind.NUMBER]
    assert sorted(leaf[0] for leaf in found) == sorted(strings)
    for decoded, start, end, _, _ in found:
        assert json.loads(f'"{text[start:end]}"') == decoded


def _walk(node: Any, strings: list[str]) -> None:
    if isinstance(node, str):
        strings.append(node)
    elif isinstance(node, list):
        for item in node:
            _walk(item, strings)
    elif isinstance(node, dict):
        for key, item in node.items():
            strings.append(key)
            _walk(item, strings)


@given(documents, layouts)
def test_no_edits_change_nothing(document: Any, layout: dict[str, Any]) -> None:
    """Without edits the text stays as it is, byte for byte."""
    text = json.dumps(document, **layout)
    assert edits(text, lambda leaf, key, kind: []) == []
    assert apply(text, []) == text


@given(st.text(max_size=30), st.data(), st.booleans())
def test_edits_of_the_decoded_text_are_made_where_it_is_written(
    text: str, data: st.DataObject, ascii_only: bool
) -> None:
    """An edit of the decoded string has the same effect on the written one, whatever its escapes."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edit = Edit(start, end, "[X]")
    raw = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    edited = apply(raw, written(raw, [edit]))
    assert json.loads(f'"{edited}"') == apply(text, [edit])


@given(st.text(alphabet=st.sampled_from("\\u0123dD8cCnt\"' é😀\ud83d")))
def test_decoding_never_raises(raw: str) -> None:
    """Broken escapes are decoded as far as they can be."""
    decode(raw)
    written(raw, [Edit(0, len(decode(raw)), "[X]")])


def test_surrogate_pairs_are_one_character() -> None:
    """A pair of escapes is joined, a lone one kept."""
    assert decode(r"a\ud83d\ude00b\ud83dc\ude00") == "a😀b\ud83dc\ude00"


def test_keys_of_leaves() -> None:
    """A string's key is the nearest one around it, arrays aside, not that of an object that has ended."""
    text = '{"a": "1", "b": ["2", ["3"]], "c": [{"id": "4"}, "5"], "d": {"e": 1234567, "f": "6"}}'
    keys = {leaf[0]: leaf[3] for leaf in leaves(text) if leaf[4] is not Kind.KEY}
    assert keys == {"1": "a", "2": "b", "3": "b", "4": "id", "5": "", "1234567": "e", "6": "f"}


def test_a_number_s_edit_gets_quotation_marks() -> None:
    """A masked number becomes a string, so the JSON stays valid."""
    text = '{"phone": 4155552671}'
    made = edits(text, lambda leaf, key, kind: [Edit(0, len(leaf), "[X]")] if kind is Kind.NUMBER else [])
    assert apply(text, made) == '{"phone": "[X]"}'


@given(st.text(alphabet=st.sampled_from('":,{}[] \n\tak1234567-.'), max_size=60))
def test_text_without_escapes_takes_a_short_cut_to_the_same_leaves(text: str) -> None:
    """Valid or not: keys, strings, numbers and where they are."""
    assert list(leaves(text)) == list(json_text._escaped_leaves(text))
