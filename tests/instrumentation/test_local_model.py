"""Models in the process: plain methods and generators, in every way such a call can go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from opentelemetry.trace import SpanKind
from spanwright_instrumentation.embedding_memory import MAX_VECTORS, memory
from spanwright_instrumentation.local_model import LocalCalls, model_name, named, remember_vectors
from spanwright_instrumentation.translation import Request, Response, Translation
from support.recording import Recording


class Items:
    """Counts what a generator gives."""

    def __init__(self, _arguments: Mapping[str, Any], _captures_content: bool) -> None:
        self.count = 0

    def observe(self, item: Any) -> bool:
        self.count += 1
        if item == "unreadable":
            raise ValueError(item)
        return True

    def response(self, **_broken: bool) -> Response:
        return Response({"gen_ai.embeddings.dimension.count": self.count})


def read_response(_arguments: Mapping[str, Any], result: Any, _captures: bool) -> Response:
    return Response({"gen_ai.embeddings.dimension.count": len(result)})


EMBED = Translation(
    "embeddings",
    lambda _owner, arguments: Request("embeddings", "local", arguments["model"]),
    read_response,
    arguments=named("model"),
)


class Model:
    """A model with a method of either kind."""

    def plain(self, model: str) -> list[int]:
        if model == "broken":
            raise ValueError("no such model")
        return [1, 2, 3]

    def lazy(self, model: str) -> Iterator[Any]:
        yield trace.get_current_span().get_span_context().is_valid
        if model == "broken":
            raise ValueError("no such model")
        yield "unreadable" if model == "unreadable" else 2


def call(recording: Recording, name: str, model: str) -> Any:
    """What the application gets."""
    items = Items if name == "lazy" else None
    made = Model()
    return LocalCalls(EMBED, items)(recording.telemetry, getattr(made, name), made, (model,), {})


def test_plain(recording: Recording) -> None:
    """A span of the process' own, with what the answer says."""
    assert call(recording, "plain", "tiny") == [1, 2, 3]
    span = recording.span("embeddings tiny")
    assert span.kind is SpanKind.INTERNAL
    assert (span.attributes or {})["gen_ai.embeddings.dimension.count"] == 3
    assert (span.attributes or {})["spanwright.cost.usd"] == 0.0


def test_generator(recording: Recording) -> None:
    """Begun by the first step, current in steps only, ended by the last."""
    items = call(recording, "lazy", "tiny")
    assert recording.spans == []
    assert next(items) is True
    assert not trace.get_current_span().get_span_context().is_valid
    assert [*items] == [2]
    assert recording.attributes("embeddings tiny")["gen_ai.embeddings.dimension.count"] == 2


@pytest.mark.parametrize("name", ["plain", "lazy"])
def test_failed(recording: Recording, name: str) -> None:
    """The library's own error."""
    with pytest.raises(ValueError, match="no such model"):
        [*call(recording, name, "broken")]
    assert recording.attributes("embeddings broken")["error.type"] == "ValueError"


def test_an_item_that_cannot_be_read(recording: Recording) -> None:
    """The application has it all the same."""
    assert [*call(recording, "lazy", "unreadable")] == [True, "unreadable"]


@pytest.mark.parametrize("name", ["plain", "lazy"])
def test_suppressed(recording: Recording, name: str) -> None:
    """No span, and the same answer."""
    with suppress_instrumentation():
        assert [*call(recording, name, "tiny")]
    assert recording.spans == []


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("sentence-transformers/all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"),
        ("all-MiniLM-L6-v2", "all-MiniLM-L6-v2"),
        ("/home/somebody/models/tiny", "tiny"),
        ("./tiny", "tiny"),
        ("C:\\models\\tiny", "tiny"),
        ("", None),
        (7, None),
    ],
)
def test_model_name(given: object, name: str | None) -> None:
    """Of a place in the file system the last part only."""
    assert model_name(given) == name


def test_vectors_are_remembered_as_far_as_there_is_room() -> None:
    """The first of very many; of those on an accelerator a few; of what is no vector none."""
    many = [[float(at), 1.0] for at in range(MAX_VECTORS + 1)]
    remember_vectors(many, ["first"], "tiny")
    assert (known := memory.recall(many[0])) is not None
    assert known.text == "first"
    assert memory.recall(many[-1]) is None
    memory.clear()
    remember_vectors([{"no": "vector"}], [], "tiny")
    remember_vectors([], [], "tiny")
    assert len(memory) == 0


class OnAccelerator(list[Any]):
    """Vectors of a tensor that is elsewhere."""

    device = SimpleNamespace(type="cuda")


def test_vectors_elsewhere() -> None:
    """Looking at each waits for the accelerator."""
    remember_vectors(OnAccelerator([[float(at), 1.0] for at in range(100)]), [], "tiny")
    assert len(memory) == 8
