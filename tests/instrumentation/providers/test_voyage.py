"""Voyage's embeddings, by a server on this machine that answers as the service does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from spanwright_instrumentation.embedding_memory import memory
from spanwright_instrumentation.providers.voyage import VoyageInstrumentor
from support.recording import Recording, instrumented
from support.reranker_contract import json_server

pytest.importorskip("voyageai")
voyageai: Any = import_module("voyageai")
pytestmark = pytest.mark.parametrize("is_async", [False, True])


@pytest.fixture
def recording() -> Iterator[Recording]:
    with instrumented(VoyageInstrumentor(), Recording()) as recording:
        yield recording


@pytest.fixture
def made(is_async: bool) -> Iterator[Any]:
    from support.rerankers.voyage import answered, client

    with json_server(answered) as url:
        yield client(url, is_async=is_async)


async def settled(answer: Any) -> Any:
    return await answer if inspect.isawaitable(answer) else answer


async def test_embeddings(recording: Recording, made: Any) -> None:
    """Tokens as reported, dimensions, the server; every vector leads back to its text."""
    texts = ["a parcel is on its way", "letters go by train"]
    answer = await settled(made.embed(texts, "voyage-3.5", input_type="document"))
    (span,) = recording.spans
    found = dict(span.attributes or {})
    assert span.name == "embeddings voyage-3.5"
    assert (found.pop("server.address"), isinstance(found.pop("server.port"), int)) == ("127.0.0.1", True)
    assert found == {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "voyageai",
        "gen_ai.request.model": "voyage-3.5",
        "gen_ai.usage.input_tokens": 26,
        "gen_ai.embeddings.dimension.count": 4,
    }
    known = [memory.recall(vector) for vector in answer.embeddings]
    assert [each.text for each in known if each] == texts


async def test_chunks_in_context(recording: Recording, made: Any) -> None:
    """Each chunk of each document has a vector."""
    if not hasattr(made, "contextualized_embed"):
        pytest.skip("this version has none")
    documents = [["a parcel", "on its way"], ["letters"]]
    answer = await settled(made.contextualized_embed(documents, "voyage-context-3", input_type="document"))
    (span,) = recording.spans
    assert (span.attributes or {})["gen_ai.embeddings.dimension.count"] == 4
    vector = answer.results[0].embeddings[1]
    known = memory.recall(vector)
    assert known is not None
    assert known.text in (
        "on its way",
        "letters",
    )  # the server gives equal vectors to first and second chunks


async def test_multimodal(recording: Recording, made: Any) -> None:
    """An input of one text is known by it, one with more is not."""
    answer = await settled(made.multimodal_embed([["a parcel"], ["two", "texts"]], "voyage-multimodal-3"))
    assert [span.name for span in recording.spans] == ["embeddings voyage-multimodal-3"]
    known = [memory.recall(vector) for vector in answer.embeddings]
    assert [each.text if each else None for each in known] == ["a parcel", None]


async def test_retries_are_counted(
    recording: Recording, is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SDK repeats a call that met a limit of rates."""
    from support.rerankers.voyage import answered, client

    refusals = [(429, {"detail": "slow down"})]
    with json_server(lambda *given: refusals.pop() if refusals else answered(*given)) as url:
        made = client(url, is_async=is_async, max_retries=2)
        tenacity = import_module("tenacity.nap" if not is_async else "tenacity.asyncio")
        monkeypatch.setattr(
            tenacity, "sleep" if not is_async else "_portable_async_sleep", _no_sleep(is_async)
        )
        await settled(made.embed(["a parcel"], "voyage-3.5"))
    (span,) = recording.spans
    assert (span.attributes or {})["http.request.resend_count"] == 1


def _no_sleep(is_async: bool) -> Any:
    async def later(_seconds: float) -> None:
        """At once."""

    return later if is_async else lambda _seconds: None
