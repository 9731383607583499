"""The embeddings format: OpenAI's, and that of every provider and SDK which took it over."""

from __future__ import annotations

from typing import Any

from spanwright_semconv import attributes

from .embedding_memory import memory
from .translation import Response, fields, get, listed


def read_embeddings(sent: Any, answer: Any) -> Response:
    """An answer with the vectors under ``data``; they are remembered with the texts that were sent.

    :param sent: a text, several, or token ids, in the order of the vectors.
    """
    told = fields(answer)
    model, usage = told.get("model"), told.get("usage")
    vectors = [get(item, "embedding") for item in told.get("data") or ()]
    response = Response({attributes.GEN_AI_RESPONSE_MODEL: model})
    if usage is not None:
        response.attributes[attributes.GEN_AI_USAGE_INPUT_TOKENS] = get(usage, "prompt_tokens")
    if vectors and vectors[0]:
        response.attributes[attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = dimensions(vectors[0])
        memory.remember(vectors, [sent] if isinstance(sent, str) else embedded_texts(sent), model)
    return response


def dimensions(vector: Any) -> int:
    """Length of a vector, also of one in base64 of 32-bit floats."""
    return (len(vector) * 3 // 4 - vector[-2:].count("=")) // 4 if isinstance(vector, str) else len(vector)


def embedded_texts(sent: Any) -> list[str | None]:
    """The texts in the order of the vectors; token ids and media have none."""
    if isinstance(sent, str):
        return [sent]
    return [each if isinstance(each, str) else None for each in listed(sent)]
