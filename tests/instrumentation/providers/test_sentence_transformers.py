"""sentence-transformers over a tiny BERT: vectors in every form, rankings and scores of pairs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.trace import SpanKind
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.sentence_transformers import SentenceTransformersInstrumentor
from support.recording import Recording, documents, instrumented

pytest.importorskip("sentence_transformers")
sentence_transformers: Any = import_module("sentence_transformers")
TEXTS = ["a parcel is on its way", "letters go by train"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from support.rerankers.sentence_transformers import write_bert

    place = write_bert(tmp_path_factory.mktemp("models") / "tiny-embedder", "BertModel")
    return sentence_transformers.SentenceTransformer(place, device="cpu")


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(SentenceTransformersInstrumentor(), Recording()) as recording:
        yield recording


def known(vectors: Any) -> list[str | None]:
    found = [memory.recall(vector) for vector in vectors]
    return [each.text if each else None for each in found]


def test_whole_span(model: Any, recording: Recording) -> None:
    """A model in the process, named by its folder; every row leads back to its text."""
    vectors = model.encode(TEXTS)
    (span,) = recording.spans
    assert (span.name, span.kind) == ("embeddings tiny-embedder", SpanKind.INTERNAL)
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "sentence-transformers",
        "gen_ai.request.model": "tiny-embedder",
        "gen_ai.embeddings.dimension.count": 16,
        "spanwright.cost.usd": 0.0,
        "spanwright.cost.micro_usd": 0,
        "spanwright.cost.source": "local",
    }
    assert known(vectors) == TEXTS
    assert known(vectors.tolist()) == TEXTS


@pytest.mark.parametrize("options", [{}, {"convert_to_tensor": True}, {"convert_to_numpy": False}])
def test_every_form(model: Any, recording: Recording, options: dict[str, Any]) -> None:
    """An array, a tensor, a list of tensors; one text alone is one vector."""
    assert known(model.encode(TEXTS, **options)) == TEXTS
    assert known([model.encode(TEXTS[1], **options)]) == [TEXTS[1]]
    assert len(recording.spans) == 2


def test_what_is_no_vector_of_a_text(model: Any, recording: Recording) -> None:
    """Vectors of tokens, and no texts at all."""
    model.encode(TEXTS, output_value="token_embeddings")
    model.encode([])
    assert ["gen_ai.embeddings.dimension.count" in (span.attributes or {}) for span in recording.spans] == [
        False,
        False,
    ]


def test_queries(model: Any, recording: Recording) -> None:
    """Ways around ``encode`` are one span."""
    if not hasattr(model, "encode_query"):
        pytest.skip("this version has none")
    assert known([model.encode_query(TEXTS[0])]) == [TEXTS[0]]
    assert len(recording.spans) == 1


def test_pairs_of_one_query(recording: Recording, tmp_path: Path) -> None:
    """Their scores are a ranking; pairs of several queries, a single pair and several labels are none."""
    from support.rerankers.sentence_transformers import cross_encoder

    made = cross_encoder(tmp_path)
    scores = made.predict([("where", "parcel"), ("where", "letters")])
    made.predict([("where", "parcel"), ("train", "letters")])
    made.predict(("where", "parcel"))
    (span,) = recording.spans
    found = dict(span.attributes or {})
    best = int(scores.argmax())
    assert [each["rank_before"] for each in documents(found)] == [best, 1 - best]
    assert found["spanwright.retrieval.score.first"] == pytest.approx(float(scores.max()))


def test_several_labels_rank_nothing(recording: Recording, tmp_path: Path) -> None:
    """A model of entailment, say."""
    from support.rerankers.sentence_transformers import cross_encoder

    cross_encoder(tmp_path, labels=3).predict([("where", "parcel"), ("where", "letters")])
    assert "gen_ai.retrieval.documents" not in (recording.spans[0].attributes or {})


def test_top_k(recording: Recording, tmp_path: Path) -> None:
    """Fewer come back than were given."""
    from support.rerankers.sentence_transformers import cross_encoder

    cross_encoder(tmp_path).rank("where", [*TEXTS, "returns"], top_k=2)
    (span,) = recording.spans
    found = dict(span.attributes or {})
    assert (found["spanwright.rerank.top_n"], found["spanwright.retrieval.returned"]) == (2, 2)
