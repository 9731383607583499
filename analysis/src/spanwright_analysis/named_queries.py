"""Questions that have a name: SQL kept in ``sql/``, and the parameters it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from .span_store import sql_text


@dataclass(frozen=True, slots=True)
class Parameter:
    """A ``$name`` in the SQL and a ``--name`` of the command."""

    name: str
    read: Callable[[str], object]
    default: object
    help: str


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question: its SQL is ``sql/<name>.sql``."""

    name: str
    summary: str
    parameters: tuple[Parameter, ...]

    @property
    def sql(self) -> str:
        return sql_text(self.name)


def moment(text: str) -> datetime:
    """A date or time in ISO form, in UTC where it names no zone, as the naive UTC time the views hold."""
    when = datetime.fromisoformat(text)
    return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when


NAMED_QUERIES = (
    NamedQuery(
        "weak-retrieval",
        "traces that ended well on weak retrieval: outcome success, finish reason stop, top chunk score"
        " below a limit",
        (
            Parameter("below", float, 0.72, "top chunk score below this (default 0.72)"),
            Parameter("since", moment, datetime(1970, 1, 1), "traces that began on this date or later, UTC"),
            Parameter("limit", int, 50, "at most so many, lowest score first (default 50)"),
        ),
    ),
)
