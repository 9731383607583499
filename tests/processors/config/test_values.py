"""Values as users write them become the type the key asks for, or are refused with what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.config.values import Text, UnusableValueError, convert, describe, nearest


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Rule:
    name: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError("weight is below 0. Set 0 or more instead.")


@pytest.mark.parametrize(
    ("typed", "hint", "value"),
    [
        ("true", bool, True),
        (" FALSE ", bool, False),
        ("24000", int, 24000),
        ("0.5", float, 0.5),
        ("a, b", str, "a, b"),
        ("~x", Path, Path("~x")),
        ("a, b ,,c", tuple[str, ...], ("a", "b", "c")),
        ("none", tuple[str, ...], ()),
        ("1,2", frozenset[int], frozenset({1, 2})),
        ("a=1, b=2", Mapping[str, int], {"a": 1, "b": 2}),
        ("k=x=y", dict[str, str], {"k": "x=y"}),
        ("Blue", Colour, Colour.BLUE),
        ("fast", Literal["fast", "presidio"], "fast"),
        ("red,blue", tuple[Colour, ...], (Colour.RED, Colour.BLUE)),
        ("none", int | None, None),
        ("7", int | None, 7),
        ("x", int | str, "x"),
    ],
)
def test_text_is_read_by_the_type_of_its_key(typed: str, hint: Any, value: object) -> None:
    """An environment variable becomes bool, number, list, mapping or choice as its key needs it."""
    converted = convert(Text(typed), hint)
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("typed", "hint", "value"),
    [
        (True, bool, True),
        (3, float, 3.0),
        (["a"], tuple[str, ...], ("a",)),
        ({"a": 1}, Mapping[str, float], {"a": 1.0}),
        ([{"name": "x", "weight": 2}], tuple[Rule, ...], (Rule("x", 2.0),)),
        (None, str | None, None),
        (3, Any, 3),
    ],
)
def test_typed_values_of_a_file_are_taken(typed: object, hint: Any, value: object) -> None:
    """A YAML value of the right type is used; whole numbers stand for numbers, mappings for dataclasses."""
    assert convert(typed, hint) == value


@pytest.mark.parametrize(
    ("typed", "hint", "why"),
    [
        (Text("yes"), bool, "neither true nor false"),
        ("true", bool, "neither true nor false"),
        (1, bool, "neither true nor false"),
        (Text("abc"), int, "not a whole number"),
        (Text("1.5"), int, "not a whole number"),
        (True, int, "not a whole number"),
        ("5", int, "not a whole number"),
        (Text("nan"), float, "not a number"),
        (False, float, "not a number"),
        (5, str, "not text"),
        (None, str, "not text"),
        ("a,b", tuple[str, ...], "not a list"),
        (Text("a"), Mapping[str, str], "not a list of pairs"),
        (["a"], Mapping[str, str], "not a mapping"),
        (Text("grene"), Colour, "no such choice"),
        ({"weight": 1}, Rule, '"name" is missing'),
        ({"name": "x", "colour": 1}, Rule, '"colour" is not one of its keys'),
        ({"name": "x", "weight": -1}, Rule, "weight is below 0"),
        (Text("x"), Rule, "not a mapping"),
    ],
)
def test_a_wrong_type_is_refused(typed: object, hint: Any, why: str) -> None:
    """Nothing is guessed: a value of another type is an error that says why and what to set."""
    with pytest.raises(UnusableValueError) as caught:
        convert(typed, hint)
    assert why in caught.value.why
    assert caught.value.instead
    assert not caught.value.instead.endswith(".")


def test_a_misspelt_choice_is_suggested() -> None:
    """The nearest choice is named beside the list of all."""
    with pytest.raises(UnusableValueError) as caught:
        convert(Text("bleu"), Colour)
    assert caught.value.instead == 'Did you mean "blue"? Set one of red, blue instead'


@given(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_what_python_prints_is_read_back(whole: int, number: float, flag: bool) -> None:
    """Numbers and booleans survive the way through text."""
    assert convert(Text(str(whole)), int) == whole
    assert convert(Text(repr(number)), float) == number
    assert convert(Text(str(flag)), bool) is flag


@given(st.lists(st.text("abcXYZ019_.-", min_size=1), max_size=5))
def test_lists_survive_the_way_through_text(items: list[str]) -> None:
    """Items without commas or blanks come back in order."""
    if [item.lower() for item in items] != ["none"]:
        assert convert(Text(",".join(items)), tuple[str, ...]) == tuple(items)


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (bool, "true or false"),
        (int | None, "whole number"),
        (tuple[str, ...], "list of text"),
        (Mapping[str, float], "mapping to number"),
        (Colour, "one of `red`, `blue`"),
        (Literal["a", "b"], "one of `a`, `b`"),
        (tuple[Rule, ...], "list of mapping with `name`, `weight`"),
        (Path, "path"),
        (Any, "any value"),
    ],
)
def test_types_are_described_in_words(hint: Any, words: str) -> None:
    """The reference page names types as a reader would."""
    assert describe(hint) == words


def test_nearest_ignores_case_and_gives_up_far_away() -> None:
    """A suggestion is made only for a near miss."""
    assert nearest("ENTITEIS", ["entities", "placeholder"]) == "entities"
    assert nearest("zzz", ["entities"]) is None
