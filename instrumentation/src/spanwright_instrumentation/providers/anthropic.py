"""Anthropic's SDK: messages, also on Amazon Bedrock and on Google's Vertex AI.

Observed where all ways to make a request come together (``create``, ``stream``, ``parse``, their beta and raw
forms, ``post``): in the client's ``request``, whose argument is what will be sent.

From version 2 the SDK makes spans of its own. Where a call is recorded already, by us or by whoever is around
us, its span gives way, and requests carry the ids of the span that is there
(docs/decisions/0101-anthropics-own-spans.md).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from opentelemetry.trace import NonRecordingSpan, get_current_span
from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation, Provider

from ..anthropic_messages import MessageStream, keep_content, read_content, read_prompt, read_response
from ..hosts import provider_of, server_of
from ..instrumentor import LibraryInstrumentor, Method, async_calls, calls
from ..native import keeps_native
from ..resends import count_request, counted_requests
from ..suppression import is_suppressed
from ..telemetry import Telemetry
from ..translation import Parameter, Request, Translation, read_parameters

_LIBRARY = "anthropic"
_CLIENT_MODULE = "anthropic._base_client"
_PATH = "/v1/messages"
# Read once: an enumeration's value takes longer than a look-up.
_CHAT, _ANTHROPIC = Operation.CHAT.value, Provider.ANTHROPIC.value

#: What the SDK calls to begin a span of its own, and the span's name.
_OWN_SPANS = "start_api_call_span"
_OWN_SPAN = "anthropic.messages.create"


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value]


_PARAMETERS: dict[str, Parameter] = {
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    "top_p": (attributes.GEN_AI_REQUEST_TOP_P, float),
    "top_k": (attributes.GEN_AI_REQUEST_TOP_K, int),
    "max_tokens": (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    "stop_sequences": (attributes.GEN_AI_REQUEST_STOP_SEQUENCES, _texts),
    "service_tier": (attributes.SPANWRIGHT_REQUEST_SERVICE_TIER, str),
}


def read_arguments(client: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The body of a request for a message; None for other requests, and for those the SDK records itself."""
    options = kwargs["options"] if "options" in kwargs else args[1]
    if options.url.partition("?")[0] != _PATH or options.method.lower() != "post" or _records_itself(client):
        return None
    body, extra = options.json_data, options.extra_json
    return {**body, **extra} if isinstance(extra, Mapping) else body


def _records_itself(client: Any) -> bool:
    own = getattr(client, "open_telemetry", None)
    if own is None or not own["traces"]["enabled"]:
        return False
    hook = getattr(sys.modules.get(_CLIENT_MODULE), _OWN_SPANS, None)
    # A version whose spans cannot be held back records alone: two spans would count the tokens twice.
    return keeps_native(_LIBRARY) or not hasattr(hook, "__wrapped__")


def read_request(client: Any, arguments: Mapping[str, Any]) -> Request:
    address, port = server_of(client._base_url)
    model = arguments.get("model")
    request = Request(
        _CHAT,
        _platform(client.__class__) or provider_of(address or "", _ANTHROPIC),
        model if isinstance(model, str) else None,
        address,
        port,
        requests=counted_requests(sent=1),
    )
    found = request.attributes
    read_parameters(found, arguments, _PARAMETERS)
    if arguments.get("stream") is True:
        request.is_stream = found[attributes.GEN_AI_REQUEST_STREAM] = True
    read_prompt(request, arguments)
    own = getattr(client, "open_telemetry", None)
    if own is not None and "conversation_id" in own:
        found[attributes.GEN_AI_CONVERSATION_ID] = own["conversation_id"]
    return request


#: Clients of other services, by a word of their class's name; the others are told by their host.
_PLATFORMS = {
    "Bedrock": Provider.AWS_BEDROCK.value,
    "Vertex": Provider.GCP_VERTEX_AI.value,
    "Foundry": Provider.ANTHROPIC.value,
    "AnthropicAWS": Provider.ANTHROPIC.value,
    "GoogleCloud": Provider.ANTHROPIC.value,
}


@cache
def _platform(client_class: type) -> str | None:
    """``gen_ai.provider.name`` of a service's client, or of a class derived from it, as the SDK names it."""
    for kind in client_class.__mro__:
        for word, provider in _PLATFORMS.items():
            if kind.__module__.startswith(_LIBRARY) and word in kind.__name__:
                return provider
    return None


def _begin_own_span(
    _telemetry: Telemetry,
    wrapped: Callable[..., Any],
    _owner: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """The SDK's span for a request, or in place of one for a recorded message the span that is current:
    the SDK cannot write on it or end it, and sends its ids along."""
    options = kwargs["options"] if "options" in kwargs else args[2]
    if getattr(options, "span_name", None) != _OWN_SPAN or not is_suppressed(Operation.CHAT.value):
        return wrapped(*args, **kwargs)
    current = get_current_span().get_span_context()
    return NonRecordingSpan(current) if current.is_valid else None


MESSAGES = Translation(
    _CHAT, read_request, read_response, read_content, MessageStream, read_arguments, keep_content=keep_content
)


class AnthropicInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of the ``anthropic`` library."""

    library = _LIBRARY
    covers = (
        "messages, created, streamed, parsed, beta, raw; sync and async; on Bedrock and Vertex AI too; "
        "in place of the SDK's own span"
    )
    methods = (
        Method(_CLIENT_MODULE, _OWN_SPANS, _begin_own_span, is_optional=True),
        *(
            Method(_CLIENT_MODULE, f"{client}.{repeats}", count_request, is_optional=True)
            for client in ("SyncAPIClient", "AsyncAPIClient")
            # The former until 0.49.
            for repeats in ("_retry_request", "_sleep_for_retry")
        ),
        calls(_CLIENT_MODULE, "SyncAPIClient.request", MESSAGES),
        async_calls(_CLIENT_MODULE, "AsyncAPIClient.request", MESSAGES),
    )
