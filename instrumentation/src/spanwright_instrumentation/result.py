"""What a method of a generated SDK returns (OpenAI's and Anthropic's are generated alike), told apart and
observed.

A model object holds the whole answer. A stream holds an iterator and an HTTP response. A raw response holds
an HTTP response that the application reads itself, whole or as a stream. Nothing is imported of any SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import FinishReason

from .body import Body, decoder_for, tap
from .invocation import Invocation
from .resends import request_id_of
from .stream import AsyncChunks, Reading, observed_chunks
from .translation import Request, Response, StreamState, Translation, record_response

_RETRIES_HEADER = "x-stainless-retry-count"
_RESEND_COUNT = attributes.HTTP_REQUEST_RESEND_COUNT
#: Where other instrumentors' stream objects keep the SDK's.
_WRAPPED = ("__wrapped__", "stream", "_stream", "response", "_response")


class WholeAnswer:
    """A stream state for an answer that comes in one piece through a body read by the application."""

    def __init__(
        self, translation: Translation, arguments: Mapping[str, Any], captures_content: bool
    ) -> None:
        self._translation = translation
        self._arguments = arguments
        self._captures_content = captures_content
        self._answer: Any = None

    def observe(self, chunk: Any) -> bool:
        self._answer = chunk
        return True

    def response(self, *, broken: bool) -> Response:
        if self._answer is None or broken:
            return Response()
        return self._translation.read_response(self._arguments, self._answer, self._captures_content)


def observe_result(
    invocation: Invocation,
    translation: Translation,
    request: Request,
    arguments: Mapping[str, Any],
    result: Any,
) -> None:
    """Record an answer that is whole, or arrange for it to be recorded while the application reads it."""
    # Asking a pydantic model for what it lacks is dear, and a model is neither a stream nor a raw response.
    if hasattr(type(result), "__pydantic_validator__"):
        _observe_whole(invocation, translation, arguments, result)
        return
    http_response = getattr(result, "http_response", None)
    if http_response is not None:
        _describe_http(invocation, http_response)
        if http_response.is_stream_consumed:
            _observe_content(invocation, translation, request, arguments, http_response)
        else:
            _observe_body(invocation, translation, request, arguments, http_response)
        return
    place = _place_of_iterator(request, result)
    iterator = getattr(result, place, None)
    if iterator is not None and hasattr(result, "response") and translation.stream_state is not None:
        _describe_http(invocation, result.response)
        reading = Reading(invocation, translation.stream_state(invocation.captures_content))
        tap(result.response, reading, collects=False)
        observed = AsyncChunks if hasattr(iterator, "__anext__") else observed_chunks
        setattr(_holder_of(result, place), place, observed(iterator, reading))
        return
    _observe_whole(invocation, translation, arguments, result)


def _observe_whole(
    invocation: Invocation, translation: Translation, arguments: Mapping[str, Any], answer: Any
) -> None:
    request_id = getattr(answer, "_request_id", None)
    if request_id is not None:
        invocation.attributes[attributes.SPANWRIGHT_REQUEST_ID] = request_id
    record_response(invocation, translation.read_response(arguments, answer, invocation.captures_content))
    invocation.stop()


def _place_of_iterator(request: Request, result: Any) -> str:
    """Where a stream keeps the SDK's iterator of chunks: SDKs come from two generators."""
    return "generator" if request.is_stream and hasattr(result, "generator") else "_iterator"


def _holder_of(stream: Any, place: str) -> Any:
    """The SDK's stream: another instrumentor may have put an object around it that hands on its attributes,
    though not the setting of them."""
    for _ in range(4):
        fields = getattr(stream, "__dict__", {})
        if place in fields:
            return stream
        inner = next((fields[name] for name in _WRAPPED if hasattr(fields.get(name), place)), None)
        if inner is None:
            return stream
        stream = inner
    return stream


def _observe_body(
    invocation: Invocation,
    translation: Translation,
    request: Request,
    arguments: Mapping[str, Any],
    http_response: Any,
) -> None:
    body = Body(decoder_for(http_response), is_stream=request.is_stream)
    state = _state(translation, request, arguments, invocation.captures_content)
    reading = Reading(invocation, state, is_stream=request.is_stream, body=body)
    if not tap(http_response, reading, collects=True):
        reading.complete()


def _observe_content(
    invocation: Invocation,
    translation: Translation,
    request: Request,
    arguments: Mapping[str, Any],
    http_response: Any,
) -> None:
    state = _state(translation, request, arguments, invocation.captures_content)
    body = Body(bytes, is_stream=request.is_stream)
    body.add(http_response.content, 0)
    for chunk, _ in body.chunks():
        state.observe(chunk)
    record_response(invocation, state.response(broken=False))
    invocation.stop()


def _state(
    translation: Translation, request: Request, arguments: Mapping[str, Any], captures_content: bool
) -> StreamState:
    if request.is_stream and translation.stream_state is not None:
        return translation.stream_state(captures_content)
    return WholeAnswer(translation, arguments, captures_content)


def observe_error(
    invocation: Invocation, translation: Translation, arguments: Mapping[str, Any], error: BaseException
) -> None:
    """Record a call that raised, with the answer the exception may carry (one too long to be parsed)."""
    answer = getattr(error, "completion", None)
    if answer is not None:
        record_response(invocation, translation.read_response(arguments, answer, invocation.captures_content))
    else:
        invocation.attributes[attributes.SPANWRIGHT_FINISH_REASON] = FinishReason.ERROR.value
    http_response = getattr(error, "response", None)
    if http_response is None:
        http_response = getattr(error, "raw_response", None)
    if http_response is not None and hasattr(http_response, "headers"):
        _describe_http(invocation, http_response)
    elif hasattr(error, "request"):
        _describe_retries(invocation, error.request)


def _describe_http(invocation: Invocation, http_response: Any) -> None:
    invocation.attributes[attributes.SPANWRIGHT_REQUEST_ID] = request_id_of(http_response.headers)
    _describe_retries(invocation, getattr(http_response, "request", None))


def _describe_retries(invocation: Invocation, http_request: Any) -> None:
    if http_request is None:
        return
    sent = http_request.headers.get(_RETRIES_HEADER, "")
    if sent.isdigit() and sent != "0":
        invocation.attributes[_RESEND_COUNT] = int(sent)
