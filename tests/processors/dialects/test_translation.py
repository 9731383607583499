"""What the attributes of one span become."""

from __future__ import annotations

from typing import Any

from spanwright_processors.dialects.placing import place, place_rows
from spanwright_processors.dialects.table import Rule, content_of
from spanwright_processors.dialects.translation import Placer, Translation

PLACER = Placer(place, place_rows)
MOVED = "spanwright.original.attribute."


def read(attributes: dict[str, Any], key: str, rule: Rule, **options: Any) -> Translation:
    translation = Translation(attributes, "chat", **options)
    if rule.kind == "content":
        translation.read([], [content_of(rule, [key])], PLACER)
    else:
        translation.read([(key, attributes[key], rule)], [], PLACER)
    return translation


def test_a_new_name() -> None:
    """The value takes its official type and name."""
    rule = Rule("attribute", "d", targets=("gen_ai.request.max_tokens",), is_plain=True)
    found = read({"x": "5"}, "x", rule)
    assert (found.new, found.gone, found.dialects) == ({"gen_ai.request.max_tokens": 5}, ["x"], {"d"})


def test_what_does_not_fit_stays() -> None:
    """No count is read out of a word; in the conventions' namespace it cannot stay under its name."""
    rule = Rule("attribute", "d", targets=("gen_ai.request.max_tokens",), is_plain=True)
    assert (read({"x": "many"}, "x", rule).gone, read({"x": "many"}, "x", rule).new) == ([], {})
    assert read({"gen_ai.x": "many"}, "gen_ai.x", rule).left == {f"{MOVED}gen_ai.x": "many"}


def test_units_and_words() -> None:
    """Milliseconds become seconds, one word another."""
    seconds = Rule("attribute", "d", targets=("gen_ai.response.time_to_first_chunk",), divided_by=1000)
    assert read({"ms": 250}, "ms", seconds).new == {"gen_ai.response.time_to_first_chunk": 0.25}
    words = Rule("attribute", "d", targets=("gen_ai.output.type",), values={"json_object": "json"})
    assert read({"f": "JSON_object"}, "f", words).new == {"gen_ai.output.type": "json"}


def test_objects_by_path() -> None:
    """What of an object has a place goes there, the rest stays under its name."""
    rule = Rule("object", "d", values={"a.b": ("gen_ai.request.seed",), "c": ("gen_ai.request.model",)})
    found = read({"o": '{"a":{"b":1,"x":2},"c":"m","d":null}'}, "o", rule)
    assert found.new == {"gen_ai.request.seed": 1, "gen_ai.request.model": "m"}
    assert found.left == {"o": '{"a":{"x":2}}'}
    assert read({"o": "no object"}, "o", rule).gone == []


def test_the_official_value_wins() -> None:
    """Another value stays; the same, also as other JSON text, goes."""
    rule = Rule("attribute", "d", targets=("gen_ai.tool.call.arguments",))
    held = {"gen_ai.tool.call.arguments": '{"a": 1}'}
    assert read({**held, "x": {"a": 1}}, "x", rule).gone == ["x"]
    assert read({**held, "x": {"a": 2}}, "x", rule).gone == []


def test_types_are_put_right() -> None:
    """An official attribute of another type is converted, or moved where it cannot be."""
    typed = Rule("typed", "")
    found = read({"gen_ai.response.finish_reasons": '["stop"]'}, "gen_ai.response.finish_reasons", typed)
    assert found.new == {"gen_ai.response.finish_reasons": ("stop",)}
    moved = read({"gen_ai.request.seed": 1.5}, "gen_ai.request.seed", typed)
    assert (moved.left, moved.gone) == ({f"{MOVED}gen_ai.request.seed": 1.5}, ["gen_ai.request.seed"])


def test_repeats_and_vectors() -> None:
    """What is said twice goes where that is wanted; vectors go always; both are named."""
    repeat = Rule("repeat", "d", repeats=True)
    assert read({"x": 1}, "x", repeat).dropped == []
    assert read({"x": 1}, "x", repeat, drops_repeats=True).dropped == ["x"]
    assert read({"v": (0.1,)}, "v", Rule("drop", "d")).dropped == ["v"]


def test_user_ids_stand_under_one_name_only() -> None:
    """They are hashed there; under another they would stay."""
    rule = Rule("attribute", "d", targets=("user.id",))
    for attributes in ({"u": "bob"}, {"u": "bob", "user.id": "alice"}):
        assert (read(dict(attributes), "u", rule).private, read(dict(attributes), "u", rule).left) == (
            ["u"],
            {},
        )


def test_flattened_attributes_go_together() -> None:
    """All of a family, once what they make has its place."""
    rule = Rule("content", "d", family="m.", content="input_messages")
    attributes = {"m.0.role": "user", "m.0.content": "hi"}
    translation = Translation(attributes, "chat")
    translation.read([], [content_of(rule, attributes)], PLACER)
    assert sorted(translation.gone) == sorted(attributes)
    assert list(translation.new) == ["gen_ai.input.messages"]


def test_what_was_moved_leaves_its_place() -> None:
    """An official attribute that cannot stay does not keep a dialect's value away."""
    attributes = {"gen_ai.request.model": False, "x": "m"}
    translation = Translation(attributes, "chat")
    rules = (
        ("gen_ai.request.model", Rule("typed", "")),
        ("x", Rule("attribute", "d", targets=("gen_ai.request.model",))),
    )
    translation.read([(key, attributes[key], rule) for key, rule in rules], [], PLACER)
    assert translation.get("gen_ai.request.model") == "m"
    assert translation.left == {f"{MOVED}gen_ai.request.model": False}
