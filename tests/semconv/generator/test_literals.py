"""Generated code looks as ruff would lay it out."""

from __future__ import annotations

import ast

from generator.literals import Node, call, layout, string, strings
from hypothesis import given
from hypothesis import strategies as st


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_strings_keep_their_value(value: str) -> None:
    """A literal evaluates to the string it was made from."""
    assert ast.literal_eval(string(value)) == value


def test_one_line_where_it_fits() -> None:
    """Short calls stay on one line; a tuple of one keeps its comma."""
    assert layout(call("f", "1", strings(["a"]))) == 'f(1, ("a",))'
    assert layout(strings([])) == "()"


def test_one_item_a_line_where_it_does_not() -> None:
    """A call over the width is opened, with a trailing comma, and what fits inside stays whole."""
    long = Node("f(", ["x" * 60, call("g", "y" * 60)], ")")
    assert layout(long) == f"f(\n    {'x' * 60},\n    g({'y' * 60}),\n)"
