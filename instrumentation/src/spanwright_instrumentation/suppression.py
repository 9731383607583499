"""One call, one span: who records a call that passes through several instrumentors.

The outermost one records. A call adds no span where the context says that an outer instrumentor (ours, or
one built on ``opentelemetry-util-genai``) records the same kind of operation already, where the current
span is such a span of an instrumentor that sets no mark, or where instrumentation is suppressed altogether.
"""

from __future__ import annotations

import sys
from typing import Any

from opentelemetry import trace
from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY,
    Context,
    create_key,
    get_current,
    set_value,
)
from spanwright_semconv import attributes

from .emitter import choice

_INFERENCE = "inference"

#: Operations that are one kind when nested: a gateway's ``chat`` around a provider's ``generate_content``.
_FAMILIES = {
    "chat": _INFERENCE,
    "generate_content": _INFERENCE,
    "text_completion": _INFERENCE,
    "embeddings": "embeddings",
    "retrieval": "retrieval",
    "rerank": "rerank",
    "fetch_response": "fetch_response",
}

#: Context keys of opentelemetry-util-genai 1.3b0, and its classes whose instances it looks for there.
_FOREIGN_MARKS = {
    _INFERENCE: ("opentelemetry.genai.client.inference.context", "InferenceData"),
    "embeddings": ("opentelemetry.genai.embedding.context", "EmbeddingData"),
    "retrieval": ("opentelemetry.genai.retrieval.context", "RetrievalData"),
    "fetch_response": ("opentelemetry.genai.fetch_response.context", "FetchResponseData"),
}
_FOREIGN_MODULE = "opentelemetry.util.genai.invocation"

#: Scopes of instrumentors and frameworks. A span the application opened itself suppresses nothing: it may
#: lack the tokens.
_INSTRUMENTOR_SCOPES = (
    "opentelemetry.instrumentation.",
    "opentelemetry.util.genai",
    "openinference.",
    "pydantic-ai",
)
#: Those among them whose inference spans have no tokens.
_WITHOUT_TOKENS = ("opentelemetry.instrumentation.openai_agents",)

#: What OpenInference calls operations.
_OPENINFERENCE_KIND = "openinference.span.kind"
_OPENINFERENCE_MODEL = "llm.model_name"
_OPENINFERENCE_KINDS = {
    "LLM": _INFERENCE,
    "EMBEDDING": "embeddings",
    "RERANKER": "rerank",
    "RETRIEVER": "retrieval",
}

#: OpenTelemetry's own key of the current span, which has no public name.
(_SPAN_KEY,) = trace.set_span_in_context(trace.INVALID_SPAN, Context())

_PLAIN_SUPPRESS_KEY = "suppress_instrumentation"
_OWN_MARK = create_key("spanwright-operation")


class GivenWay(trace.NonRecordingSpan):
    """In place of another instrumentor's span for a call that ours records: the ids of the span around it."""


def is_suppressed(operation: str, context: Context | None = None) -> bool:
    """True where a call of this operation must not add a span of ours."""
    current = get_current() if context is None else context
    if not current:
        return False
    if is_silenced(current):
        return True
    family = _FAMILIES.get(operation)
    if family is None:
        return False
    if current.get(_OWN_MARK) == family:
        return True
    return _is_recorded_by_others(family, current) and not choice().ours_inside_frameworks


def is_ours(operation: str) -> bool:
    """Whether a call of this operation is inside one that we record, which is the same call."""
    return recorded_family(get_current()) == _FAMILIES.get(operation)


def is_silenced(current: Context) -> bool:
    """Whether nothing at all is to be recorded here. What an instrumentor silences inside a span that gave
    way to ours is meant for those beside it, not for us."""
    if not (current.get(_SUPPRESS_INSTRUMENTATION_KEY) or current.get(_PLAIN_SUPPRESS_KEY)):
        return False
    return not _gave_way(trace.get_current_span(current))


def _gave_way(span: Any) -> bool:
    return isinstance(span, GivenWay) or isinstance(getattr(span, "span", None), GivenWay)


def recorded_family(context: Context) -> str | None:
    """What of ours records here: ``inference``, ``embeddings``, ``retrieval``, ``rerank``,
    ``fetch_response``."""
    family = context.get(_OWN_MARK)
    return family if isinstance(family, str) else None


def _is_recorded_by_others(family: str, current: Context) -> bool:
    span = trace.get_current_span(current)
    if _gave_way(span):
        return False  # whatever mark that instrumentor has set
    foreign = _FOREIGN_MARKS.get(family)
    if foreign and current.get(foreign[0]) is not None:
        return True
    return _current_span_records(family, span)


def _current_span_records(family: str, span: Any) -> bool:
    """A live foreign span of the same kind is current: an instrumentor that sets no mark is around us."""
    scope = getattr(span, "instrumentation_scope", None)
    if scope is None or not scope.name.startswith(_INSTRUMENTOR_SCOPES) or not span.is_recording():
        return False
    if scope.name.startswith(_WITHOUT_TOKENS):
        return False
    found = span.attributes
    kind = found.get(_OPENINFERENCE_KIND)
    if kind is not None:
        return _OPENINFERENCE_KINDS.get(kind) == family
    if _OPENINFERENCE_MODEL in found:  # some of its instrumentors say the kind at the end
        return family == _INFERENCE
    return _FAMILIES.get(found.get(attributes.GEN_AI_OPERATION_NAME, "")) == family


def marked(context: Context, operation: str) -> Context:
    """The context, saying to the instrumentors further in that this operation is recorded.

    Tools, agents and workflows take such marks away: what they call is not part of the call around them.
    """
    family = _FAMILIES.get(operation)
    if family is None:
        return _unmarked(context)
    context = set_value(_OWN_MARK, family, context)
    foreign = _FOREIGN_MARKS.get(family)
    module = sys.modules.get(_FOREIGN_MODULE)
    data_class = getattr(module, foreign[1], None) if foreign and module else None
    return set_value(foreign[0], data_class(), context) if foreign and data_class else context


def recording(span: trace.Span, parent: Context, operation: str) -> Context:
    """The context inside a call: ``parent`` with this span current, and ``marked``."""
    family = _FAMILIES.get(operation)
    if family is None or _FOREIGN_MODULE in sys.modules:
        return marked(trace.set_span_in_context(span, parent), operation)
    return Context({**parent, _SPAN_KEY: span, _OWN_MARK: family})


def _unmarked(context: Context) -> Context:
    for key in (_OWN_MARK, *(key for key, _ in _FOREIGN_MARKS.values())):
        if context.get(key) is not None:
            context = set_value(key, None, context)
    return context
