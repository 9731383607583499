"""Amazon Bedrock over botocore or aiobotocore: the Converse API, and models invoked with bodies of their own.

Every call of every AWS service goes through one method of botocore; those of other services are handed on at
once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation, Provider

from .. import converse
from .. import invoke_model as invoked
from ..aiobotocore_result import observe_aiobotocore_result
from ..botocore_result import observe_botocore_result, request_id
from ..call import AsyncCalls, PlainCalls
from ..converse_stream import ConverseStream
from ..hosts import server_of
from ..instrumentor import LibraryInstrumentor, Method
from ..resends import count_request, counted_requests
from ..telemetry import Telemetry
from ..translation import Request, Translation, get

logger = logging.getLogger(__name__)

_SERVICE = "bedrock-runtime"


def _request(operation: Operation, client: Any, arguments: Mapping[str, Any], *, streams: bool) -> Request:
    address, port = server_of(client.meta.endpoint_url)
    _count_requests_of(getattr(client, "_endpoint", None))
    model = arguments.get("modelId")
    request = Request(
        operation.value,
        Provider.AWS_BEDROCK.value,
        model if isinstance(model, str) else None,
        address,
        port,
        requests=counted_requests(),
    )
    if streams:
        request.is_stream = request.attributes[attributes.GEN_AI_REQUEST_STREAM] = True
    return request


def read_converse_request(client: Any, arguments: Mapping[str, Any], *, streams: bool = False) -> Request:
    request = _request(Operation.CHAT, client, arguments, streams=streams)
    guardrail, tier = arguments.get("guardrailConfig"), arguments.get("serviceTier")
    request.attributes[attributes.AWS_BEDROCK_GUARDRAIL_ID] = get(guardrail, "guardrailIdentifier")
    request.attributes[attributes.SPANWRIGHT_REQUEST_SERVICE_TIER] = get(tier, "type")
    converse.read_prompt(request, arguments)
    return request


def read_arguments(_client: Any, args: tuple[Any, ...], _kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    arguments: Mapping[str, Any] = args[1]
    return arguments


def read_error(error: BaseException) -> dict[str, Any]:
    """What the answer of a refused call tells; a connection that failed has none."""
    answer = getattr(error, "response", None)
    return {attributes.SPANWRIGHT_REQUEST_ID: request_id(answer)} if isinstance(answer, Mapping) else {}


def read_invoke_request(
    chosen: invoked.Format, client: Any, arguments: Mapping[str, Any], *, streams: bool
) -> Request:
    request = _request(chosen.operation, client, arguments, streams=streams)
    request.attributes[attributes.AWS_BEDROCK_GUARDRAIL_ID] = arguments.get("guardrailIdentifier")
    request.attributes[attributes.SPANWRIGHT_REQUEST_SERVICE_TIER] = arguments.get("serviceTier")
    invoked.read_request(request, chosen, arguments["body"])
    return request


def _invoke(sent: Mapping[str, Any], *, streams: bool) -> Translation:
    """The translation of one call, whose body decides how it is read."""
    model = str(sent.get(invoked.MODEL))
    body = invoked.parsed_body(sent.get("body"))
    chosen = invoked.format_of(model, body)
    arguments = {**sent, "body": {**body, invoked.MODEL: model}}
    return Translation(
        chosen.operation.value,
        partial(read_invoke_request, chosen, streams=streams),
        lambda found, answer, captures: chosen.read_response(found["body"], answer, captures),
        lambda found: chosen.read_content(found["body"]),
        (lambda captures: invoked.InvokedStream(chosen.stream_state(captures))) if streams else None,
        lambda *_: arguments,
        observe_botocore_result,
        read_error,
    )


def _converse(*, streams: bool) -> Translation:
    return Translation(
        Operation.CHAT.value,
        partial(read_converse_request, streams=streams),
        converse.read_response,
        converse.read_content,
        ConverseStream if streams else None,
        read_arguments,
        observe_botocore_result,
        read_error,
    )


#: By the name of the operation in AWS's API.
_CALLS = {"Converse": _converse(streams=False), "ConverseStream": _converse(streams=True)}
_INVOKING = {"InvokeModel": False, "InvokeModelWithResponseStream": True}


def _translation_for(client: Any, args: tuple[Any, ...]) -> Translation | None:
    """That of a call of any service's client; None for what is not recorded."""
    if client.meta.service_model.service_name != _SERVICE or len(args) != 2:
        return None
    return _translation(*args)


def _observe_call(
    telemetry: Telemetry,
    wrapped: Callable[..., Any],
    client: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """Observer of the method that makes every call of every service."""
    translation = _translation_for(client, args)
    if translation is None:
        return wrapped(*args, **kwargs)
    return PlainCalls(translation)(telemetry, wrapped, client, args, kwargs)


def _observe_async_call(
    telemetry: Telemetry,
    wrapped: Callable[..., Any],
    client: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    """The same for aiobotocore, whose clients are botocore's with a method of their own here."""
    translation = _translation_for(client, args)
    if translation is None:
        return wrapped(*args, **kwargs)
    translation = replace(translation, observe=observe_aiobotocore_result)
    return AsyncCalls(translation)(telemetry, wrapped, client, args, kwargs)


def _translation(operation: str, sent: Any) -> Translation | None:
    try:
        if operation in _INVOKING:
            return _invoke(sent, streams=_INVOKING[operation])
    except Exception:
        logger.debug("Cannot read the body of a request.")
    return _CALLS.get(operation)


def _count_requests_of(endpoint: Any) -> None:
    """Have this client's requests counted, one for each attempt. Its own endpoint is changed, once, so that
    requests to other services cost nothing, and those for credentials in between are not taken for its."""
    send = getattr(endpoint, "_get_response", None)
    if send is not None and not isinstance(send, partial):
        endpoint._get_response = partial(_count_request, send)


def _count_request(send: Callable[..., Any], *args: Any) -> Any:
    return count_request(None, send, None, args, {})


class BedrockInstrumentor(LibraryInstrumentor):
    """OpenTelemetry instrumentor of Amazon Bedrock in the ``botocore`` library, and so of ``boto3``."""

    library = "botocore"
    covers = (
        "Converse and invoked models (Claude, Nova, Titan, Llama, Mistral, Cohere), plain and streamed, "
        "embeddings; over boto3, botocore or aiobotocore"
    )
    methods = (
        Method("botocore.client", "BaseClient._make_api_call", _observe_call),
        Method("aiobotocore.client", "AioBaseClient._make_api_call", _observe_async_call),
    )
