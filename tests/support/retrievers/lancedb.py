"""LanceDB on files, plain and asynchronous."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import lancedb  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.lancedb import LanceDBInstrumentor
from support.retrieval_contract import CHUNKS, Opened

instrumentor = LanceDBInstrumentor
ROWS = [
    {"id": each.number, "vector": each.vector, "text": each.text, "source": each.source} for each in CHUNKS
]


@asynccontextmanager
async def opened(*, is_async: bool) -> AsyncIterator[Opened]:
    with TemporaryDirectory(prefix="lancedb") as folder:
        table: Any
        if is_async:
            table = await (await lancedb.connect_async(folder)).create_table("help", ROWS)
        else:
            table = lancedb.connect(folder).create_table("help", ROWS)

        def asked(vector: list[float], k: int) -> Any:
            query = table.query().nearest_to(vector) if is_async else table.search(vector)
            return query.distance_type("cosine").limit(k).to_list()

        yield Opened(
            "lancedb",
            "help",
            asked,
            lambda: asked([0.1], 1),
            lambda answer: [(row["id"], row["_distance"]) for row in answer],
            kind="distance",
        )
