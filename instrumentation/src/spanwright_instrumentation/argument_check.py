"""Whether what a model generated for a tool is JSON that fits the tool's parameters, and if not, why.

A verdict is True, False or None: what cannot be told for certain is no verdict. It is made when a span's
attributes are read, as a rule in an exporter's thread, by the JSON Schema with which the request offered the
tool. That may be anybody's (an MCP server's): nothing is fetched or run for it, and the work is bounded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from spanwright_semconv import attributes

from .schema_check import Finding, fits


class _Kind:
    """What a tool takes that is not described by a JSON Schema."""

    __slots__ = ()


#: In place of a schema: the tool takes text of any form.
FREE_TEXT: Final = _Kind()

#: Problems that are told at most.
MAX_PROBLEMS = 5

#: The problem of a text that is no JSON.
NOT_JSON = "json"


class Check(NamedTuple):
    """What became of a check; ``problems`` never hold a value, nor a name that the model made up.

    A problem is a keyword of JSON Schema and the parameter that fails it: ``required: order.id``,
    ``type: items[].quantity``; or ``json``.
    """

    valid: bool | None
    problems: tuple[str, ...] = ()


_UNKNOWN = Check(None)


def check_arguments(generated: object, schema: object = None) -> Check:
    """Check one tool call.

    :param generated: the text that the model generated; anything else is not known to be it.
    :param schema: of the tool's parameters, as the application gave it to the SDK: a mapping or an SDK's
        model; ``FREE_TEXT``; None if unknown, then only the form of the text is looked at.
    """
    if not isinstance(generated, str) or schema is FREE_TEXT:
        return _UNKNOWN
    if not generated.strip():  # a tool without arguments
        return _UNKNOWN if schema is None else _checked({}, schema)
    try:
        value = json.loads(generated, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return Check(False, (NOT_JSON,))
    return Check(True) if schema is None else _checked(value, schema)


def _refuse(constant: str) -> None:
    raise ValueError(f"JSON has no {constant}")


def _checked(value: object, schema: object) -> Check:
    try:
        findings: list[Finding] = []
        verdict = fits(value, _plain(schema), findings)
    except Exception:  # whatever somebody calls a schema
        return _UNKNOWN
    problems = dict.fromkeys(map(str, findings)) if verdict is False else ()
    return Check(verdict, tuple(problems)[:MAX_PROBLEMS])


def _plain(schema: object) -> Any:
    """A mapping; of an SDK's model with the names that JSON has."""
    if isinstance(schema, (Mapping, bool)):
        return schema
    dump = getattr(schema, "model_dump", None)
    if dump is None:
        raise TypeError("no schema")
    return dump(mode="json", exclude_none=True, by_alias=True)


def check_attributes(generated: object, schema: object) -> dict[str, Any]:
    """What a tool's span says of the arguments; made when it is read, since that may take a while."""
    check = check_arguments(generated, schema)
    return {
        attributes.SPANWRIGHT_TOOL_ARGUMENTS_VALID: check.valid,
        attributes.SPANWRIGHT_TOOL_ARGUMENTS_PROBLEMS: check.problems or None,
    }
