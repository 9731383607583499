"""LanceDB on files, plain and asynchronous."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import lancedb  # type: ignore[import-not-found]
from spanwright_instrumentation.providers.lancedb import LanceDBInstrumentor
from support.retrieval_contract import CHUNKS, HELP, Opened

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

        def query(vector: list[float]) -> Any:
            return table.query().nearest_to(vector) if is_async else table.search(vector)

        yield Opened(
            "lancedb",
            # Older versions' asynchronous queries do not know their table.
            "help" if getattr(query(HELP), "_table", None) is not None else None,
            lambda vector, k: query(vector).distance_type("cosine").limit(k).to_list(),
            lambda: query(HELP).where("none = 1").to_list(),
            lambda answer: [(row["id"], row["_distance"]) for row in answer],
            kind="distance",
        )
