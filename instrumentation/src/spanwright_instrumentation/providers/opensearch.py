"""OpenSearch: kNN, neural and hybrid searches of both clients. Searches for words alone pass unobserved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..instrumentor import LibraryInstrumentor
from ..learning import async_told, told
from ..measure import COSINE_SCORE, EUCLIDEAN_SCORE, MAXIMUM_INNER_PRODUCT, SIMILARITY, Measure
from ..search_engine import SearchEngine
from ..store import async_observed, observed

#: The field's ``space_type``.
MEASURES = {"l2": EUCLIDEAN_SCORE, "innerproduct": MAXIMUM_INNER_PRODUCT, "cosinesimil": COSINE_SCORE}
#: Where nobody chose one.
_DEFAULT_SPACE = "l2"
#: Engines that score cosines in one way in all versions; nmslib did so in another until 2.19.
_STEADY_ENGINES = ("lucene", "faiss")

#: Methods of ``client.indices`` that tell how fields measure.
CONFIGURATIONS = ("create", "get", "get_mapping", "put_mapping", "delete")

_DEFAULT_PORT = 9200


def measure_of(mapping: Mapping[str, Any]) -> Measure | None:
    """How a field of vectors measures."""
    if mapping.get("type") != "knn_vector":
        return None
    method = mapping.get("method") or {}
    space = method.get("space_type") or mapping.get("space_type") or _DEFAULT_SPACE
    if mapping.get("data_type", "float") != "float" or mapping.get("model_id") is not None:
        return SIMILARITY
    if space == "cosinesimil" and method.get("engine") not in _STEADY_ENGINES:
        return SIMILARITY
    return MEASURES.get(space, SIMILARITY)


def server(client: Any) -> tuple[str | None, int | None]:
    """Host and port of the one node that the client was given; which of several answers it does not say."""
    hosts = client.transport.hosts
    if len(hosts) != 1:
        return None, None
    return hosts[0].get("host"), int(hosts[0].get("port") or _DEFAULT_PORT)


_ENGINE = SearchEngine("opensearch", server, measure_of)
_SYNC, _ASYNC = "opensearchpy.client", "opensearchpy._async.client"


class OpenSearchInstrumentor(LibraryInstrumentor):
    """Retrieval spans for opensearch-py."""

    library = "opensearch-py"
    covers = "kNN, neural and hybrid searches, plain and async, with scores, source documents and texts"
    methods = (
        observed(_SYNC, "OpenSearch.search", _ENGINE.begin_search),
        observed(_SYNC, "OpenSearch.msearch", _ENGINE.begin_searches),
        async_observed(_ASYNC, "AsyncOpenSearch.search", _ENGINE.begin_search),
        async_observed(_ASYNC, "AsyncOpenSearch.msearch", _ENGINE.begin_searches),
        *told(f"{_SYNC}.indices", "IndicesClient", CONFIGURATIONS, _ENGINE.learn),
        *async_told(f"{_ASYNC}.indices", "IndicesClient", CONFIGURATIONS, _ENGINE.learn),
    )
