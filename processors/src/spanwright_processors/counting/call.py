"""What a span tells of a model call, and whether two spans can tell of the same one."""

from __future__ import annotations

from typing import Any

from opentelemetry.trace import StatusCode
from spanwright_semconv.attributes import (
    GEN_AI_OPERATION_NAME,
    GEN_AI_REQUEST_MODEL,
    GEN_AI_RESPONSE_ID,
    GEN_AI_RESPONSE_MODEL,
    GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
    GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    GEN_AI_USAGE_INPUT_TOKENS,
    GEN_AI_USAGE_OUTPUT_TOKENS,
)

from ..span import EditableSpan

#: Operation -> what kind of call it is: instrumentations differ in what they call an answer's generation.
KINDS = {
    "chat": "inference",
    "generate_content": "inference",
    "text_completion": "inference",
    "embeddings": "embeddings",
}
#: Two spans of one call on one machine may begin and end so far apart: clocks are read one after the other.
SLACK_NS = 5_000_000
#: Characters from which a response id is nobody else's. Providers' have 24 and more.
_UNIQUE = 20
#: A log-like span that repeats a call's response id may come this much after it.
AFTERWARDS_NS = 1_000_000_000
#: No answer lets one wait longer for its first chunk: what says so is wrong.
_LONGEST_S = 86_400


class Call:
    """One span of a model call.

    ``tokens``: (input, output) as reported, None where neither was. ``claimed``: the scopes of the spans that
    were found to tell of this call, itself included; one scope tells of a call once. ``end_ns`` is not before
    the first chunk of the answer: ``was_read_later`` is true where the span ended before that one came, as
    some end a stream's span when the application gets the stream. ``told_by``: the call inside this one that
    told of it first, without its tokens.
    """

    __slots__ = (
        "_cached",
        "claimed",
        "end_ns",
        "failed",
        "kind",
        "models",
        "response_id",
        "span_id",
        "start_ns",
        "tokens",
        "told_by",
        "was_read_later",
    )

    def __init__(self, span: EditableSpan) -> None:
        get = span.attributes.get
        self.span_id = span.span_id
        self.start_ns = span.start_ns
        first_chunk_ns = span.start_ns + _nanoseconds(get(GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK))
        self.was_read_later = first_chunk_ns > span.end_ns
        self.end_ns = max(span.end_ns, first_chunk_ns)
        self.failed = span.status_code is StatusCode.ERROR
        self.kind = KINDS[get(GEN_AI_OPERATION_NAME, "")]
        response_id = get(GEN_AI_RESPONSE_ID)
        self.response_id = response_id if isinstance(response_id, str) and response_id else None
        self.models = tuple(
            _plain(model)
            for model in (get(GEN_AI_RESPONSE_MODEL), get(GEN_AI_REQUEST_MODEL))
            if isinstance(model, str) and model
        )
        sent, received = _count(get(GEN_AI_USAGE_INPUT_TOKENS)), _count(get(GEN_AI_USAGE_OUTPUT_TOKENS))
        self.tokens = None if sent is None and received is None else (sent or 0, received or 0)
        self._cached = (
            _count(get(GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS)) or 0,
            _count(get(GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS)) or 0,
        )
        self.claimed = {span.scope_name}
        self.told_by: Call | None = None

    def contains(self, other: Call) -> bool:
        """True if the other one ran while this one did."""
        return self.start_ns - SLACK_NS <= other.start_ns and other.end_ns <= self.end_ns + SLACK_NS

    def is_at_the_time_of(self, other: Call) -> bool:
        """True if one ran while the other did; where an end is not known, if they overlap."""
        if self.contains(other) or other.contains(self):
            return True
        if not (self.was_read_later or other.was_read_later):
            return False
        return self.start_ns <= other.end_ns and other.start_ns <= self.end_ns

    def is_near(self, other: Call) -> bool:
        """True if the two overlap, or one follows the other at once."""
        latest_start, earliest_end = max(self.start_ns, other.start_ns), min(self.end_ns, other.end_ns)
        return latest_start <= earliest_end + AFTERWARDS_NS

    def has_id_of(self, other: Call) -> bool:
        """True if both tell of the same response.

        Some servers draw short ids by lot (Ollama's ``chatcmpl-512``): there the tokens must agree as well.
        """
        if self.response_id is None or self.response_id != other.response_id:
            return False
        if len(self.response_id) >= _UNIQUE:
            return True
        return self.tokens is None or other.tokens is None or self.has_tokens_of(other)

    def has_other_id_than(self, other: Call) -> bool:
        return None not in (self.response_id, other.response_id) and self.response_id != other.response_id

    def has_tokens_of(self, other: Call) -> bool:
        """True if both report the same counts, cached input counted as input or not."""
        if self.tokens is None or other.tokens is None or self.tokens[1] != other.tokens[1]:
            return False
        return bool(self._inputs() & other._inputs())

    def may_be_model_of(self, other: Call) -> bool:
        """False if the two name different models. ``gpt-4o`` and ``openai/gpt-4o-2024-08-06`` are one."""
        if not self.models or not other.models:
            return True
        return any(
            one.startswith(another) or another.startswith(one)
            for one in self.models
            for another in other.models
        )

    def _inputs(self) -> set[int]:
        sent = self.tokens[0] if self.tokens is not None else 0
        read, written = self._cached
        return {sent, sent - read, sent - written, sent - read - written}


def _plain(model: str) -> str:
    """A model's name without the provider before it."""
    return model.rpartition("/")[2].lower()


def _nanoseconds(seconds: Any) -> int:
    return int(seconds * 1e9) if isinstance(seconds, float | int) and 0 < seconds < _LONGEST_S else 0


def _count(value: Any) -> int | None:
    return value if type(value) is int else None
