"""What a provider file hands to the core: requests and answers as plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from spanwright_semconv import attributes
from spanwright_semconv.enums import FinishReason, TokenModality

from .invocation import Invocation
from .resends import Requests
from .retrieved import Retrieved

#: Classes of the marks that generated SDKs have for a parameter which was not given.
_NOT_SENT = ("Omit", "NotGiven", "Unset", "ellipsis")

#: Attribute of a parameter, and the type it is recorded in.
Parameter = tuple[str, Callable[[Any], Any]]


def get(value: Any, name: str) -> Any:
    """A field of a dict or of an SDK model, None where there is none: applications send both."""
    if isinstance(value, dict):
        return value.get(name)
    # Asking pydantic's models for a field they lack takes longer than all else in here.
    fields = getattr(value, "__dict__", None)
    if fields is None:
        return None
    found = fields.get(name)
    if found is None:
        extra = getattr(value, "__pydantic_extra__", None)
        return extra.get(name) if extra else None
    return found


_NOTHING: Mapping[str, Any] = MappingProxyType({})


def fields(value: Any) -> Mapping[str, Any]:
    """All fields of a dict or of an SDK model, for where several are asked for; none of anything else."""
    if isinstance(value, dict):
        return value
    own = getattr(value, "__dict__", _NOTHING)
    extra = getattr(value, "__pydantic_extra__", None)
    return {**extra, **own} if extra else own


def listed(value: Any) -> list[Any] | tuple[Any, ...]:
    """The value if it can be read again; an iterator is for the SDK alone."""
    return value if isinstance(value, (list, tuple)) else ()


def is_sent(value: Any) -> bool:
    """Whether a parameter has a value of the caller's."""
    return value is not None and type(value).__name__ not in _NOT_SENT


def read_parameters(
    into: dict[str, Any], sent: Mapping[str, Any], parameters: Mapping[str, Parameter]
) -> None:
    """Record the parameters that were sent."""
    for name, value in sent.items():
        parameter = parameters.get(name)
        if parameter is not None and is_sent(value):
            into[parameter[0]] = parameter[1](value)


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
    #: The agent asked in place of a model.
    agent: str | None = None
    is_stream: bool = False
    modality: str = TokenModality.UNKNOWN.value
    attributes: dict[str, Any] = field(default_factory=dict)
    #: Counts the HTTP requests of this call, where the SDK does not tell of its retries.
    requests: Requests | None = None

    def sampling_attributes(self) -> dict[str, Any]:
        """What samplers may decide by."""
        return {
            attributes.GEN_AI_PROVIDER_NAME: self.provider,
            attributes.GEN_AI_REQUEST_MODEL: self.model,
            **({attributes.GEN_AI_AGENT_NAME: self.agent} if self.agent else {}),
            attributes.SERVER_ADDRESS: self.server_address,
            attributes.SERVER_PORT: self.server_port,
        }


@dataclass(slots=True)
class Response:
    """An answer, or what is known of it. ``tool_calls`` are (call id, tool name, arguments text).

    ``error_type`` is that of a failure that the answer itself tells of, where no exception does.
    """

    attributes: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    tool_calls: list[tuple[str | None, str, str | None]] = field(default_factory=list)
    error_type: str | None = None
    #: Of a reranker: the retrievals whose chunks were its candidates.
    reranked: list[Retrieved] = field(default_factory=list)


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
    :param arguments: (object, positional, keyword arguments) -> arguments by name, or None where the call is
        none of this kind; None for methods that take keywords only.
    :param observe: what :func:`~.result.observe_result` is for generated SDKs; None for those.
    :param read_error: exception -> what attributes it tells, where it is not as those of generated SDKs.
    :param keep_content: what ``read_content`` gives, as copies of the arguments that are understood later;
        None where they are not plain text and have to be read now.
    """

    operation: str
    read_request: Callable[[Any, Mapping[str, Any]], Request]
    read_response: Callable[[Mapping[str, Any], Any, bool], Response]
    read_content: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    stream_state: Callable[[bool], StreamState] | None = None
    arguments: Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Mapping[str, Any] | None] | None = None
    observe: Callable[[Invocation, Translation, Request, Mapping[str, Any], Any], None] | None = None
    read_error: Callable[[BaseException], dict[str, Any]] | None = None
    keep_content: Callable[[Mapping[str, Any]], dict[str, Any] | None] | None = None


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
    "refusal": FinishReason.CONTENT_FILTER.value,
    "model_context_window_exceeded": FinishReason.LENGTH.value,
    "guardrail_intervened": FinishReason.CONTENT_FILTER.value,
    "content_filtered": FinishReason.CONTENT_FILTER.value,
    "malformed_model_output": FinishReason.ERROR.value,
    "malformed_tool_use": FinishReason.ERROR.value,
}


def record_response(invocation: Invocation, response: Response) -> None:
    """Put an answer on its invocation, with what follows from it for every provider."""
    invocation.attributes.update(response.attributes)
    if response.error_type is not None:
        invocation.attributes[attributes.ERROR_TYPE] = response.error_type
    reasons = response.attributes.get(attributes.GEN_AI_RESPONSE_FINISH_REASONS)
    if reasons and attributes.SPANWRIGHT_FINISH_REASON not in response.attributes:
        invocation.attributes[attributes.SPANWRIGHT_FINISH_REASON] = _SAME_REASON.get(reasons[0], reasons[0])
    if invocation.captures_content:
        invocation.content.update(response.content)
    invocation.tool_calls = response.tool_calls
    if response.reranked:
        _tell_retrievals(invocation, response.reranked)


def _tell_retrievals(invocation: Invocation, reranked: Iterable[Retrieved]) -> None:
    """Link the reranker's span to theirs, which have ended, and tell those that nobody has read yet."""
    for retrieved in reranked:
        invocation.span.add_link(retrieved.span_context)
        retrieved.model = str(invocation.attributes.get(attributes.GEN_AI_REQUEST_MODEL) or "")
