"""Stored rows as spans."""

from __future__ import annotations

import json
from typing import Any

from opentelemetry.trace import StatusCode
from spanwright_analysis.store.backend import Store
from spanwright_analysis.store.reading import spans_of
from support.otlp_traces import NOW, ROOT, batch, retrieval, traces


def test_a_span_comes_back_with_all_it_had(store: Store) -> None:
    """Attributes whether they have a column or not, events, resource, status and times."""
    message = traces(
        {**ROOT, "other": ["x"]}, retrieval(0.7), resource={"host.name": "h"}, events=[("e", {"n": 1})]
    )
    failed: Any = message.resource_spans[0].scope_spans[0].spans[1]
    failed.status.code, failed.status.message = 2, "no answer"
    store.write(batch(message, traces(ROOT, trace=2**100)))
    root, found = spans_of(store, "0000000000000000000000000000000")
    assert root.attributes == {**ROOT, "other": ("x",)}
    assert [(event.name, event.attributes) for event in root.events] == [("e", {"n": 1})]
    assert root.resource == {"service.name": "bot", "host.name": "h"}
    assert (root.start_ns, root.end_ns) == (NOW * 10**9, NOW * 10**9 + 5_000_000)
    assert (found.status_code, found.status_description, found.parent_span_id) == (
        StatusCode.ERROR,
        "no answer",
        1,
    )
    documents = found.attributes["gen_ai.retrieval.documents"]
    assert isinstance(documents, str)
    assert json.loads(documents)[0]["source_doc_id"] == "aero/light"


def test_what_is_no_beginning_of_an_id_finds_nothing(store: Store) -> None:
    """Neither an empty text nor other letters."""
    store.write(batch(traces(ROOT)))
    assert spans_of(store, "") == spans_of(store, "%") == spans_of(store, "1") == []
