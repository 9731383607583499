"""Embeddings of query texts: by an API, by a model on this machine, or made elsewhere and read from a file.

Nothing here calls a model unless the settings name one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from .backend import Embedding, Store
from .batch import query_key
from .error import StoreError, UnavailableError
from .settings import EmbeddingSettings

#: Texts of one request: what OpenAI's and most compatible APIs take is 2,048; less is lost when one fails.
_TEXTS = 256
_SECONDS = 60.0


class Embedder(Protocol):
    def __call__(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """One vector for each text, in their order; raises ``StoreError``."""


def embedder(settings: EmbeddingSettings) -> Embedder:
    """What the settings name; raises ``StoreError`` where they name none, or it is not installed."""
    if not settings.model:
        raise StoreError(
            "Cannot embed texts: no model is named. Set SPANWRIGHT_STORE_EMBEDDING_MODEL, and "
            "SPANWRIGHT_STORE_EMBEDDING_ENDPOINT where an API runs it; or give vectors with --from."
        )
    return _Api(settings) if settings.endpoint else _Local(settings.model)


class _Api:
    """``POST <endpoint>/embeddings`` as OpenAI has it."""

    def __init__(self, settings: EmbeddingSettings) -> None:
        self._settings = settings

    def __call__(self, texts: Sequence[str]) -> list[Sequence[float]]:
        import httpx

        settings = self._settings
        headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
        try:
            response = httpx.post(
                settings.endpoint.rstrip("/") + "/embeddings",
                json={"model": settings.model, "input": list(texts), "encoding_format": "float"},
                headers=headers,
                timeout=_SECONDS,
            )
            response.raise_for_status()
            data = sorted(response.json()["data"], key=lambda one: one["index"])
            vectors = [[float(number) for number in one["embedding"]] for one in data]
        except httpx.HTTPStatusError as error:
            raise UnavailableError(
                f"Cannot embed texts: {settings.endpoint} answers {error.response.status_code}. "
                "Check the endpoint, the model's name and the key."
            ) from error
        except httpx.HTTPError as error:
            raise UnavailableError(
                f"Cannot embed texts: {settings.endpoint} does not answer ({type(error).__name__}). "
                "Try again."
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"Cannot embed texts: what {settings.endpoint} answers is no list of embeddings. "
                "Name an endpoint that answers as OpenAI's does."
            ) from error
        if len(vectors) != len(texts):
            raise StoreError(
                f"Cannot embed texts: {settings.endpoint} gave {len(vectors)} vectors for {len(texts)} texts."
            )
        return list(vectors)


class _Local:
    def __init__(self, model: str) -> None:
        try:
            from fastembed import TextEmbedding  # type: ignore[import-not-found, unused-ignore]
        except ImportError as error:
            raise StoreError(
                "Cannot embed texts here: fastembed is not installed. Install it with: "
                "pip install fastembed; or set SPANWRIGHT_STORE_EMBEDDING_ENDPOINT."
            ) from error
        try:
            self._model: Any = TextEmbedding(model)
        except ValueError as error:
            raise StoreError(
                f"Cannot embed texts: fastembed has no model {model}. Name one that it lists."
            ) from error

    def __call__(self, texts: Sequence[str]) -> list[Sequence[float]]:
        return [[float(number) for number in vector] for vector in self._model.embed(list(texts))]


def embed_new(
    store: Store,
    model: str,
    embed: Embedder,
    since: datetime,
    on_batch: Callable[[int], None] = lambda _: None,
) -> int:
    """Embed every stored query text, from ``since`` on, that has no vector of this model; gives how many."""
    total = 0
    while found := store.unembedded(model, since, _TEXTS):
        vectors = embed([text for _, text in found])
        pairs = zip(found, vectors, strict=True)
        new = store.put_embeddings(model, [Embedding(key, vector) for (key, _), vector in pairs])
        if not new:
            break  # somebody else has embedded the same
        total += new
        on_batch(total)
    return total


def put_given(store: Store, model: str, lines: Iterable[str]) -> int:
    """Keep vectors made elsewhere: JSON lines with ``text`` and ``embedding``. Raises ``StoreError``."""
    given = _given(lines)
    return sum(store.put_embeddings(model, chunk) for chunk in iter(lambda: list(islice(given, 1000)), []))


def _given(lines: Iterable[str]) -> Iterator[Embedding]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                data = json.loads(line)
                yield Embedding(query_key(data["text"]), vector(data["embedding"]))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise StoreError(
                    f'Cannot read line {number}: it is no {{"text": …, "embedding": […]}}. Correct the file.'
                ) from error


def vector(value: Any) -> list[float]:
    """A list of numbers, as JSON has it; raises ``ValueError``."""
    if not (isinstance(value, list) and value and all(type(number) in (int, float) for number in value)):
        raise ValueError("it is no list of numbers")
    return [float(number) for number in value]
