"""Retrieval: CPU that instrumenting adds to a search, over the store's bare client.

Qdrant in process here; unless it is to be quick, all others too, in the environments of their tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator

from qdrant_client import QdrantClient, models
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.providers.qdrant import QdrantInstrumentor
from support.environments import FOLDER, ROOT, Environment, NotInstallableError

from .bench_calls import observed_rows
from .measure import Row
from .spans import PROSE

_SIZE = 256

#: Where the other stores' clients are.
ENVIRONMENTS = ("vector_stores", "vector_services", "postgres")


def _client() -> QdrantClient:
    client = QdrantClient(":memory:")
    client.create_collection(
        "help", vectors_config=models.VectorParams(size=_SIZE, distance=models.Distance.COSINE)
    )
    text = (PROSE * 6)[:1000]
    client.upsert(
        "help",
        [
            models.PointStruct(
                id=str(uuid.UUID(int=at)),
                vector=_vector(at),
                payload={"source_doc_id": f"doc-{at}", "text": f"{at}. {text}", "metadata": {"lang": "en"}},
            )
            for at in range(30)
        ],
    )
    return client


def _vector(seed: int) -> list[float]:
    return [((at * 31 + seed * 17) % 101 + 1) / 101 for at in range(_SIZE)]


def _calls(client: QdrantClient) -> dict[str, Callable[[], object]]:
    query = _vector(5)
    remember_embeddings([query], ["Where is my order?"], "text-embedding-3-small", "openai")
    return {
        "search, 5 chunks of 1 kB": lambda: client.query_points("help", query=query, limit=5),
        "search, 20 chunks of 1 kB": lambda: client.query_points("help", query=query, limit=20),
    }


def rows(quick: bool) -> list[Row]:
    found = observed_rows("retrieval", QdrantInstrumentor(), _calls(_client()), quick)
    return found if quick else [*found, *(row for name in ENVIRONMENTS for row in _rows_in(name))]


def _rows_in(name: str) -> Iterator[Row]:
    """What ``benchmarks.retrievers`` says inside an environment; nothing where it cannot be installed."""
    environment = Environment.read(FOLDER / name / "environment.toml")
    try:
        python = environment.python()
    except NotInstallableError as error:
        print(f"Cannot measure in {name}: {error}. It is left out.")
        return
    said = subprocess.run(
        [str(python), "-W", "ignore", "-m", "benchmarks.retrievers"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    yield from (Row(**row) for row in json.loads(said.stdout))
