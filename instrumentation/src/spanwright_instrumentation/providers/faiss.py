"""FAISS: searches of indexes. An index knows numbers, no texts: documents have an id and a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ..instrumentor import LibraryInstrumentor
from ..measure import DISTANCE, INNER_PRODUCT, SQUARED_EUCLIDEAN, Measure
from ..retrieval import Document, Retrieval
from ..store import Store, searches

SEARCHES = ("search", "range_search")

#: Queries that one call may have to be a retrieval for each. More is a job over a data set (clustering, a
#: neighbour graph, an evaluation), which would be nothing but spans.
MAX_QUERIES = 64

#: The engine's numbers for metrics, which are part of its file format. All others are distances.
MEASURES = {0: INNER_PRODUCT, 1: SQUARED_EUCLIDEAN}

#: Classes that have the methods themselves; all others inherit them from these.
CLASSES = (
    "AdditiveCoarseQuantizer",
    "Index",
    "Index2Layer",
    "IndexAdditiveQuantizer",
    "IndexAdditiveQuantizerFastScan",
    "IndexBinary",
    "IndexBinaryFlat",
    "IndexBinaryFromFloat",
    "IndexBinaryHNSW",
    "IndexBinaryHNSWCagra",
    "IndexBinaryHash",
    "IndexBinaryIDMap",
    "IndexBinaryIVF",
    "IndexBinaryMultiHash",
    "IndexBinaryReplicas",
    "IndexBinaryShards",
    "IndexEDEN",
    "IndexFastScan",
    "IndexFlat",
    "IndexFlat1D",
    "IndexFlatCodes",
    "IndexFlatIPPanorama",
    "IndexFlatL2Panorama",
    "IndexFlatPanorama",
    "IndexHNSW",
    "IndexHNSW2Level",
    "IndexHNSWCagra",
    "IndexIDMap",
    "IndexIVF",
    "IndexIVFAdditiveQuantizerFastScan",
    "IndexIVFFastScan",
    "IndexIVFFlatDedup",
    "IndexIVFIndependentQuantizer",
    "IndexLSH",
    "IndexNNDescent",
    "IndexNSG",
    "IndexPQ",
    "IndexPreTransform",
    "IndexProxy",
    "IndexRaBitQ",
    "IndexRaBitQFastScan",
    "IndexRandom",
    "IndexRefine",
    "IndexRefineFlat",
    "IndexRefinePanorama",
    "IndexReplicas",
    "IndexRowwiseMinMax",
    "IndexRowwiseMinMaxBase",
    "IndexScalarQuantizer",
    "IndexShards",
    "IndexShardsIVF",
    "IndexSplitVectors",
    "MultiIndexQuantizer",
    "MultiIndexQuantizer2",
    "ResidualCoarseQuantizer",
)


def read_request(method: str, index: Any, arguments: Mapping[str, Any]) -> list[Retrieval]:
    """What is asked: one retrieval for each row of the matrix of queries, none for a job over many."""
    queries = arguments["x"]
    if len(queries) > MAX_QUERIES:
        return []
    measure = _measure(index)
    top_k = int(arguments["k"]) if method == "search" else None
    filtered = getattr(arguments.get("params"), "sel", None) is not None
    return [
        Retrieval("faiss", None, top_k=top_k, vectors=[query], filtered=filtered, measure=measure)
        for query in queries
    ]


def read_response(method: str, response: Any) -> list[list[Document]]:
    """What came back: matrices of scores and labels, or for a range one run of both for each query."""
    if method == "search":
        scores, labels = (matrix.tolist() for matrix in response)
        return [_documents(*row) for row in zip(labels, scores, strict=True)]
    limits, scores, labels = (vector.tolist() for vector in response)
    return [_documents(labels[first:end], scores[first:end]) for first, end in pairwise(limits)]


def _documents(labels: list[int], scores: list[float]) -> list[Document]:
    """Without the places that a search with fewer results leaves empty."""
    return [Document(label, score, None) for label, score in zip(labels, scores, strict=True) if label >= 0]


def _measure(index: Any) -> Measure:
    """The index's metric; binary indexes and hashes count bits that differ, whatever their metric says."""
    name = type(index).__name__
    if name.startswith("IndexBinary") or name == "IndexLSH":
        return DISTANCE
    return MEASURES.get(index.metric_type, DISTANCE)


_STORE = Store(read_request, read_response)


class FaissInstrumentor(LibraryInstrumentor):
    """Retrieval spans for faiss-cpu."""

    library = "faiss-cpu"
    covers = "searches of every index, with scores and ids"
    methods = tuple(
        replace(method, is_optional=True)
        for each in CLASSES
        for method in searches("faiss", each, SEARCHES, _STORE)
    )
