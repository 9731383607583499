"""LiteLLM: completions, embeddings and rerank of any provider; its router uses these functions too.

One call of the application is one span. The provider's SDK that LiteLLM may use, its own retries, and the
synchronous function that an asynchronous one runs are inside.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation, OutputType

from ..chat_completions import ChatStream, read_chat_content, read_chat_response, read_prompt
from ..embeddings import read_embeddings
from ..hosts import provider_by_name, server_of
from ..instrumentor import LibraryInstrumentor, Method, async_calls, calls
from ..invocation import Invocation
from ..rerank import read_ranking, read_rerank_content, read_rerank_request
from ..resends import count_repetition, count_request, counted_requests, request_id_of
from ..stream import Reading
from ..suppression import is_suppressed
from ..telemetry import Telemetry
from ..translation import (
    Fields,
    Parameter,
    Request,
    Response,
    Translation,
    get,
    is_sent,
    listed,
    read_parameters,
    record_response,
)

#: Under this name a stream's object holds what observes it.
_OBSERVED = "_spanwright_observed"
_HEADER_PREFIX = "llm_provider-"


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value]


_PARAMETERS: dict[str, Parameter] = {
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    "top_p": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "top_k": (attributes.GEN_AI_REQUEST_TOP_K, int),
    "max_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "max_completion_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "frequency_penalty": (attributes.GEN_AI_REQUEST_FREQUENCY_PENALTY, float),
    "presence_penalty": (attributes.GEN_AI_REQUEST_PRESENCE_PENALTY, float),
    "seed": (attributes.GEN_AI_REQUEST_SEED, int),
    "stop": (attributes.GEN_AI_REQUEST_STOP_SEQUENCES, _texts),
    "reasoning_effort": (attributes.GEN_AI_REQUEST_REASONING_LEVEL, str),
    "service_tier": (attributes.SPANWRIGHT_REQUEST_SERVICE_TIER, str),
    "dimensions": (attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, int),
    "encoding_format": (attributes.GEN_AI_REQUEST_ENCODING_FORMATS, _texts),
}


def _named(operation: Operation, *names: str) -> Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Any]:
    """Arguments by name, the first of which may be given by position."""

    def read_arguments(
        _owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        if any(kwargs.get(each) for each in _INNER):
            return None
        # Inside a call of its own the same function again is a retry.
        if is_suppressed(operation.value):
            count_repetition()
        return {**dict(zip(names, args, strict=False)), **kwargs} if args else kwargs

    return read_arguments


#: What the asynchronous functions pass to the synchronous ones, which then return a coroutine.
_INNER = ("acompletion", "aembedding", "_is_async")


@lru_cache(maxsize=1024)
def _model_and_provider(model: str, named: str | None) -> tuple[str, str]:
    """The model without the provider that stands before it, and that provider's official name."""
    prefix, slash, rest = model.partition("/")
    sdk: Any = sys.modules.get("litellm")
    if named:
        return (rest if slash and prefix == named else model), provider_by_name(named)
    known = {str(getattr(each, "value", each)) for each in getattr(sdk, "provider_list", ())}
    if slash and prefix in known:
        return rest, provider_by_name(prefix)
    costs = getattr(sdk, "model_cost", {}).get(model) or {}
    return model, provider_by_name(costs.get("litellm_provider") or "litellm")


def _request(operation: Operation, arguments: Mapping[str, Any]) -> Request:
    model, named = arguments.get("model"), arguments.get("custom_llm_provider")
    name, provider = _model_and_provider(str(model or ""), named if isinstance(named, str) else None)
    base = arguments.get("api_base") or arguments.get("base_url")
    address, port = server_of(base) if isinstance(base, str) else (None, None)
    request = Request(
        operation.value, provider, name or None, address, port, requests=counted_requests(sent=1)
    )
    read_parameters(request.attributes, arguments, _PARAMETERS)
    return request


def read_chat_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.CHAT, arguments)
    found = request.attributes
    if arguments.get("stream") is True:
        request.is_stream = found[attributes.GEN_AI_REQUEST_STREAM] = True
    choices, wanted = arguments.get("n"), arguments.get("response_format")
    if isinstance(choices, int) and choices != 1:
        found[attributes.GEN_AI_REQUEST_CHOICE_COUNT] = choices
    kind = "json" if isinstance(wanted, type) else get(wanted, "type")
    if isinstance(kind, str):
        found[attributes.GEN_AI_OUTPUT_TYPE] = OutputType.JSON.value if kind.startswith("json") else kind
    read_prompt(request, listed(arguments.get("messages")))
    return request


def read_embeddings_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    return _request(Operation.EMBEDDINGS, arguments)


def read_rank_request(_owner: Any, arguments: Mapping[str, Any]) -> Request:
    request = _request(Operation.RERANK, arguments)
    top_n = arguments.get("top_n")
    read_rerank_request(request, arguments.get("documents"), top_n if is_sent(top_n) else None)
    return request


def read_rank_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return read_rerank_content(arguments.get("query"))


def read_response(arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    response = read_chat_response(arguments, answer, captures_content)
    _read_cache_writes(response.attributes, answer.usage)
    return _with_hidden(response, answer)


def read_embeddings_response(arguments: Mapping[str, Any], answer: Any, _captures_content: bool) -> Response:
    return _with_hidden(read_embeddings(arguments.get("input"), answer), answer)


def read_rank_response(arguments: Mapping[str, Any], answer: Any, captures_content: bool) -> Response:
    ranking = [(get(each, "index"), get(each, "relevance_score")) for each in answer.results or ()]
    response = read_ranking(arguments.get("documents"), ranking, captures_content)
    response.attributes[attributes.GEN_AI_RESPONSE_ID] = answer.id
    return _with_hidden(response, answer)


def _read_cache_writes(into: dict[str, Any], usage: Any) -> None:
    """What a provider wrote to its cache, which LiteLLM tells in ways of its own."""
    details = get(usage, "prompt_tokens_details")
    written = get(details, "cache_creation_tokens") or get(usage, "cache_creation_input_tokens")
    if written:
        into[attributes.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS] = written
    kept = get(details, "cache_creation_token_details")
    into[attributes.SPANWRIGHT_USAGE_CACHE_WRITE_5M_INPUT_TOKENS] = get(kept, "ephemeral_5m_input_tokens")
    into[attributes.SPANWRIGHT_USAGE_CACHE_WRITE_1H_INPUT_TOKENS] = get(kept, "ephemeral_1h_input_tokens")


def _with_hidden(response: Response, answer: Any) -> Response:
    """With what LiteLLM tells beside the answer; an answer out of its own cache used no tokens."""
    hidden = getattr(answer, "_hidden_params", None) or {}
    headers = hidden.get("additional_headers") or {}
    response.attributes[attributes.SPANWRIGHT_REQUEST_ID] = request_id_of(
        {str(name).removeprefix(_HEADER_PREFIX): value for name, value in headers.items()}
    )
    if hidden.get("cache_hit"):
        for name in [each for each in response.attributes if ".usage." in each]:
            del response.attributes[name]
    return response


class GatewayStream(ChatStream):
    """A streamed answer so far. What the provider counted is on chunks that LiteLLM keeps for itself."""

    def __init__(self, captures_content: bool) -> None:
        super().__init__(captures_content)
        self.kept: list[Any] = []
        #: As the provider names it; LiteLLM's own chunks repeat what was asked for.
        self.model: str | None = None
        #: False where the provider gave no reason; LiteLLM makes one up then.
        self.has_reason = True
        self._last: Any = None

    def observe(self, chunk: Any) -> bool:
        self._last = chunk
        return self._observe_any(chunk)

    def response(self, *, broken: bool) -> Response:
        # What it gives at the end may be an estimate: only what came from the provider counts.
        told = [usage for each in self.kept if (usage := get(each, "usage")) is not None]
        self._usage = _merged(told)
        response = super().response(broken=broken)
        if not (self.has_reason or broken):
            response.attributes[attributes.GEN_AI_RESPONSE_FINISH_REASONS] = None
        _read_cache_writes(response.attributes, self._usage)
        hidden = getattr(self._last, "_hidden_params", None) or {}
        model = self.model or hidden.get("provider_response_model")
        if model:
            response.attributes[attributes.GEN_AI_RESPONSE_MODEL] = model
        return _with_hidden(response, self._last)


#: Counts of which some providers tell one first and another last.
_COUNTS = ("prompt_tokens", "completion_tokens", "cache_creation_input_tokens")
#: What counts are made of.
_DETAILS = {"prompt_tokens": "prompt_tokens_details", "completion_tokens": "completion_tokens_details"}


def _merged(told: list[Any]) -> Fields | None:
    """The highest counts, with what those are made of; None where the provider counted nothing."""
    found = Fields()
    for name in _COUNTS:
        highest = max(told, key=lambda usage: get(usage, name) or 0, default=None)
        found[name] = get(highest, name) or 0
        if name in _DETAILS:
            found[_DETAILS[name]] = get(highest, _DETAILS[name])
    return found if any(found[name] for name in _COUNTS) else None


class _Observed:
    """What observes one stream; is collected with it."""

    __slots__ = ("_invocation", "is_stepping", "reading", "state")

    def __init__(self, invocation: Invocation, state: GatewayStream) -> None:
        self._invocation: Invocation | None = invocation
        self.is_stepping = False
        self.state = state
        self.reading = Reading(invocation, state)

    def __del__(self) -> None:
        self.reading.drop()

    def _current(self) -> AbstractContextManager[None]:
        """The span is current in the first step, which may send the request."""
        invocation, self._invocation = self._invocation, None
        return nullcontext() if invocation is None else invocation.attach()

    def step(self, wrapped: Callable[[], Any]) -> Any:
        if self.is_stepping:
            return wrapped()
        self.is_stepping = True
        try:
            with self._current():
                chunk = wrapped()
        except StopIteration:
            self.reading.complete()
            raise
        except BaseException as error:
            self.reading.fail(error)
            raise
        finally:
            self.is_stepping = False
        self.reading.take(chunk)
        return chunk

    async def async_step(self, wrapped: Callable[[], Any]) -> Any:
        self.is_stepping = True
        try:
            with self._current():
                chunk = await wrapped()
        except StopAsyncIteration:
            self.reading.complete()
            raise
        except BaseException as error:
            self.reading.fail(error)
            raise
        finally:
            self.is_stepping = False
        self.reading.take(chunk)
        return chunk


def observe(
    invocation: Invocation,
    translation: Translation,
    _request: Request,
    arguments: Mapping[str, Any],
    result: Any,
) -> None:
    """Record an answer that is whole, or arrange for it to be recorded while the application reads it."""
    # Another instrumentor's object around a stream may be of one kind only.
    reads = hasattr(type(result), "__anext__") or hasattr(type(result), "__next__")
    if reads and hasattr(result, "chunks"):
        state = GatewayStream(invocation.captures_content)
        state.kept = result.chunks
        vars(result)[_OBSERVED] = _Observed(invocation, state)
        return
    record_response(invocation, translation.read_response(arguments, result, invocation.captures_content))
    invocation.stop()


def _next(_telemetry: Telemetry, wrapped: Callable[[], Any], owner: Any, *_given: Any) -> Any:
    observed = vars(owner).get(_OBSERVED)
    return wrapped() if observed is None else observed.step(wrapped)


def _async_next(_telemetry: Telemetry, wrapped: Callable[[], Any], owner: Any, *_given: Any) -> Any:
    observed = vars(owner).get(_OBSERVED)
    return wrapped() if observed is None else observed.async_step(wrapped)


def _make_chunk(
    _telemetry: Telemetry,
    wrapped: Callable[..., Any],
    owner: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """A chunk of the provider's becomes one of LiteLLM's."""
    made = wrapped(*args, **kwargs)
    observed = vars(owner).get(_OBSERVED)
    if observed is not None:
        state = observed.state
        if state.model is None:
            model = get(kwargs["chunk"] if "chunk" in kwargs else args[0], "model")
            state.model = model if isinstance(model, str) and model else None
        state.has_reason = getattr(owner, "received_finish_reason", True) is not None
    return made


def _close(_telemetry: Telemetry, wrapped: Callable[[], Any], owner: Any, *_given: Any) -> Any:
    observed = vars(owner).get(_OBSERVED)
    # It closes itself where a step fails, which that step will tell.
    if observed is not None and not observed.is_stepping:
        observed.reading.close()
    return wrapped()


CHAT = Translation(
    Operation.CHAT.value,
    read_chat_request,
    read_response,
    read_chat_content,
    GatewayStream,
    _named(Operation.CHAT, "model", "messages"),
    observe,
)
EMBEDDINGS = Translation(
    Operation.EMBEDDINGS.value,
    read_embeddings_request,
    read_embeddings_response,
    arguments=_named(Operation.EMBEDDINGS, "model", "input"),
    observe=observe,
)
RERANK = Translation(
    Operation.RERANK.value,
    read_rank_request,
    read_rank_response,
    read_rank_content,
    arguments=_named(Operation.RERANK, "model", "query", "documents", "custom_llm_provider", "top_n"),
    observe=observe,
)

_STREAMS = "litellm.litellm_core_utils.streaming_handler"


def _methods() -> Iterator[Method]:
    for home, plain, translation in (
        ("litellm.main", "completion", CHAT),
        ("litellm.main", "embedding", EMBEDDINGS),
        ("litellm.rerank_api.main", "rerank", RERANK),
    ):
        # The package has the functions too, under names of its own if it was imported before.
        for module in (home, "litellm"):
            yield calls(module, plain, translation)
            yield async_calls(module, f"a{plain}", translation)
    yield Method(_STREAMS, "CustomStreamWrapper.__next__", _next)
    yield Method(_STREAMS, "CustomStreamWrapper.__anext__", _async_next)
    yield Method(_STREAMS, "CustomStreamWrapper.chunk_creator", _make_chunk)
    yield Method(_STREAMS, "CustomStreamWrapper.close", _close, is_optional=True)
    yield Method(_STREAMS, "CustomStreamWrapper.aclose", _close, is_optional=True)
    for client in ("SyncAPIClient", "AsyncAPIClient"):
        for repeats in ("_retry_request", "_sleep_for_retry"):
            yield Method("openai._base_client", f"{client}.{repeats}", count_request, is_optional=True)


class LiteLLMInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``litellm`` library."""

    library = "litellm"
    covers = (
        "completions, embeddings and rerank, sync and async, streamed, by the router too; one span, "
        "whichever provider's SDK is used"
    )
    methods = tuple(_methods())
