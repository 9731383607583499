"""What SDK methods return, told apart without knowing the SDK."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from spanwright_instrumentation.invocation import Invocation
from spanwright_instrumentation.result import WholeAnswer, observe_error, observe_result
from spanwright_instrumentation.translation import Request, Response, Translation
from support.recording import Recording

KNOWN = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "m"}


class State:
    """A streamed answer whose chunks are numbers."""

    def observe(self, chunk: Any) -> bool:
        self.last = chunk
        return True

    def response(self, *, broken: bool) -> Response:
        return Response({"gen_ai.response.id": str(getattr(self, "last", "none"))})


def read_response(_arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    return Response({"gen_ai.response.id": answer.id})


TRANSLATION = Translation(
    "chat",
    lambda owner, arguments: Request("chat", "openai", "m"),
    read_response,
    stream_state=lambda captures_content: State(),
)


def observed(result: Any, *, is_stream: bool = False) -> tuple[Recording, dict[str, Any]]:
    recording = Recording()
    invocation = Invocation(recording.telemetry, "chat", "m", attributes=KNOWN)
    request = Request("chat", "openai", "m", is_stream=is_stream)
    observe_result(invocation, TRANSLATION, request, {}, result)
    return recording, dict(recording.spans[0].attributes or {}) if recording.spans else {}


def http_response(retries: str = "0", **arguments: Any) -> httpx2.Response:
    request = httpx2.Request("POST", "https://x", headers={"x-stainless-retry-count": retries})
    return httpx2.Response(200, request=request, headers={"x-request-id": "req"}, **arguments)


def test_model_object() -> None:
    """A model object is the whole answer; its request id is on it."""
    _, found = observed(SimpleNamespace(id="r", _request_id="req"))
    assert (found["gen_ai.response.id"], found["spanwright.request.id"]) == ("r", "req")


def test_error_with_the_response_by_another_name() -> None:
    """Two generators of SDKs name differently what an exception holds of the answer."""
    for name in ("response", "raw_response"):
        recording = Recording()
        invocation = Invocation(recording.telemetry, "chat", "m", attributes=KNOWN)
        error = RuntimeError("refused")
        setattr(error, name, http_response())
        observe_error(invocation, TRANSLATION, {}, error)
        assert invocation.attributes["spanwright.request.id"] == "req"


def test_stream_object() -> None:
    """Only the iterator inside a stream object is replaced."""

    class Stream:
        def __init__(self) -> None:
            self._iterator = iter([1, 2])
            self.response = http_response(retries="2")

    stream = Stream()
    recording, found = observed(stream, is_stream=True)
    assert found == {}
    assert not recording.spans
    assert list(stream._iterator) == [1, 2]
    ended = dict(recording.spans[0].attributes or {})
    assert (ended["gen_ai.response.id"], ended["http.request.resend_count"]) == ("2", 2)


def test_raw_response_that_was_read() -> None:
    """A raw response with its body there is read from it at once."""
    raw = SimpleNamespace(http_response=http_response(content=b'{"id": "r"}'))
    _, found = observed(raw)
    assert (found["gen_ai.response.id"], found["spanwright.request.id"]) == ("r", "req")
    assert "http.request.resend_count" not in found


def test_raw_response_that_is_no_json() -> None:
    """A body of another format costs the answer's fields, which the caller of this takes as it must."""
    with pytest.raises(ValueError, match="Expecting value"):
        observed(SimpleNamespace(http_response=http_response(content=b"<html>")))


def test_broken_whole_answer_is_not_read() -> None:
    """Of a plain answer that broke off there is nothing to tell."""
    state = WholeAnswer(TRANSLATION, {}, captures_content=True)
    assert state.response(broken=False) == Response()
    state.observe(SimpleNamespace(id="r"))
    assert state.response(broken=True) == Response()
    assert state.response(broken=False) == Response({"gen_ai.response.id": "r"})


def test_error_with_a_response_a_request_or_neither() -> None:
    """Request id and retries come from what the exception carries."""

    class WithResponseError(Exception):
        response = http_response(retries="1")

    class WithRequestError(Exception):
        request = http_response(retries="3").request

    found = []
    for error in (WithResponseError(), WithRequestError(), ValueError()):
        invocation = Recording().chat()
        observe_error(invocation, TRANSLATION, {}, error)
        keys = ("spanwright.request.id", "http.request.resend_count", "spanwright.finish_reason")
        found.append(tuple(invocation.attributes.get(key) for key in keys))
    assert found == [("req", 1, "error"), (None, 3, "error"), (None, None, "error")]
