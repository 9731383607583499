"""What every store can do, whatever keeps the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ..span_store import Result
from .batch import Batch


@dataclass(frozen=True, slots=True)
class Written:
    """Rows that are stored now, and those that were stored already."""

    spans: int = 0
    events: int = 0
    repeated: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.spans + other.spans, self.events + other.events, self.repeated + other.repeated)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is to go: traces (32 hexadecimal digits), all traces of users (their hashes), whole days."""

    traces: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()


@dataclass(slots=True)
class Erased:
    """What went."""

    traces: int = 0
    spans: int = 0
    events: int = 0
    embeddings: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """``rows`` of a table's day, and their bytes on the disk, indexes included."""

    table: str
    day: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Status:
    """``rows`` of days are estimates where counting them would take long."""

    place: str
    version: int
    retention_days: int
    days: Sequence[Day]
    embeddings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Embedding:
    """The vector of a query's text, by ``query_key``."""

    key: str
    vector: Sequence[float]


class Store(Protocol):
    """One place where spans are kept. Raises ``StoreError`` and what derives from it.

    ``retention_days``: 0 keeps everything.
    """

    def init(self, retention_days: int | None = None, readers: Sequence[str] = ()) -> None:
        """Make what is missing, bring what is older up to date; may be called again at any time."""

    def first_day(self) -> str:
        """The earliest day that is kept, as 2026-11-23; empty where all are."""

    def write(self, batch: Batch) -> Written:
        """Store what is not stored yet; when it returns, it is on the disk."""

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> Result:
        """The rows of a query that changes nothing; ``$name`` in it stands for a parameter."""

    def retain(self, now: float | None = None) -> Sequence[str]:
        """Delete days past the retention, and what belonged to them; gives the days."""

    def erase(self, erasure: Erasure) -> Erased:
        """Remove for good, and keep what is named from being stored again when it arrives late."""

    def status(self) -> Status: ...

    def unembedded(self, model: str, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Keys and texts of queries that have no embedding of this model."""

    def put_embeddings(self, model: str, embeddings: Iterable[Embedding]) -> int:
        """Keep vectors for ``nearest``; gives how many were new."""

    def nearest(self, model: str, vector: Sequence[float], limit: int, since: datetime) -> Result:
        """Stored queries by the cosine similarity of their texts to ``vector``, most similar first."""

    def embedding(self, model: str, key: str) -> Sequence[float] | None: ...

    def close(self) -> None: ...
