"""What a provider file hands to the core: requests and answers as plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from spanwright_semconv import attributes
from spanwright_semconv.enums import FinishReason, TokenModality

from .invocation import Invocation


@dataclass(slots=True)
class Request:
    """A call about to be made.

    ``attributes`` are those known from the arguments, as sent: what the caller left to the provider's
    default is not there. ``modality`` is that of the token metrics.
    """

    operation: str
    provider: str
    model: str | None
    server_address: str | None = None
    server_port: int | None = None
    is_stream: bool = False
    modality: str = TokenModality.UNKNOWN.value
    attributes: dict[str, Any] = field(default_factory=dict)

    def sampling_attributes(self) -> dict[str, Any]:
        """What samplers may decide by."""
        return {
            attributes.GEN_AI_PROVIDER_NAME: self.provider,
            attributes.GEN_AI_REQUEST_MODEL: self.model,
            attributes.SERVER_ADDRESS: self.server_address,
            attributes.SERVER_PORT: self.server_port,
        }


@dataclass(slots=True)
class Response:
    """An answer, or what is known of it. ``tool_calls`` are (call id, tool name, arguments text)."""

    attributes: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    tool_calls: list[tuple[str | None, str, str | None]] = field(default_factory=list)


class StreamState(Protocol):
    """What a provider knows of an answer while its chunks arrive."""

    def observe(self, chunk: Any) -> bool:
        """Take in one chunk; True if it holds generated content (a role alone is none)."""
        ...

    def response(self, *, broken: bool) -> Response:
        """The answer so far; ``broken`` if an error keeps it from becoming complete."""
        ...


@dataclass(frozen=True, slots=True)
class Translation:
    """How one kind of call is read. The functions get arguments by name, and never see a span.

    :param read_request: (the object whose method is called, arguments) -> request.
    :param read_content: arguments -> content attributes; called only where content is captured.
    :param read_response: (arguments, response, whether content is captured) -> answer. The response is the
        SDK's object,
        or :class:`Fields` where the application asked for the raw response.
    :param stream_state: whether content is captured -> state; None for calls that never stream.
    """

    operation: str
    read_request: Callable[[Any, Mapping[str, Any]], Request]
    read_response: Callable[[Mapping[str, Any], Any, bool], Response]
    read_content: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    stream_state: Callable[[bool], StreamState] | None = None


class Fields(dict[str, Any]):
    """A JSON object with its keys as attributes, None where missing, as the SDKs' models are read."""

    __getattr__ = dict.get


def parse_fields(text: str | bytes) -> Any:
    """JSON with its objects as :class:`Fields`."""
    return json.loads(text, object_hook=Fields)


#: Finish reasons that mean one of the four of ``spanwright.finish_reason``; others are taken as they are.
_SAME_REASON = {
    "end_turn": FinishReason.STOP.value,
    "stop_sequence": FinishReason.STOP.value,
    "max_tokens": FinishReason.LENGTH.value,
    "function_call": FinishReason.TOOL_CALLS.value,
    "tool_use": FinishReason.TOOL_CALLS.value,
}


def record_response(invocation: Invocation, response: Response) -> None:
    """Put an answer on its invocation, with what follows from it for every provider."""
    invocation.attributes.update(response.attributes)
    reasons = response.attributes.get(attributes.GEN_AI_RESPONSE_FINISH_REASONS)
    if reasons:
        invocation.attributes[attributes.SPANWRIGHT_FINISH_REASON] = _SAME_REASON.get(reasons[0], reasons[0])
    if invocation.captures_content:
        invocation.content.update(response.content)
    invocation.tool_calls = response.tool_calls
