"""What is said of a tool call's arguments, and what never is."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field
from spanwright_instrumentation.argument_check import (
    FREE_TEXT,
    MAX_PROBLEMS,
    Check,
    check_arguments,
    check_attributes,
)

ORDER = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}


@pytest.mark.parametrize(
    ("generated", "schema", "check"),
    [
        ('{"id": "A-17"}', ORDER, Check(True)),
        ('{"id": 17}', ORDER, Check(False, ("type: id",))),
        ('{"id": "A-17"', ORDER, Check(False, ("json",))),
        ('{"id": NaN}', None, Check(False, ("json",))),
        ("[" * 100_000, None, Check(False, ("json",))),
        ('{"id": 17}', None, Check(True)),
        ("", None, Check(None)),
        ("", ORDER, Check(False, ("required: id",))),
        (" ", {"type": "object"}, Check(True)),
        ("any text", FREE_TEXT, Check(None)),
        (None, ORDER, Check(None)),
        ({"id": 17}, ORDER, Check(None)),
    ],
)
def test_verdicts(generated: object, schema: object, check: Check) -> None:
    """Text that is no JSON, or does not fit, is invalid; without arguments an empty object is meant."""
    assert check_arguments(generated, schema) == check


@pytest.mark.parametrize("schema", [7, "object", ["object"], {"type": 7}, {"properties": 7}, {"allOf": 7}])
def test_an_odd_schema_is_no_verdict(schema: object) -> None:
    """Whatever somebody calls a schema, nothing is raised and nothing is claimed."""
    assert check_arguments('{"id": "A-17"}', schema) == Check(None)


def test_problems_are_few_and_told_once() -> None:
    """A long list of wrong items is one problem; of many problems the first are told."""
    wrong_items = {"items": {"type": "string"}}
    assert check_arguments("[1, 2, 3]", wrong_items).problems == ("type: []",)
    many = {"required": [f"p{at}" for at in range(20)]}
    assert len(check_arguments("{}", many).problems) == MAX_PROBLEMS


def test_problems_hold_nothing_that_was_generated() -> None:
    """Neither values nor names that the model made up."""
    schema = {**ORDER, "additionalProperties": False}
    check = check_arguments('{"id": "jane@example.com", "jane@example.com": {"jane": 1}}', schema)
    assert check == Check(False, ("additionalProperties",))


class Schema(BaseModel):
    """A schema as an SDK's model, with names of its own."""

    type: str
    any_of: list[Schema] | None = Field(default=None, serialization_alias="anyOf")


@pytest.mark.parametrize(("generated", "valid"), [('"a"', True), ("1", False)])
def test_an_sdks_model_of_a_schema(generated: str, valid: bool) -> None:
    """It is read with the names that JSON has."""
    schema = Schema(type="STRING", any_of=[Schema(type="STRING"), Schema(type="NULL")])
    assert check_arguments(generated, schema).valid is valid


def test_attributes() -> None:
    """What is not known is left out."""
    assert check_attributes("{}", ORDER) == {
        "spanwright.tool.arguments.valid": False,
        "spanwright.tool.arguments.problems": ("required: id",),
    }
    assert {*check_attributes("", None).values()} == {None}
