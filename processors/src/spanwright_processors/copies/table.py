"""The tables of attributes that a backend wants under names of its own.

A table is a TOML file, all sections optional:

* ``[every]``: attribute -> the name, or names, of its copy on every span. Of several that have one name for
  their copy, the last one that a span has is copied.
* ``[roots]``: the same on local roots, where the roll-up stands.
* ``[of.<operation>]``: the same on spans of a ``gen_ai.operation.name``.
* ``[operations."<name>"]``: ``gen_ai.operation.name`` -> the value of the attribute ``<name>``.
* ``[times]``: attribute with seconds since the span's start -> name of the time, in ISO 8601 as JSON.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from spanwright_semconv.attributes import GEN_AI_OPERATION_NAME, SPANWRIGHT_TRACE_SPANS

from ..span import EditableSpan

CopyProfile = Literal["langfuse", "langsmith", "none", "phoenix", "tempo"]

PROFILES: tuple[CopyProfile, ...] = ("langfuse", "langsmith", "none", "phoenix", "tempo")

#: Attribute -> the names of its copies.
_Names = tuple[tuple[str, tuple[str, ...]], ...]

_SECONDS = 1_000_000_000


@dataclass(frozen=True)
class Copies:
    """One backend's table."""

    every: _Names = ()
    roots: _Names = ()
    of: Mapping[str, _Names] = field(default_factory=dict)
    operations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    times: Mapping[str, str] = field(default_factory=dict)

    def apply(self, span: EditableSpan) -> None:
        """Put the copies on ``span``. What it has under such a name already stays."""
        attributes = span.attributes
        made: dict[str, Any] = {}
        operation = attributes.get(GEN_AI_OPERATION_NAME)
        self._take(self.every, attributes, made)
        if SPANWRIGHT_TRACE_SPANS in attributes:
            self._take(self.roots, attributes, made)
        if isinstance(operation, str):
            self._take(self.of.get(operation, ()), attributes, made)
            for name, values in self.operations.items():
                if operation in values:
                    made[name] = values[operation]
        for key, name in self.times.items():
            seconds = attributes.get(key)
            if isinstance(seconds, int | float) and 0 <= seconds < 86_400:
                made[name] = _time(span.start_ns + round(seconds * _SECONDS))
        for name, value in made.items():
            attributes.setdefault(name, value)

    @staticmethod
    def _take(names: _Names, attributes: Mapping[str, Any], made: dict[str, Any]) -> None:
        for key, copies in names:
            if key in attributes:
                for name in copies:
                    made[name] = attributes[key]


def _time(nanoseconds: int) -> str:
    moment = datetime.fromtimestamp(nanoseconds / _SECONDS, UTC)
    return json.dumps(moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


@cache
def copies(profile: CopyProfile) -> Copies:
    """The table of a backend; an empty one for ``none``."""
    if profile == "none":
        return Copies()
    raw = tomllib.loads((files(__package__) / f"{profile}.toml").read_text("utf-8"))
    return Copies(
        _names(raw.get("every", {})),
        _names(raw.get("roots", {})),
        {operation: _names(table) for operation, table in raw.get("of", {}).items()},
        raw.get("operations", {}),
        raw.get("times", {}),
    )


def _names(table: Mapping[str, str | list[str]]) -> _Names:
    return tuple((key, (name,) if isinstance(name, str) else tuple(name)) for key, name in table.items())
