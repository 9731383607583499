"""Models in the application's own process: embeddings and rerankers, called plainly or as generators."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from opentelemetry.trace import SpanKind
from spanwright_semconv import attributes

from .attach import Steps
from .decorator import Run, Unobserved, decorate
from .embedding_memory import MAX_VECTORS, components_of, memory
from .invocation import Invocation
from .suppression import is_suppressed
from .telemetry import Telemetry
from .translation import Request, Response, StreamState, Translation, record_response
from .withheld import withheld

logger = logging.getLogger(__name__)

#: Vectors on an accelerator that are looked at, one by one, at most: each look waits for it.
_MAX_REMOTE_VECTORS = 8

#: Nobody sends a bill: told, since a call without a known price makes the cost of its trace incomplete.
_FREE = {
    attributes.SPANWRIGHT_COST_USD: 0.0,
    attributes.SPANWRIGHT_COST_MICRO_USD: 0,
    attributes.SPANWRIGHT_COST_SOURCE: "local",
}


@dataclass(frozen=True, slots=True)
class LocalCalls:
    """Calls of a plain method or of a generator function, read by one translation.

    :param items: (arguments, whether content is captured) -> what takes in a generator's items.
    """

    translation: Translation
    items: Callable[[Mapping[str, Any], bool], StreamState] | None = None

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        return decorate(wrapped, lambda given, named: self._begin(telemetry, owner, given, named))(
            *args, **kwargs
        )

    def _begin(
        self, telemetry: Telemetry, owner: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Run:
        translation = self.translation
        try:
            if is_suppressed(translation.operation) or translation.arguments is None:
                return Unobserved()
            arguments = translation.arguments(owner, args, kwargs)
            if arguments is None:
                return Unobserved()
            return _LocalRun(
                telemetry, translation, arguments, translation.read_request(owner, arguments), self.items
            )
        except Exception:
            logger.debug("Cannot observe a local model.", exc_info=withheld())
            return Unobserved()


class _LocalRun:
    """One call, from its arguments to its result or the last of its items."""

    def __init__(
        self,
        telemetry: Telemetry,
        translation: Translation,
        arguments: Mapping[str, Any],
        request: Request,
        items: Callable[[Mapping[str, Any], bool], StreamState] | None,
    ) -> None:
        self._translation = translation
        self._arguments = arguments
        self._invocation = invocation = Invocation(
            telemetry,
            request.operation,
            request.model,
            kind=SpanKind.INTERNAL,
            attributes=request.sampling_attributes(),
        )
        invocation.attributes.update(request.attributes)
        invocation.attributes.update(_FREE)
        if invocation.captures_content and translation.read_content is not None:
            invocation.content.update(translation.read_content(arguments))
            invocation.freeze_content()
        self._state = items(arguments, invocation.captures_content) if items is not None else None
        self._steps = Steps(invocation.context)

    def enter(self) -> None:
        """Make the span current."""
        self._steps.enter()

    def leave(self) -> None:
        """Make current what was before."""
        self._steps.leave()

    def yielded(self, item: object) -> None:
        """A generator gave an item."""
        try:
            if self._state is not None:
                self._state.observe(item)
        except Exception:
            logger.debug("Cannot read what a local model gave.", exc_info=withheld())

    def succeed(self, result: object) -> None:
        """The call returned, or there are no more items."""
        try:
            record_response(self._invocation, self._read(result))
        except Exception:
            logger.debug("Cannot read what a local model gave.", exc_info=withheld())
        self._invocation.stop()

    def _read(self, result: object) -> Response:
        if self._state is not None:
            return self._state.response(broken=False)
        return self._translation.read_response(self._arguments, result, self._invocation.captures_content)

    def fail(self, error: BaseException) -> None:
        """The call raised."""
        self._invocation.fail(error)


def named(*names: str) -> Callable[[Any, tuple[Any, ...], Mapping[str, Any]], Mapping[str, Any]]:
    """Arguments by name, of a method whose first parameters have these names."""
    return lambda _owner, args, kwargs: {**dict(zip(names, args, strict=False)), **kwargs}


def model_name(path: object) -> str | None:
    """A model by its name on a hub, or by the folder it stands in, whose place is nobody's business."""
    if not isinstance(path, str) or not path:
        return None
    is_place = path.count("/") > 1 or path.startswith((".", "/", "~")) or "\\" in path
    return PurePath(path.replace("\\", "/")).name if is_place else path


def remember_vectors(vectors: Any, texts: Sequence[str | None], model: str | None) -> None:
    """Keep what each vector was made from, as many as there is room for."""
    is_remote = getattr(getattr(vectors, "device", None), "type", "cpu") != "cpu"
    first = vectors[0] if len(vectors) else None
    if is_remote or getattr(getattr(first, "device", None), "type", "cpu") != "cpu":
        vectors = vectors[:_MAX_REMOTE_VECTORS]
    if components_of(first) is not None:
        memory.remember(vectors[:MAX_VECTORS], texts, model)
