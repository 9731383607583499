"""The interactions of Google's GenAI SDK; :mod:`.google_genai` patches their methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation, Provider, TokenModality
from spanwright_semconv.prompt import system_prompt_sha256

from ..gemini_parameters import PARAMETERS, model_id, output_type, text_of
from ..generate_content import field, read_system
from ..hosts import provider_of, server_of
from ..interactions import (
    FetchedInteractionStream,
    InteractionStream,
    read_fetched_interaction,
    read_input,
    read_interaction,
    read_tools,
)
from ..resends import counted_requests
from ..translation import Parameter, Request, Translation, get, listed

_PARAMETERS: dict[str, Parameter] = {
    **{name: PARAMETERS[name] for name in ("temperature", "top_p", "max_output_tokens", "seed")},
    "stop_sequences": PARAMETERS["stop_sequences"],
    "thinking_level": (attributes.GEN_AI_REQUEST_REASONING_LEVEL, text_of),
}


def _body(arguments: Mapping[str, Any]) -> Any:
    """What is sent: given one by one, or as a whole."""
    body = field(arguments.get("request"), "body")
    return arguments if body is None else body


def _sent(body: Any, name: str) -> Any:
    value = get(body, name)
    return None if type(value).__name__ == "Unset" else value


def read_interaction_request(owner: Any, arguments: Mapping[str, Any]) -> Request:
    body = _body(arguments)
    model, agent = _sent(body, "model"), _sent(body, "agent")
    address, port = server_of(_interactions_url(owner))
    request = Request(
        (Operation.CHAT if agent is None else Operation.INVOKE_AGENT).value,
        provider_of(address or "", Provider.GCP_GEMINI.value),
        model_id(text_of(model)) if model is not None else None,
        address,
        port,
        agent=text_of(agent) if agent is not None else None,
        requests=counted_requests(),
    )
    found, config = request.attributes, _sent(body, "generation_config")
    for name, (key, convert) in _PARAMETERS.items():
        value = _sent(config, name)
        if value is not None:
            found[key] = convert(value)
    if _sent(body, "stream") is True:
        request.is_stream = found[attributes.GEN_AI_REQUEST_STREAM] = True
    found[attributes.GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID] = _sent(body, "previous_interaction_id")
    tier, instruction = _sent(body, "service_tier"), _sent(body, "system_instruction")
    found[attributes.SPANWRIGHT_REQUEST_SERVICE_TIER] = None if tier is None else text_of(tier)
    found[attributes.GEN_AI_OUTPUT_TYPE] = output_type(body)
    if isinstance(instruction, str):
        found[attributes.SPANWRIGHT_SYSTEM_PROMPT_SHA256] = system_prompt_sha256([instruction])
    if isinstance(_sent(body, "input"), str):
        request.modality = TokenModality.TEXT.value
    return request


def _interactions_url(owner: Any) -> str:
    """Address of the server, of SDKs with either generator behind their interactions."""
    configuration = getattr(owner, "sdk_configuration", None)
    return str(configuration.get_server_details()[0] if configuration else owner._client.base_url)


def read_interaction_content(arguments: Mapping[str, Any]) -> dict[str, Any]:
    body = _body(arguments)
    instruction, tools = _sent(body, "system_instruction"), listed(_sent(body, "tools"))
    return {
        attributes.GEN_AI_INPUT_MESSAGES: read_input(_sent(body, "input")) or None,
        attributes.GEN_AI_SYSTEM_INSTRUCTIONS: read_system(instruction) if instruction is not None else None,
        attributes.GEN_AI_TOOL_DEFINITIONS: read_tools(tools) if tools else None,
    }


def read_fetch_request(owner: Any, arguments: Mapping[str, Any]) -> Request:
    address, port = server_of(_interactions_url(owner))
    provider = provider_of(address or "", Provider.GCP_GEMINI.value)
    request = Request(
        Operation.FETCH_RESPONSE.value, provider, None, address, port, requests=counted_requests()
    )
    found = request.attributes
    found[attributes.GEN_AI_RESPONSE_ID] = str(arguments.get("id"))
    if _sent(arguments, "stream") is True:
        request.is_stream = found[attributes.GEN_AI_REQUEST_STREAM] = True
        found[attributes.GEN_AI_REQUEST_STREAM_CURSOR] = _sent(arguments, "last_event_id")
    return request


def _fetch_arguments(_: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"id": args[0], **kwargs} if args else kwargs


INTERACT = Translation(
    Operation.CHAT.value,
    read_interaction_request,
    read_interaction,
    read_interaction_content,
    InteractionStream,
)
FETCH = Translation(
    Operation.FETCH_RESPONSE.value,
    read_fetch_request,
    read_fetched_interaction,
    stream_state=FetchedInteractionStream,
    arguments=_fetch_arguments,
)
