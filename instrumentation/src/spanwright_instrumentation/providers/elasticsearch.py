"""Elasticsearch: kNN, semantic and hybrid searches of both clients. Those for words alone pass unobserved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..instrumentor import LibraryInstrumentor
from ..learning import async_told, told
from ..measure import COSINE_SCORE, EUCLIDEAN_SCORE, MAXIMUM_INNER_PRODUCT, SIMILARITY, Measure
from ..search_engine import SearchEngine
from ..store import async_observed, observed

#: The field's ``similarity``. Elasticsearch itself sees to it that vectors of ``dot_product`` have length 1.
MEASURES = {
    "cosine": COSINE_SCORE,
    "dot_product": COSINE_SCORE,
    "l2_norm": EUCLIDEAN_SCORE,
    "max_inner_product": MAXIMUM_INNER_PRODUCT,
}

#: Methods of ``client.indices`` that tell how fields measure.
CONFIGURATIONS = ("create", "get", "get_mapping", "put_mapping", "delete")


def measure_of(mapping: Mapping[str, Any]) -> Measure | None:
    """How a field of vectors measures; of single bytes and bits only the kind is told."""
    if mapping.get("type") != "dense_vector":
        return None
    if mapping.get("element_type", "float") != "float":
        return SIMILARITY
    return MEASURES.get(str(mapping.get("similarity", "cosine")), SIMILARITY)


def server(client: Any) -> tuple[str | None, int | None]:
    """Host and port of the one node that the client was given; which of several answers it does not say."""
    nodes = client._transport.node_pool.all()
    return (nodes[0].config.host, nodes[0].config.port) if len(nodes) == 1 else (None, None)


_ENGINE = SearchEngine("elasticsearch", server, measure_of)
_SYNC, _ASYNC = "elasticsearch._sync.client", "elasticsearch._async.client"


class ElasticsearchInstrumentor(LibraryInstrumentor):
    """Retrieval spans for elasticsearch."""

    library = "elasticsearch"
    covers = "kNN, semantic and hybrid searches, plain and async, with scores, source documents and texts"
    methods = (
        observed(_SYNC, "Elasticsearch.search", _ENGINE.begin_search),
        observed(_SYNC, "Elasticsearch.msearch", _ENGINE.begin_searches),
        async_observed(_ASYNC, "AsyncElasticsearch.search", _ENGINE.begin_search),
        async_observed(_ASYNC, "AsyncElasticsearch.msearch", _ENGINE.begin_searches),
        *told(f"{_SYNC}.indices", "IndicesClient", CONFIGURATIONS, _ENGINE.learn),
        *async_told(f"{_ASYNC}.indices", "IndicesClient", CONFIGURATIONS, _ENGINE.learn),
    )
