"""fastembed's embeddings over a model of a few bytes: lazy, remembered for the retrieval that comes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.fastembed import FastEmbedInstrumentor
from support.recording import Recording, instrumented
from support.tiny_models import write_embeddings, write_tokenizer

pytest.importorskip("fastembed")
fastembed: Any = import_module("fastembed")
MODEL = "BAAI/bge-small-en-v1.5"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("model")
    write_tokenizer(folder, marks=False)  # the vector is that of the first token
    write_embeddings(folder / "model_optimized.onnx", 384)
    return fastembed.TextEmbedding(MODEL, specific_model_path=str(folder))


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(FastEmbedInstrumentor(), Recording()) as recording:
        yield recording


def test_whole_span(model: Any, recording: Recording) -> None:
    """A model in the process; every vector leads back to its text."""
    texts = ["a parcel is on its way", "letters go by train"]
    vectors = [*model.embed(texts)]
    assert not trace.get_current_span().get_span_context().is_valid
    (span,) = recording.spans
    assert (span.name, span.kind) == (f"embeddings {MODEL}", SpanKind.INTERNAL)
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "fastembed",
        "gen_ai.request.model": MODEL,
        "gen_ai.embeddings.dimension.count": 384,
        "spanwright.cost.usd": 0.0,
        "spanwright.cost.micro_usd": 0,
        "spanwright.cost.source": "local",
    }
    found = [memory.recall(vector) for vector in vectors]
    assert [(each.text, each.model) for each in found if each] == [(text, MODEL) for text in texts]
    assert memory.recall(vectors[0].tolist()) is not None


def test_lazy_as_without_us(model: Any, recording: Recording) -> None:
    """Nothing happens before the first vector is asked for; a generator left early has a span that ends."""
    vectors = model.embed(["letters", "parcel"], batch_size=1)
    assert recording.spans == []
    next(vectors)
    vectors.close()
    (span,) = recording.spans
    assert span.status.is_ok or span.status.is_unset


@pytest.mark.parametrize("name", ["query_embed", "passage_embed"])
def test_other_ways(name: str, model: Any, recording: Recording) -> None:
    """One span, though they call each other."""
    (vector,) = getattr(model, name)("letters go by train")
    assert [span.name for span in recording.spans] == [f"embeddings {MODEL}"]
    known = memory.recall(vector)
    assert known is not None
    assert known.text == "letters go by train"


def test_texts_from_an_iterator(model: Any, recording: Recording) -> None:
    """They are for the library alone; the vectors come, and have a model but no text."""
    vectors = [*model.embed(iter(["letters", "parcel"]))]
    known = memory.recall(vectors[0])
    assert known is not None
    assert (known.text, known.model) == (None, MODEL)


def test_pairs_of_one_query(recording: Recording, tmp_path: Path) -> None:
    """A ranking; pairs of several queries are another thing, and left alone."""
    from support.rerankers.fastembed import encoder

    made = encoder(tmp_path)
    if not hasattr(made, "rerank_pairs"):
        pytest.skip("this version has none")
    assert len([*made.rerank_pairs([("where", "parcel"), ("where", "letters")])]) == 2
    assert len([*made.rerank_pairs([("where", "parcel"), ("train", "letters")])]) == 2
    (span,) = recording.spans
    assert (span.attributes or {})["spanwright.rerank.candidates"] == 2
