"""From a store's methods to spans: a store as small as one can be."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest
from spanwright_instrumentation.instrumentor import LibraryInstrumentor
from spanwright_instrumentation.retrieval import Document, Retrieval
from spanwright_instrumentation.store import Store, async_searches, named_arguments, searches
from support.recording import Recording, documents, instrumented


class Shelf:
    """The client of a store that answers with what it is asked."""

    def find(self, words: str, top: int = 2, *, fail: bool = False) -> list[str]:
        if fail:
            raise ConnectionError("shelf is gone")
        return [words] * top

    async def find_later(self, words: str, top: int = 2) -> list[str]:
        return self.find(words, top)


def read_request(method: str, client: Any, arguments: Mapping[str, Any]) -> list[Retrieval]:
    words = arguments["words"]
    asked = words.split("|") if words else []
    return [Retrieval("shelf", method, top_k=arguments["top"], query_text=each) for each in asked]


def read_response(method: str, response: Any) -> Sequence[Sequence[Document]]:
    return [[Document(number, 1.0 - number, {"text": text}) for number, text in enumerate(response)]]


STORE = Store(read_request, read_response)


class ShelfInstrumentor(LibraryInstrumentor):
    library = "pytest"
    methods = (
        *searches("shelf_client", "Shelf", ["find", "gone"], STORE),
        *async_searches("shelf_client", "Shelf", ["find_later"], STORE),
    )


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    module = ModuleType("shelf_client")
    module.Shelf = Shelf  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shelf_client", module)
    monkeypatch.setattr("spanwright_instrumentation.instrumentor.is_supported", lambda library: True)
    with instrumented(ShelfInstrumentor(), Recording()) as recording:
        yield recording


async def test_two_functions_make_a_store(recording: Recording) -> None:
    """Plain and coroutine methods become retrieval spans; a method that is not there is passed over."""
    assert Shelf().find("a") == ["a", "a"]
    assert await Shelf().find_later("b", top=1) == ["b"]

    assert recording.tree() == "retrieval find\nretrieval find_later"
    found = recording.attributes("retrieval find_later")
    assert (found["gen_ai.retrieval.top_k"], found["gen_ai.retrieval.query.text"]) == (1, "b")
    assert documents(found) == [{"id": "0", "score": 1.0, "text_length": 1, "content": "b"}]


def test_each_query_of_a_call_has_its_span(recording: Recording) -> None:
    """Several queries stand side by side; those the answer is silent about have no documents."""
    Shelf().find("a|b")

    assert recording.tree() == "retrieval find\nretrieval find"
    counted = [(span.attributes or {}).get("spanwright.retrieval.returned") for span in recording.spans]
    assert counted == [2, None]


def test_nothing_asked_is_no_span(recording: Recording) -> None:
    """A call without a query is none of ours."""
    assert Shelf().find("") == ["", ""]
    assert recording.spans == []


def test_a_failed_call_fails_every_query(recording: Recording) -> None:
    """The application's exception goes on, and each span has it."""
    with pytest.raises(ConnectionError, match="gone"):
        Shelf().find("a|b", fail=True)

    errors = [(span.attributes or {})["error.type"] for span in recording.spans]
    assert errors == ["ConnectionError", "ConnectionError"]


def test_arguments_by_name() -> None:
    """Positional ones, keywords and defaults are one mapping."""
    assert named_arguments(Shelf().find, ("a",), {"fail": True}) == {"words": "a", "top": 2, "fail": True}
