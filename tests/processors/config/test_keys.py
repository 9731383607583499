"""The schema is read from the dataclasses that use it, their docs included."""

from __future__ import annotations

from dataclasses import dataclass, field

from spanwright_processors.config.keys import build, field_docs, keys_of, section_doc


@dataclass(frozen=True)
class Limits:
    #: Bytes of one value.
    #: Zero means none.
    value_bytes: int = 100
    count: int = 5


@dataclass(frozen=True)
class Whole:
    """Cuts what is
    too long.

    More about it.
    """

    limits: Limits = Limits()
    key: str | None = field(default=None, metadata={"secret": True})
    """Secret of
    the hash."""
    names: tuple[str, ...] = field(default_factory=lambda: ("a", "b"))
    inner: int = field(default=1, metadata={"key": False})


@dataclass(frozen=True)
class Bare:
    x: int = 1


def test_keys_are_the_fields_and_those_of_dataclasses_inside() -> None:
    """A dataclass inside a dataclass is a level of keys; fields marked so are none."""
    keys = {key.name: key for key in keys_of(Whole, ("my-step",))}
    assert list(keys) == [
        "my-step.limits.value_bytes",
        "my-step.limits.count",
        "my-step.key",
        "my-step.names",
    ]
    assert keys["my-step.limits.value_bytes"].variable == "SPANWRIGHT_MY_STEP_LIMITS_VALUE_BYTES"
    assert keys["my-step.limits.count"].default == 5
    assert keys["my-step.names"].default == ("a", "b")
    assert keys["my-step.key"].secret
    assert not keys["my-step.names"].secret


def test_docs_stand_above_or_below_a_field() -> None:
    """``#:`` lines above a field and a string below it are its doc, on one line; others have none."""
    assert field_docs(Limits) == {"value_bytes": "Bytes of one value. Zero means none.", "count": ""}
    assert field_docs(Whole)["key"] == "Secret of the hash."
    assert next(iter(keys_of(Limits, documented=True))).doc.startswith("Bytes")
    assert next(iter(keys_of(Limits))).doc == ""


def test_a_section_is_described_by_the_first_paragraph() -> None:
    """Only the first paragraph of a docstring is used, and never the signature dataclasses write."""
    assert section_doc(Whole) == "Cuts what is too long."
    assert section_doc(Bare) == ""


def test_build_puts_values_in_and_leaves_the_rest_at_its_default() -> None:
    """Values are placed by path; dataclasses nothing was set in stay the default object."""
    assert build(Whole, {("s", "key"): "k"}, ("s",)) == Whole(key="k")
    assert build(Whole, {("s", "limits", "count"): 9}, ("s",)) == Whole(limits=Limits(count=9))
