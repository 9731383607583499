"""Which queries of search engines search by meaning, in the forms their documentation has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_instrumentation.search_dsl import MAX_PARTS, read_search, requested

V, W = [0.1, 0.2], [0.3, 0.4]
KNN = {"field": "v", "query_vector": V, "k": 5, "num_candidates": 50}
MATCH = {"match": {"text": "parcel"}}
RRF = {"rrf": {"retrievers": [{"standard": {"query": MATCH}}, {"knn": KNN}]}}
COSINE = {"source": "cosineSimilarity(params.query, 'v') + 1.0", "params": {"query": V}}
PRODUCT = {"source": "dotProduct(params.query, 'v') + 1.0", "params": {"query": V}}


@pytest.mark.parametrize(
    ("body", "vectors", "texts", "words"),
    [
        ({"knn": KNN}, [V], [], []),
        ({"knn": [KNN, {**KNN, "query_vector": W}]}, [V, W], [], []),
        ({"knn": KNN, "query": MATCH}, [V], [], ["parcel"]),
        ({"query": {"knn": KNN}}, [V], [], []),
        ({"query": {"knn": {"v": {"vector": V, "k": 5}}}}, [V], [], []),
        ({"query": {"nested": {"path": "p", "query": {"knn": {"p.v": {"vector": V, "k": 5}}}}}}, [V], [], []),
        ({"query": {"bool": {"must": [{"knn": KNN}], "filter": [MATCH]}}}, [V], [], []),
        (
            {"query": {"bool": {"should": [{"knn": KNN}, {"match": {"text": {"query": "parcel"}}}]}}},
            [V],
            [],
            ["parcel"],
        ),
        ({"query": {"hybrid": {"queries": [MATCH, {"knn": {"v": {"vector": V}}}]}}}, [V], [], ["parcel"]),
        ({"query": {"neural": {"v": {"query_text": "where", "model_id": "m", "k": 5}}}}, [], ["where"], []),
        ({"query": {"neural_sparse": {"v": {"query_text": "where"}}}}, [], ["where"], []),
        ({"query": {"semantic": {"field": "v", "query": "where"}}}, [], ["where"], []),
        (
            {"query": {"sparse_vector": {"field": "v", "inference_id": "m", "query": "where"}}},
            [],
            ["where"],
            [],
        ),
        ({"query": {"text_expansion": {"v": {"model_id": "m", "model_text": "where"}}}}, [], ["where"], []),
        (
            {
                "knn": {
                    "field": "v",
                    "k": 5,
                    "query_vector_builder": {"text_embedding": {"model_text": "where"}},
                }
            },
            [],
            ["where"],
            [],
        ),
        ({"retriever": {"knn": KNN}}, [V], [], []),
        ({"retriever": RRF}, [V], [], ["parcel"]),
        ({"query": {"script_score": {"query": {"match_all": {}}, "script": COSINE}}}, [V], [], []),
        ({"query": {"multi_match": {"query": "parcel", "fields": ["a"]}}, "knn": KNN}, [V], [], ["parcel"]),
    ],
)
def test_what_is_asked(body: dict[str, Any], vectors: list[Any], texts: list[str], words: list[str]) -> None:
    """Vectors, texts that the server embeds, and the words beside them."""
    found = read_search(body)

    assert found.is_by_meaning
    assert (found.vectors, found.texts, found.words) == (vectors, texts, words)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": MATCH},
        {"query": {"bool": {"must": [MATCH], "filter": [{"term": {"knn": 1}}]}}},
        {"query": {"script_score": {"query": MATCH, "script": {"source": "_score * 2"}}}},
        {"query": {"function_score": {"query": MATCH, "functions": []}}},
        {"query": "match", "knn": "yes"},
        {"retriever": {"standard": {"query": {"match_all": {}}}}},
    ],
)
def test_words_alone_are_no_retrieval(body: dict[str, Any]) -> None:
    """Search engines are asked for much else; nor is what nobody could ask."""
    assert not read_search(body).is_by_meaning


@pytest.mark.parametrize(
    ("body", "one", "raised"),
    [
        ({"knn": KNN}, True, False),
        ({"knn": {**KNN, "filter": {"term": {"line": "parcels"}}}}, True, False),
        ({"query": {"bool": {"must": {"knn": KNN}, "filter": MATCH}}}, True, False),
        ({"query": {"script_score": {"query": {"match_all": {}}, "script": COSINE}}}, True, True),
        ({"query": {"script_score": {"query": {"match_all": {}}, "script": PRODUCT}}}, True, False),
        ({"knn": [KNN, KNN]}, False, False),
        ({"knn": KNN, "query": MATCH}, False, False),
        ({"knn": {**KNN, "boost": 0.5}}, False, False),
        ({"knn": KNN, "rank": {"rrf": {}}}, False, False),
        ({"retriever": RRF}, False, False),
        ({"retriever": {"text_similarity_reranker": {"retriever": {"knn": KNN}}}}, False, False),
        ({"query": {"hybrid": {"queries": [{"knn": {"v": {"vector": V}}}]}}}, False, False),
        ({"query": {"semantic": {"field": "v", "query": "where"}}}, False, False),
    ],
)
def test_when_a_score_is_one_measure(body: dict[str, Any], one: bool, raised: bool) -> None:
    """Of one vector against the chunks', not fused, weighted, reranked or added to that of words."""
    found = read_search(body)

    assert (found.is_one_measure, found.raised_cosine) == (one, raised)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"knn": KNN}, 5),
        ({"knn": KNN, "size": 3}, 3),
        ({"knn": {**KNN, "k": 50}}, 10),
        ({"query": {"knn": KNN}}, 10),
        ({"query": {"knn": KNN}, "size": 20}, 20),
        ({"knn": KNN, "query": MATCH, "size": 20}, 20),
    ],
)
def test_how_many_are_asked_for(body: dict[str, Any], expected: int) -> None:
    """The page, and the neighbours where they are a limit for all and not one for each shard."""
    assert requested(body, read_search(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"knn": KNN}, False),
        ({"knn": {**KNN, "filter": [MATCH]}}, True),
        ({"query": {"bool": {"must": {"knn": KNN}, "must_not": [MATCH]}}}, True),
        ({"knn": KNN, "post_filter": MATCH}, True),
        ({"query": {"script_score": {"query": MATCH, "script": COSINE}}}, True),
        ({"query": {"neural": {"v": {"query_text": "where", "filter": MATCH}}}}, True),
    ],
)
def test_filters(body: dict[str, Any], expected: bool) -> None:
    """Wherever one may stand."""
    assert read_search(body).filtered is expected


def test_the_model_that_the_server_embeds_with() -> None:
    """By the name the application has given it there."""
    neural = {"query": {"neural": {"v": {"query_text": "where", "model_id": "m-1"}}}}
    assert read_search(neural).model == "m-1"
    semantic = {"query": {"sparse_vector": {"field": "v", "inference_id": "m-2", "query": "where"}}}
    assert read_search(semantic).model == "m-2"


def test_a_query_without_end_is_not_read_to_its_end() -> None:
    """Depth and number of parts are bounded."""
    deep: dict[str, Any] = {"knn": KNN}
    for _ in range(5_000):
        deep = {"bool": {"must": [deep]}}
    read_search({"query": deep})
    wide = {"query": {"bool": {"should": [{"knn": KNN}] * 100_000}}}
    assert read_search(wide).parts <= MAX_PARTS + 1


words = st.sampled_from(
    ["knn", "query", "bool", "filter", "script_score", "neural", "match", "retriever", "field"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.floats(), max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=20,
)


@given(st.dictionaries(words, anything))
def test_no_body_is_too_odd(body: dict[str, Any]) -> None:
    """What the server would refuse is read without an error."""
    read_search(body)
