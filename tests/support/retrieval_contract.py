"""What every retriever's client is asked for in the contract suite, and what a driver has to say for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

#: A query of length 1, and chunks of which the first two are near it, the third is not.
HELP = [0.6, 0.8, 0.0]
QUERY_TEXT = "where is my parcel"
MODEL = "text-embedding-3-small"


class Chunk(NamedTuple):
    """One chunk as a store is to hold it."""

    number: int
    vector: list[float]
    text: str
    source: str


CHUNKS = (
    Chunk(1, [0.6, 0.8, 0.0], "chunk one", "doc-1"),
    Chunk(2, [0.8, 0.6, 0.0], "chunk two", "doc-2"),
    Chunk(3, [0.0, 0.0, 1.0], "chunk three", "doc-3"),
)

#: Cosines of the angles between the query and the chunks.
COSINES = (1.0, 0.96, 0.0)


@dataclass(frozen=True)
class Opened:
    """A client of a store that holds the chunks (or answers as one that does) in one collection.

    A driver is a module of ``support.retrievers`` with ``instrumentor``, ``opened(is_async)``, which is a
    context manager around this, and ``IS_SYNC_ONLY = True`` for clients without coroutines. Plain clients
    return the answer, asynchronous ones an awaitable.

    :param search: (vector, k) -> the store's answer.
    :param fail: makes a search that the store refuses.
    :param answered: the answer -> ids and scores, as the application reads them.
    :param name: of the collection; None where a store has no names.
    :param kind: of the scores; None where they have none.
    :param tell: the call of an application from which it is known how the collection measures, where neither
        query nor answer say it.
    :param has_payload: whether the store keeps a chunk's text and source.
    """

    provider: str
    name: str | None
    search: Callable[[list[float], int], Any]
    fail: Callable[[], Any]
    answered: Callable[[Any], list[tuple[Any, float]]]
    kind: str | None = "similarity"
    has_payload: bool = True
    server: tuple[str, int] | None = None
    tell: Callable[[], Any] | None = None
