"""Bodies of Amazon Bedrock's InvokeModel: in which of the formats a model's is, and how it is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spanwright_semconv import attributes
from spanwright_semconv.enums import Operation

from . import anthropic_messages, chat_completions, converse, text_bodies
from .converse_stream import ConverseStream
from .embedding_memory import remember_embeddings
from .translation import (
    Parameter,
    Request,
    Response,
    StreamState,
    get,
    listed,
    parse_fields,
    read_parameters,
)

Body = Mapping[str, Any]


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value]


#: Parameters of all formats but the Converse one: the same name never means two things.
_PARAMETERS: dict[str, Parameter] = {
    "temperature": (attributes.GEN_AI_REQUEST_TEMPERATURE, float),
    **dict.fromkeys(("top_p", "topP", "p"), (attributes.GEN_AI_REQUEST_TOP_P, float)),
    **dict.fromkeys(("top_k", "k"), (attributes.GEN_AI_REQUEST_TOP_K, int)),
    **dict.fromkeys(
        ("max_tokens", "max_completion_tokens", "max_tokens_to_sample", "max_gen_len", "maxTokenCount"),
        (attributes.GEN_AI_REQUEST_MAX_TOKENS, int),
    ),
    **dict.fromkeys(
        ("stop", "stop_sequences", "stopSequences"), (attributes.GEN_AI_REQUEST_STOP_SEQUENCES, _texts)
    ),
    "seed": (attributes.GEN_AI_REQUEST_SEED, int),
    "frequency_penalty": (attributes.GEN_AI_REQUEST_FREQUENCY_PENALTY, float),
    "presence_penalty": (attributes.GEN_AI_REQUEST_PRESENCE_PENALTY, float),
    "reasoning_effort": (attributes.GEN_AI_REQUEST_REASONING_LEVEL, str),
    "dimensions": (attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT, int),
    **dict.fromkeys(
        ("embedding_types", "embeddingTypes"), (attributes.GEN_AI_REQUEST_ENCODING_FORMATS, _texts)
    ),
}


@dataclass(frozen=True, slots=True)
class Format:
    """How the bodies of some models are read."""

    operation: Operation
    read_prompt: Callable[[Request, Body], None]
    read_content: Callable[[Body], dict[str, Any]]
    read_response: Callable[[Body, Any, bool], Response]
    stream_state: Callable[[bool], StreamState]


def read_request(request: Request, chosen: Format, body: Body) -> None:
    """Parameters as sent, and what the format tells."""
    found = request.attributes
    read_parameters(found, body, _PARAMETERS)
    for name in ("textGenerationConfig", "embeddingConfig"):
        read_parameters(found, body.get(name) or {}, _PARAMETERS)
    choices = body.get("num_generations")
    if isinstance(choices, int) and choices != 1:
        found[attributes.GEN_AI_REQUEST_CHOICE_COUNT] = choices
    chosen.read_prompt(request, body)


def _read_chat_prompt(request: Request, body: Body) -> None:
    chat_completions.read_prompt(request, listed(body.get("messages")))


def _as_chat_completion(answer: Any) -> Any:
    """Mistral's models have other names for two fields of the format."""
    for choice in listed(get(answer, "choices")):
        if "stop_reason" in choice:
            choice.setdefault("finish_reason", choice["stop_reason"])
        if "message" in choice:
            choice.setdefault("delta", choice["message"])
    return answer


def _read_chat_response(body: Body, answer: Any, captures_content: bool) -> Response:
    return chat_completions.read_chat_response(body, _as_chat_completion(answer), captures_content)


class _ChatStream(chat_completions.ChatStream):
    def observe(self, chunk: Any) -> bool:
        return super().observe(_as_chat_completion(chunk))


def _nothing_sent(_body: Body) -> dict[str, Any]:
    return {}


def _no_prompt(_request: Request, _body: Body) -> None:
    """Nothing more is known of it."""


def _read_embeddings(body: Body, answer: Any, _captures_content: bool) -> Response:
    vectors = _vectors(answer)
    response = Response({attributes.GEN_AI_RESPONSE_ID: get(answer, "id")})
    tokens = get(answer, "inputTextTokenCount")
    if tokens is not None:
        response.attributes[attributes.GEN_AI_USAGE_INPUT_TOKENS] = tokens
    if vectors:
        response.attributes[attributes.GEN_AI_EMBEDDINGS_DIMENSION_COUNT] = len(vectors[0])
        sent = body.get("texts") or [body.get("inputText")]
        texts = [each if isinstance(each, str) else None for each in listed(sent)]
        remember_embeddings(vectors, texts, body.get(MODEL))
    return response


def _vectors(answer: Any) -> list[Any]:
    """Titan's one vector, or Cohere's list of them, which may be several by type."""
    single = get(answer, "embedding") or get(get(answer, "embeddingsByType"), "float")
    if single:
        return [single]
    found = get(answer, "embeddings")
    return list(listed(get(found, "float") if isinstance(found, dict) else found))


class _NothingKnown:
    """A stream of which only Bedrock's own figures are read."""

    def observe(self, _chunk: Any) -> bool:
        return True

    def response(self, **_broken: bool) -> Response:
        return Response()


#: Where the body's mapping keeps the model's id, which is none of its own keys.
MODEL = "modelId"

MESSAGES = Format(
    Operation.CHAT,
    anthropic_messages.read_prompt,
    anthropic_messages.read_content,
    anthropic_messages.read_response,
    anthropic_messages.MessageStream,
)
CONVERSE = Format(
    Operation.CHAT, converse.read_prompt, converse.read_content, converse.read_response, ConverseStream
)
CHAT_COMPLETIONS = Format(
    Operation.CHAT,
    _read_chat_prompt,
    chat_completions.read_chat_content,
    _read_chat_response,
    _ChatStream,
)
CHAT_MESSAGE = Format(
    Operation.CHAT,
    text_bodies.read_prompt,
    text_bodies.read_content,
    text_bodies.read_response,
    text_bodies.TextStream,
)
TEXT = Format(
    Operation.TEXT_COMPLETION,
    text_bodies.read_prompt,
    text_bodies.read_content,
    text_bodies.read_response,
    text_bodies.TextStream,
)
EMBEDDINGS = Format(
    Operation.EMBEDDINGS, _no_prompt, _nothing_sent, _read_embeddings, lambda _: _NothingKnown()
)
UNKNOWN = Format(
    Operation.GENERATE_CONTENT, _no_prompt, _nothing_sent, lambda *_: Response(), lambda _: _NothingKnown()
)

#: The first key that a body has decides; where the model's id has to help, it is looked at before.
_BY_KEY = {
    "anthropic_version": MESSAGES,
    "max_tokens_to_sample": TEXT,
    "textGenerationConfig": TEXT,
    "texts": EMBEDDINGS,
    "input_type": EMBEDDINGS,
    "embeddingConfig": EMBEDDINGS,
    "embeddingTypes": EMBEDDINGS,
    "message": CHAT_MESSAGE,
    "schemaVersion": CONVERSE,
    "inferenceConfig": CONVERSE,
    "messages": CHAT_COMPLETIONS,
    "prompt": TEXT,
    "inputText": TEXT,
}
_BY_MODEL = {"embed": EMBEDDINGS, "anthropic.": MESSAGES, "amazon.nova": CONVERSE}


def format_of(model: str, body: Body) -> Format:
    """The format of a body. An ARN may hide the model: then the body alone tells."""
    for word, chosen in _BY_MODEL.items():
        if word in model and ("messages" in body or chosen is EMBEDDINGS):
            return chosen
    return next((chosen for key, chosen in _BY_KEY.items() if key in body), UNKNOWN)


def parsed_body(sent: Any) -> Body:
    """What the application sends; nothing of what only botocore may read, such as a file."""
    try:
        body = json.loads(sent) if isinstance(sent, (bytes, bytearray, str)) else None
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


_METRICS = "amazon-bedrock-invocationMetrics"
_METRIC_NAMES = (
    "inputTokenCount",
    "outputTokenCount",
    "cacheReadInputTokenCount",
    "cacheWriteInputTokenCount",
)


class InvokedStream:
    """A streamed answer so far: chunks of the model's own format, the last one with Bedrock's figures."""

    def __init__(self, state: StreamState) -> None:
        self._state = state
        self._metrics: Any = None

    def observe(self, event: Mapping[str, Any]) -> bool:
        data = get(event.get("chunk"), "bytes")
        if not data:
            return False
        chunk = parse_fields(data)
        self._metrics = chunk.get(_METRICS) or self._metrics
        return self._state.observe(chunk)

    def response(self, *, broken: bool) -> Response:
        response = self._state.response(broken=broken)
        if self._metrics and response.attributes.get(attributes.GEN_AI_USAGE_INPUT_TOKENS) is None:
            response.attributes.update(usage_of(*(get(self._metrics, name) for name in _METRIC_NAMES)))
        return response


_HEADERS = tuple(
    f"x-amzn-bedrock-{name}-token-count"
    for name in ("input", "output", "cache-read-input", "cache-write-input")
)


def usage_in_headers(headers: Mapping[str, str], operation: str) -> dict[str, Any]:
    """The tokens of an invoked model, which Bedrock tells whatever the body's format."""
    counts = [int(found) if (found := headers.get(name, "")).isdigit() else None for name in _HEADERS]
    if operation == Operation.EMBEDDINGS.value:
        counts[1] = None
    return usage_of(*counts)


def usage_of(
    sent: int | None, received: int | None, read: int | None = None, written: int | None = None
) -> dict[str, Any]:
    """Token attributes of Bedrock's own figures, in which the input leaves the cached tokens out."""
    known = {
        attributes.GEN_AI_USAGE_INPUT_TOKENS: None if sent is None else sent + (read or 0) + (written or 0),
        attributes.GEN_AI_USAGE_OUTPUT_TOKENS: received,
        attributes.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: read,
        attributes.GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: written,
    }
    return {name: tokens for name, tokens in known.items() if tokens is not None}
