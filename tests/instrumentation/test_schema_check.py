"""A value fits a schema, does not, or nobody can tell for certain; jsonschema is the oracle."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_instrumentation.schema_check import Finding, Verdict, fits

jsonschema: Any = import_module("jsonschema")
Schema = dict[str, Any] | bool


def judged(value: object, schema: object) -> tuple[Verdict, list[str]]:
    findings: list[Finding] = []
    return fits(value, schema, findings), [str(each) for each in findings]


NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, 1.0, 2.5])
    | st.text("ab", max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"])
LIMITS = st.integers(0, 3)


def keywords(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    several = st.lists(inner, min_size=1, max_size=2)
    known = {
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "const": VALUES,
        "minimum": LIMITS,
        "maximum": LIMITS,
        "exclusiveMinimum": LIMITS,
        "exclusiveMaximum": LIMITS,
        "multipleOf": st.sampled_from([1, 2, 0.5]),
        "minLength": LIMITS,
        "maxLength": LIMITS,
        "pattern": st.sampled_from(["^a", "b$", "^[ab]{2}$", "a+", "a|b"]),
        "minItems": LIMITS,
        "maxItems": LIMITS,
        "uniqueItems": st.booleans(),
        "minProperties": LIMITS,
        "maxProperties": LIMITS,
        "properties": st.dictionaries(NAMES, inner, max_size=2),
        "required": st.lists(NAMES, max_size=2, unique=True),
        "additionalProperties": inner,
        "items": inner,
        "prefixItems": several,
        "anyOf": several,
        "oneOf": several,
        "allOf": several,
        "not": inner,
        "description": st.just("what it is for"),
        "$ref": st.just("#/$defs/known"),
    }
    return st.fixed_dictionaries({}, optional=known).map(
        lambda schema: dict(list(schema.items())[:5])  # small enough that values get through
    )


SCHEMAS: st.SearchStrategy[Schema] = st.recursive(
    st.booleans() | keywords(st.booleans()), keywords, max_leaves=5
)


@settings(max_examples=400)
@given(schema=SCHEMAS, known=st.fixed_dictionaries({}, optional={"type": TYPES}), value=VALUES)
def test_judges_as_the_oracle(schema: Schema, known: Schema, value: object) -> None:
    """What is judged at all is judged as jsonschema does; these keywords all are."""
    whole = {**schema, "$defs": {"known": known}} if isinstance(schema, dict) else schema
    assert judged(value, whole)[0] is jsonschema.Draft202012Validator(whole).is_valid(value)


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ({}, ["required: order.id", "required: items"]),
        ({"order": {}, "items": []}, ["required: order.id"]),
        ({"order": {"id": 7}, "items": []}, ["type: order.id"]),
        ({"order": {"id": "7"}, "items": [{"count": "two"}]}, ["type: items[].count"]),
        ({"order": {"id": "7"}, "items": [], "secret name": 1}, ["additionalProperties"]),
        ({"order": {"id": "7"}, "items": [], "tags": {"anything": 1}}, ["type: tags.*"]),
    ],
)
def test_tells_keyword_and_place(value: object, problems: list[str]) -> None:
    """A finding names the schema's own properties, never one that the model made up."""
    order = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    item = {"type": "object", "properties": {"count": {"type": "integer"}}}
    schema = {
        "type": "object",
        "properties": {
            "order": order,
            "items": {"type": "array", "items": item},
            "tags": {"additionalProperties": {"type": "string"}},
        },
        "required": ["order", "items"],
        "additionalProperties": False,
    }
    found = judged(value, schema)
    expected = ["required: order", "required: items"] if value == {} else problems
    assert found == (False, expected)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://schemas.example/order.json"},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#"},
        {"pattern": r"(a+)+$"},
        {"pattern": r"\p{L}+"},
        {"patternProperties": {"^x": {"type": "string"}}},
        {"if": {"type": "object"}, "then": {"required": ["a"]}},
        {"type": "any"},
        {"properties": {"a": {"$id": "https://schemas.example/a", "type": "integer"}}},
    ],
)
def test_cannot_tell(schema: Schema) -> None:
    """What would need a fetch, somebody's regular expression or a whole evaluator is no verdict."""
    is_pattern = isinstance(schema, dict) and "pattern" in schema
    value: object = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!" if is_pattern else {"a": "b"}
    assert judged(value, schema)[0] is None


def test_a_failure_beside_what_cannot_be_told() -> None:
    """One keyword that is failed is enough."""
    assert judged({}, {"required": ["a"], "patternProperties": {}}) == (False, ["required: a"])


@pytest.mark.parametrize(
    ("value", "verdict"), [({"n": None, "kind": "A"}, True), ({"n": "x"}, True), ({"n": 1}, False)]
)
def test_openapi_as_gemini_has_it(value: object, verdict: Verdict) -> None:
    """Types in capitals and ``nullable``."""
    schema = {
        "type": "OBJECT",
        "properties": {"n": {"type": "STRING", "nullable": True}, "kind": {"type": "STRING", "enum": ["A"]}},
    }
    assert judged(value, schema)[0] is verdict


@pytest.mark.parametrize(("value", "verdict"), [(1, False), (1.5, True), (3, False)])
def test_draft_4_limits(value: object, verdict: Verdict) -> None:
    """There an excluded limit is a word beside the limit."""
    schema = {"minimum": 1, "exclusiveMinimum": True, "maximum": 3, "exclusiveMaximum": True}
    assert judged(value, schema)[0] is verdict


def test_is_bounded() -> None:
    """A schema that multiplies its work, or leads in a circle, is given up."""
    wide: Schema = {"$defs": {}, "$ref": "#/$defs/n0"}
    assert isinstance(wide, dict)
    for at in range(40):
        wide["$defs"][f"n{at}"] = {"allOf": [{"$ref": f"#/$defs/n{at + 1}"}] * 2}
    wide["$defs"]["n40"] = True
    assert judged(1, wide)[0] is None


@pytest.mark.parametrize("schema", [7, "text", {"properties": {"a": 3}}, {"items": "x"}])
def test_no_schema_is_an_error(schema: object) -> None:
    """What is no schema is said to be none, for the caller to give no verdict."""
    with pytest.raises((TypeError, AttributeError)):
        judged([1] if schema == {"items": "x"} else {"a": 1}, schema)


def test_patterns_of_tools_are_judged() -> None:
    """Dates, ids and codes, which is what tools' patterns are for."""
    for pattern, good, bad in (
        (r"^\d{4}-\d{2}-\d{2}$", "2026-11-23", "23.11.2026"),
        (r"^ORD-[0-9]+$", "ORD-12", "12"),
        (r"^[A-Z]{3}$", "EUR", "EURO\n"),
    ):
        assert re.compile(pattern)
        assert judged(good, {"pattern": pattern})[0] is True
        assert judged(bad, {"pattern": pattern})[0] is False
