"""Retrieval spans over the real LanceDB, in process.

Runs in tests/environments/vector_stores.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from spanwright_instrumentation.embedding_memory import remember_embeddings
from spanwright_instrumentation.providers import lancedb as provider
from spanwright_instrumentation.providers.lancedb import LanceDBInstrumentor
from support.recording import Recording, documents, instrumented, recorded_by

lancedb: Any = pytest.importorskip("lancedb")

HELP = [0.6, 0.8]
ROWS = [
    {"vector": [0.6, 0.8], "text": "chunk one", "id": "a", "source": "doc-1"},
    {"vector": [0.8, 0.6], "text": "chunk two", "id": "b", "source": "doc-2"},
]
FIGURES = "spanwright.retrieval.score."


recording = recorded_by(LanceDBInstrumentor)


@pytest.fixture
def table(tmp_path: Path) -> Any:
    made = lancedb.connect(tmp_path).create_table("help", ROWS)
    made.create_fts_index("text")
    return made


def test_a_query_is_one_span_with_everything_about_it(recording: Recording, table: Any) -> None:
    """Table, k, query text and model of the vector, documents in order, score figures on both scales."""
    remember_embeddings([HELP], ["where is my parcel"], "text-embedding-3-small", "openai")

    rows = table.search(HELP).distance_type("cosine").limit(2).to_list()

    first, second = (row["_distance"] for row in rows)
    found = recording.attributes("retrieval help")
    assert documents(found) == [
        {"id": "a", "score": first, "source_doc_id": "doc-1", "text_length": 9, "content": "chunk one"},
        {"id": "b", "score": second, "source_doc_id": "doc-2", "text_length": 9, "content": "chunk two"},
    ]
    del found["gen_ai.retrieval.documents"]
    assert found == {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.provider.name": "lancedb",
        "gen_ai.data_source.id": "help",
        "gen_ai.retrieval.top_k": 2,
        "gen_ai.retrieval.query.text": "where is my parcel",
        "spanwright.retrieval.embedding.model": "text-embedding-3-small",
        "spanwright.retrieval.filtered": False,
        "spanwright.retrieval.returned": 2,
        "spanwright.rerank.applied": False,
        f"{FIGURES}kind": "distance",
        f"{FIGURES}first": first,
        f"{FIGURES}second": second,
        f"{FIGURES}max": second,
        f"{FIGURES}min": first,
        f"{FIGURES}mean": pytest.approx((first + second) / 2),
        f"{FIGURES}normalised.first": pytest.approx(1, abs=1e-6),
        f"{FIGURES}normalised.second": pytest.approx(0.98, abs=1e-6),
        f"{FIGURES}normalised.min": pytest.approx(0.98, abs=1e-6),
        f"{FIGURES}normalised.mean": pytest.approx(0.99, abs=1e-6),
    }
    assert "0.6" not in recording.spans[0].to_json()


@pytest.mark.parametrize("distance", ["cosine", "dot", "l2"])
def test_every_distance_comes_to_one_scale(recording: Recording, table: Any, distance: str) -> None:
    """Between vectors of length 1 the normalised scores are the same for each distance."""
    table.search(HELP).distance_type(distance).to_arrow()

    found = recording.attributes("retrieval help")
    assert found[f"{FIGURES}normalised.second"] == pytest.approx(0.98, abs=1e-6)
    assert found["gen_ai.retrieval.top_k"] == 10


def test_where_the_index_decides_only_the_kind_is_known(recording: Recording, table: Any) -> None:
    """A query that names no distance has one all the same; which it is depends on the index."""
    table.search(HELP).where("id = 'a'").to_arrow()

    found = recording.attributes("retrieval help")
    assert found[f"{FIGURES}kind"] == "distance"
    assert f"{FIGURES}normalised.first" not in found
    assert (found["spanwright.retrieval.filtered"], found["spanwright.retrieval.returned"]) == (True, 1)


def test_full_text_and_hybrid_queries(recording: Recording, table: Any) -> None:
    """Words are the query's text; fused ranks have no kind, and their two parts no spans of their own."""
    table.search("one", query_type="fts").to_list()
    table.search(query_type="hybrid").vector(HELP).text("two").limit(2).to_list()

    words, fused = (dict(span.attributes or {}) for span in recording.spans)
    assert (words["gen_ai.retrieval.query.text"], words[f"{FIGURES}kind"]) == ("one", "similarity")
    assert fused["gen_ai.retrieval.query.text"] == "two"
    assert f"{FIGURES}kind" not in fused
    assert fused["spanwright.retrieval.returned"] == 2


def test_all_rows_count(recording: Recording, tmp_path: Path) -> None:
    """Of more rows than are listed, the others count and have their scores among the figures."""
    rows = [{"vector": [0.6, 0.8 + at], "id": str(at)} for at in range(300)]
    lancedb.connect(tmp_path).create_table("many", rows).search(HELP).distance_type("l2").limit(
        300
    ).to_arrow()

    found = recording.attributes("retrieval many")
    assert (found["spanwright.retrieval.returned"], len(documents(found))) == (300, 200)
    assert found[f"{FIGURES}max"] == pytest.approx(299**2)


def test_several_vectors_are_several_spans(recording: Recording, table: Any) -> None:
    """The queries of one request stand side by side, each with its own text and documents."""
    remember_embeddings([HELP, [0.8, 0.6]], ["first", "second"], "m")

    table.search([HELP, [0.8, 0.6]]).limit(1).to_list()

    first, second = (dict(span.attributes or {}) for span in recording.spans)
    assert [each["gen_ai.retrieval.query.text"] for each in (first, second)] == ["first", "second"]
    assert [documents(each)[0]["id"] for each in (first, second)] == ["a", "b"]


async def test_async_queries(recording: Recording, table: Any, tmp_path: Path) -> None:
    """Vector, full-text and hybrid queries as coroutines, concurrent ones apart."""
    connection = await lancedb.connect_async(tmp_path)
    opened = await connection.open_table("help")
    remember_embeddings([HELP], ["where is my parcel"], "m")

    vector = opened.query().nearest_to(HELP)
    await asyncio.gather(*(vector.distance_type("cosine").limit(k).to_list() for k in (1, 1)))
    await opened.query().nearest_to_text("one").limit(1).to_list()
    await opened.query().nearest_to(HELP).nearest_to_text("two").limit(1).to_list()

    found: list[dict[str, Any]] = [dict(span.attributes or {}) for span in recording.spans]
    texts = [each["gen_ai.retrieval.query.text"] for each in found]
    assert texts == ["where is my parcel", "where is my parcel", "one", "two"]
    assert found[0][f"{FIGURES}normalised.first"] == pytest.approx(1, abs=1e-6)
    assert [each.get(f"{FIGURES}kind") for each in found] == ["distance", "distance", "similarity", None]
    assert not trace.get_current_span().get_span_context().is_valid


@pytest.mark.parametrize("capture", ["NO_CONTENT", "EVENT_ONLY"])
def test_no_text_without_leave(table: Any, capture: str) -> None:
    """Ids, scores and lengths are always there, the text of query and chunks by the content policy."""
    with instrumented(LanceDBInstrumentor(), Recording(capture)) as recording:
        table.search("one", query_type="fts").limit(1).to_list()

    written = recording.spans[0].to_json()
    assert "one" not in written.replace('"none"', "")
    (only,) = documents(dict(recording.spans[0].attributes or {}))
    assert only.keys() == {"id", "score", "source_doc_id", "text_length"}


def test_an_error_is_recorded_and_raised_unchanged(recording: Recording, table: Any) -> None:
    """A filter over a column that is not there: the library's own error, and a span that says so."""
    with pytest.raises(Exception, match="nowhere") as raised:
        table.search(HELP).where("nowhere = 1").to_list()

    assert recording.span("retrieval help").status.status_code is trace.StatusCode.ERROR
    assert (recording.spans[0].attributes or {})["error.type"] == type(raised.value).__name__


async def test_a_scan_is_no_retrieval(recording: Recording, table: Any, tmp_path: Path) -> None:
    """Rows without a query; nor is anything seen where that is suppressed."""
    table.search().where("id = 'a'").to_list()
    await (await (await lancedb.connect_async(tmp_path)).open_table("help")).query().to_list()
    with suppress_instrumentation():
        assert table.search(HELP).to_list()

    assert recording.spans == []


def test_what_fails_in_observing_does_not_reach_the_application(
    recording: Recording, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer, or a query, that cannot be read is handed over all the same."""
    monkeypatch.setattr(provider, "_document", None)
    assert table.search(HELP).to_list()
    monkeypatch.setattr(provider, "_retrieval", None)
    assert table.search(HELP).to_list()

    assert len(recording.spans) == 1
