"""What Elasticsearch's and OpenSearch's clients have in common: searches, and how indexes measure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .decorator import Run, Unobserved
from .learning import Measures
from .measure import RAISED_COSINE, SIMILARITY, Measure
from .retrieval import Document, Retrieval
from .search_dsl import SearchQuery, read_search, requested
from .store import RetrievalRun, Store
from .suppression import is_suppressed
from .telemetry import Telemetry

#: Parts of a search that may be given as arguments of their own.
_PARTS = ("knn", "query", "retriever", "size", "rank", "rescore", "post_filter", "sub_searches")


@dataclass(frozen=True)
class SearchEngine:
    """One engine and its client.

    :param server: client -> host and port; None for each that is unknown.
    :param measure_of: a field's mapping -> how it measures; None for fields that are no vectors.
    """

    provider: str
    server: Callable[[Any], tuple[str | None, int | None]]
    measure_of: Callable[[Mapping[str, Any]], Measure | None]
    measured: Measures = field(default_factory=Measures)

    def begin_search(self, telemetry: Telemetry, client: Any, arguments: Mapping[str, Any]) -> Run:
        """Observe one search, if it is by meaning."""
        body = arguments.get("body")
        body = {**(arguments.get("params") or {}), **(body if isinstance(body, Mapping) else {})}
        body.update((name, arguments[name]) for name in _PARTS if arguments.get(name) is not None)
        return self._run(telemetry, client, [(arguments.get("index"), body)], lambda answer: [answer])

    def begin_searches(self, telemetry: Telemetry, client: Any, arguments: Mapping[str, Any]) -> Run:
        """Observe several searches in one request: a span for each that is by meaning."""
        lines = arguments.get("searches") or arguments.get("body") or ()
        if isinstance(lines, (str, bytes)):
            lines = [json.loads(line) for line in lines.splitlines() if line.strip()]
        asked = [
            (header.get("index") or arguments.get("index"), body)
            for header, body in zip(lines[::2], lines[1::2], strict=False)
        ]
        return self._run(telemetry, client, asked, lambda answer: answer["responses"])

    def learn(self, method: str, indices: Any, arguments: Mapping[str, Any], result: Any) -> None:
        """A call about indexes that tells, or ends, how one's fields measure."""
        server, name = self.server(indices), _name(arguments.get("index"))
        if method in ("create", "put_mapping"):
            body = arguments.get("body") or {}
            mapping = arguments.get("mappings") or body.get("mappings") or body
            if arguments.get("properties") is not None:
                mapping = {"properties": arguments["properties"]}
            self._learn((*server, name), mapping)
        elif method == "delete":
            self.measured.forget((*server, name))
        else:
            for each, told in getattr(result, "body", result).items():
                self._learn((*server, each), told.get("mappings") or {})

    def _learn(self, index: tuple[Any, ...], mapping: Mapping[str, Any]) -> None:
        told = dict(_vector_fields(mapping.get("properties") or {}, self.measure_of))
        if told:
            self.measured.learn(index, {**self.measured.of(index), **told})

    def _run(
        self,
        telemetry: Telemetry,
        client: Any,
        asked: Sequence[tuple[Any, Mapping[str, Any]]],
        answers: Callable[[Any], Sequence[Any]],
    ) -> Run:
        if is_suppressed("retrieval"):
            return Unobserved()
        places, retrievals = [], []
        for place, (index, body) in enumerate(asked):
            query = read_search(body)
            if query.is_by_meaning:
                places.append(place)
                retrievals.append(self._retrieval(client, index, body, query))
        if not retrievals:
            return Unobserved()

        def read(_method: str, answer: Any) -> list[list[Document]]:
            found = answers(getattr(answer, "body", answer))
            return [list(_documents(found[place])) for place in places]

        return RetrievalRun(telemetry, "search", Store(lambda *_: [], read), retrievals)

    def _retrieval(self, client: Any, index: Any, body: Mapping[str, Any], query: SearchQuery) -> Retrieval:
        server = self.server(client)
        texts = query.texts or query.words
        retrieval = Retrieval(
            provider=self.provider,
            data_source=_name(index),
            top_k=requested(body, query),
            vectors=query.vectors,
            # Words may stand for another question than the vector: its own text is the surer one.
            query_text=texts[0] if texts and not query.vectors else None,
            embedding_model=query.model,
            filtered=query.filtered,
            server_address=server[0],
            server_port=server[1],
        )
        if query.is_one_measure:
            known = self.measured.of((*server, _name(index))).get(query.fields[0] or "", SIMILARITY)
            retrieval.measure = RAISED_COSINE if query.raised_cosine else known
        return retrieval


def _name(index: Any) -> str | None:
    """Of one index, or of several as a path has them."""
    return ",".join(index) if isinstance(index, (list, tuple)) else index


def _documents(answer: Mapping[str, Any]) -> Iterator[Document]:
    """The hits; a search that failed among several has none."""
    for hit in (answer.get("hits") or {}).get("hits") or ():
        yield Document(hit.get("_id"), hit.get("_score"), _payload(hit))


def _payload(hit: Mapping[str, Any]) -> dict[str, object]:
    """The stored fields, or those asked for, which come as lists; no vectors."""
    source = hit.get("_source")
    if source:
        return {name: value for name, value in source.items() if not isinstance(value, list)}
    fields = (hit.get("fields") or {}).items()
    return {name: values[0] for name, values in fields if values and isinstance(values[0], (str, int, dict))}


def _vector_fields(
    properties: Mapping[str, Any], measure_of: Callable[[Mapping[str, Any]], Measure | None], prefix: str = ""
) -> Iterator[tuple[str, Measure]]:
    for name, mapping in properties.items():
        measure = measure_of(mapping)
        if measure is not None:
            yield f"{prefix}{name}", measure
        yield from _vector_fields(mapping.get("properties") or {}, measure_of, f"{prefix}{name}.")
