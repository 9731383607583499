"""Other instrumentors of the libraries we instrument: their spans give way to ours.

Where ours records a call, another instrumentor's span for the same call is not started: its tracer gets a
span it cannot write on, with the ids of the current one, so that what it puts inside has the right parent.
This holds inside our calls for whatever such an instrumentor starts, and around them for the spans named in
``OTHERS``, whichever of the two was installed first. Spans that stand for something we do not record (images,
batches, assistants) stay.

Nothing is patched before one of their packages is imported: applications without them pay nothing.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, NamedTuple

import wrapt
from opentelemetry.context import Context, get_current
from opentelemetry.trace import get_current_span

from .suppression import GivenWay, is_silenced, recorded_family
from .withheld import withheld

logger = logging.getLogger(__name__)

_SDK_MODULE = "opentelemetry.sdk.trace"
_OFFICIAL = r"opentelemetry\.instrumentation\."

#: Packages of other emitters; the SDK's tracer is patched when the first of them is imported.
PACKAGES = (
    "langfuse",
    "logfire",
    "openinference.instrumentation",
    "openlit",
    "opentelemetry.instrumentation.anthropic",
    "opentelemetry.instrumentation.bedrock",
    "opentelemetry.instrumentation.botocore",
    "opentelemetry.instrumentation.cohere",
    "opentelemetry.instrumentation.genai",
    "opentelemetry.instrumentation.google_genai",
    "opentelemetry.instrumentation.google_generativeai",
    "opentelemetry.instrumentation.mistralai",
    "opentelemetry.instrumentation.openai",
    "opentelemetry.instrumentation.openai_v2",
)


class Other(NamedTuple):
    """Spans of another instrumentor that stand for calls we record.

    :param scope: pattern of its instrumentation scope's whole name.
    :param library: what it instruments, by our instrumentor's name for it; None: told by the module that
        starts the span.
    :param names: pattern in the names of its spans.
    """

    scope: re.Pattern[str]
    library: str | None
    names: re.Pattern[str]


def _other(scope: str, library: str | None, names: str) -> Other:
    return Other(re.compile(scope), library, re.compile(names))


_GENERATED = r"^(chat|generate_content|embeddings)( |$)"

#: Read in the sources of the versions in tests/environments, and tried with these.
OTHERS = (
    _other(rf"{_OFFICIAL}openai(\.\w+)*", "openai", r"^openai\.(chat|embeddings|response)"),
    _other(rf"{_OFFICIAL}(openai_v2|genai\.openai)", "openai", _GENERATED),
    _other(r"openinference\.instrumentation\.openai", "openai", r"^(ChatCompletion|CreateEmbeddings|Resp)"),
    _other(r"langfuse-sdk", "openai", r"^OpenAI-(generation|embedding)$"),
    _other(r"logfire\.openai", "openai", r"^(Chat Compl|Responses API|Embedding Creation|streaming resp)"),
    _other(r"logfire\.anthropic", "anthropic", r"^(Message with|streaming response)"),
    _other(rf"{_OFFICIAL}anthropic", "anthropic", r"^anthropic\.chat"),
    _other(rf"{_OFFICIAL}genai\.anthropic", "anthropic", _GENERATED),
    _other(r"openinference\.instrumentation\.anthropic", "anthropic", r"messages\.(create|stream|parse)$"),
    _other(rf"{_OFFICIAL}(google_generativeai|google_genai)", "google-genai", _GENERATED),
    _other(
        r"openinference\.instrumentation\.google_genai",
        "google-genai",
        r"^(Async)?(GenerateContent|EmbedContent)|Interactions",
    ),
    _other(rf"{_OFFICIAL}(bedrock|genai\.bedrock)", "botocore", r"^(chat|text_completion) |^bedrock\."),
    _other(rf"{_OFFICIAL}botocore\.bedrock-runtime", "botocore", r"^Bedrock Runtime\.(Conv|InvokeM)"),
    _other(
        r"openinference\.instrumentation\.bedrock",
        "botocore",
        r"^bedrock\.(converse|invoke_model)",
    ),
    _other(rf"{_OFFICIAL}mistralai", "mistralai", r"^mistralai\.(chat|embeddings)"),
    _other(r"openinference\.instrumentation\.mistralai", "mistralai", r"Chat|chat"),
    _other(rf"{_OFFICIAL}cohere", "cohere", r"^cohere\.(chat|embed|rerank)"),
    _other(r"openinference\.instrumentation\.litellm", "litellm", r"^a?(completion|embedding)"),
    *(
        _other(rf"openlit\.instrumentation\.{name}", library, _GENERATED)
        for name, library in (
            ("openai", "openai"),
            ("anthropic", "anthropic"),
            ("google_ai_studio", "google-genai"),
            ("bedrock", "botocore"),
            ("mistral", "mistralai"),
            ("cohere", "cohere"),
            ("litellm", "litellm"),
        )
    ),
    # Until 0.x instrumentors had one tracer together.
    _other(r"opentelemetry\.util\.genai\.handler", None, _GENERATED),
)

#: Scopes of emitters of inference spans, also inside a call of ours: nothing of theirs is started there.
_EMITTERS = re.compile(
    rf"openinference\.instrumentation\..*|openlit(\..*)?|langfuse-sdk|logfire(\..*)?"
    rf"|opentelemetry\.util\.genai\..*|{_OFFICIAL}"
    r"(openai|anthropic|google_generativeai|vertexai|mistralai|cohere|groq|together|ollama|bedrock|genai\.|"
    r"openai_v2|google_genai|botocore\.bedrock-runtime).*"
)

#: Families that are one call with what is inside; a retrieval's embedding is a call of its own.
_WHOLE = ("inference", "embeddings", "rerank")

#: Modules of instrumentors with one tracer together, by the library.
_CALLERS = {
    "opentelemetry.instrumentation.openai_v2": "openai",
    "opentelemetry.instrumentation.google_genai": "google-genai",
}

_active: set[str] = set()


def watch(library: str) -> None:
    """Ours records this library's calls from now on."""
    _active.add(library)
    _prepare()


def unwatch(library: str) -> None:
    """Ours no longer does."""
    _active.discard(library)


@cache
def _prepare() -> None:
    for package in PACKAGES:
        if package in sys.modules:
            _when_present()
        else:
            wrapt.register_post_import_hook(_when_present, package)


def _when_present(_module: Any = None) -> None:
    """One of their packages is there: patch the SDK's tracer, now or when it is imported."""
    if _SDK_MODULE in sys.modules:
        patch_tracer(sys.modules[_SDK_MODULE])
    else:
        wrapt.register_post_import_hook(patch_tracer, _SDK_MODULE)


def patch_tracer(module: Any) -> None:
    """From now on the SDK's tracers ask before they start a span; once only."""
    tracer = module.Tracer
    original: Callable[..., Any] = tracer.start_span
    if getattr(original, "__spanwright__", False):
        return

    @wraps(original)
    def start_span(self: Any, name: str, context: Context | None = None, *args: Any, **kwargs: Any) -> Any:
        if _active and _gives_way(self, name, context):
            return GivenWay(get_current_span(context).get_span_context())
        return original(self, name, context, *args, **kwargs)

    start_span.__spanwright__ = True  # type: ignore[attr-defined]
    tracer.start_span = start_span


def _gives_way(tracer: Any, name: str, context: Context | None) -> bool:
    """Whether this span is one more for a call that ours records."""
    try:
        scope: str = tracer._instrumentation_scope.name
        is_emitter, others = _known(scope)
        if not is_emitter:
            return False
        current = get_current() if context is None else context
        if is_silenced(current):
            return False
        if recorded_family(current) in _WHOLE:
            return True
        return any(
            each.names.search(name) and (each.library or _calling_library()) in _active for each in others
        )
    except Exception:
        logger.debug("Cannot tell whether another's span gives way; it is kept.", exc_info=withheld())
        return False


@cache
def _known(scope: str) -> tuple[bool, tuple[Other, ...]]:
    return (
        _EMITTERS.fullmatch(scope) is not None,
        tuple(each for each in OTHERS if each.scope.fullmatch(scope)),
    )


def _calling_library() -> str | None:
    """The library whose instrumentor starts the span, by the nearest of its modules on the stack."""
    frame = sys._getframe(1)
    for _ in range(12):
        if frame.f_back is None:
            return None
        frame = frame.f_back
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("opentelemetry.instrumentation."):
            return _CALLERS.get(".".join(module.split(".")[:3]))
    return None
