"""The help articles of the demo's shop, in an embedded vector store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from openai import OpenAI
from qdrant_client import QdrantClient
from qdrant_client.models import Distance, PointStruct, VectorParams
from spanwright_instrumentation import workflow

EMBEDDING_MODEL = "text-embedding-3-small"
COLLECTION = "help_articles"


@dataclass(frozen=True, slots=True)
class Article:
    """``source_doc_id`` begins with the product line the article is about."""

    source_doc_id: str
    product_line: str
    title: str
    text: str

    @property
    def full_text(self) -> str:
        return f"{self.title}\n{self.text}"


def articles() -> list[Article]:
    lines = resources.files(__package__).joinpath("articles.jsonl").read_text(encoding="utf-8").splitlines()
    return [Article(**json.loads(line)) for line in lines]


class HelpArticles:
    """Articles found by meaning. Lives in memory; ``index`` fills it."""

    def __init__(self, client: OpenAI) -> None:
        self._client = client
        self._store = QdrantClient(":memory:")

    @workflow("index_articles")
    def index(self) -> None:
        found = articles()
        vectors = self._embed([article.full_text for article in found])
        size = len(vectors[0])
        self._store.create_collection(COLLECTION, VectorParams(size=size, distance=Distance.COSINE))
        points = [
            PointStruct(
                id=number,
                vector=vector,
                payload={
                    "source_doc_id": article.source_doc_id,
                    "product_line": article.product_line,
                    "text": article.full_text,
                },
            )
            for number, (article, vector) in enumerate(zip(found, vectors, strict=True), start=1)
        ]
        self._store.upsert(COLLECTION, points)

    def search(self, query: str, top_k: int = 3) -> list[str]:
        """The texts of the ``top_k`` articles nearest to the query, nearest first."""
        (vector,) = self._embed([query])
        answer = self._store.query_points(COLLECTION, query=vector, limit=top_k, with_payload=True)
        return [str((point.payload or {})["text"]) for point in answer.points]

    def close(self) -> None:
        self._store.close()

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        answer = self._client.embeddings.create(model=EMBEDDING_MODEL, input=list(texts))
        return [item.embedding for item in answer.data]
