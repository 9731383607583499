"""A patched method's call: begun, handed to the SDK as it is, and observed until its answer is whole."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from opentelemetry.context import Context, get_current
from opentelemetry.trace import get_current_span
from spanwright_semconv import attributes, spending
from spanwright_semconv.spending import PlannedCall, Verdict

from .context import context_attributes
from .inferred_tool import infer_tools
from .invocation import Invocation
from .result import observe_error, observe_result
from .stream import Reading
from .suppression import is_ours, is_suppressed
from .telemetry import Telemetry
from .tool_exchange import read_schemas
from .tool_registry import registry, remember_tool_calls
from .translation import Translation
from .withheld import withheld

logger = logging.getLogger(__name__)

Check = Callable[[PlannedCall], Verdict | None]


class ObservedCall:
    """One call from its arguments to its result."""

    __slots__ = ("_arguments", "_attached", "_invocation", "_request", "_translation")

    def __init__(
        self,
        telemetry: Telemetry,
        translation: Translation,
        owner: Any,
        arguments: Mapping[str, Any],
        current: Context,
    ) -> None:
        self._translation = translation
        self._arguments = arguments
        if registry.has_pending:
            infer_tools(telemetry, arguments)
        self._request = request = translation.read_request(owner, arguments)
        self._invocation = invocation = Invocation(
            telemetry,
            request.operation,
            request.model or request.agent,
            attributes=request.sampling_attributes(),
            parent=current,
        )
        invocation.attributes.update(request.attributes)
        invocation.modality = request.modality
        invocation.tool_schemas = partial(read_schemas, arguments)
        if invocation.captures_content and translation.read_content is not None:
            self._read_content(translation, translation.read_content)
        self._attached = invocation.attach()

    def _read_content(
        self, translation: Translation, read_content: Callable[[Mapping[str, Any]], dict[str, Any]]
    ) -> None:
        try:
            kept = translation.keep_content(self._arguments) if translation.keep_content is not None else None
            if kept is not None:
                self._invocation.content = kept
                return
            self._invocation.content.update(read_content(self._arguments))
            self._invocation.freeze_content()
        except Exception:
            logger.debug("Cannot read the content of a request.", exc_info=withheld())

    def ask(self, check: Check) -> None:
        """Ask whether the call may cost what it may. Raises ``CostCeilingExceeded`` if not."""
        invocation, request = self._invocation, self._request
        try:
            verdict = check(
                PlannedCall(
                    invocation.operation,
                    request.provider,
                    request.model,
                    invocation.attributes,
                    self._content,
                    invocation.span_context.span_id,
                )
            )
            if verdict is None:
                return
            if verdict.event is not None:
                invocation.span.add_event(spending.EXCEEDED_EVENT, verdict.event)
            invocation.settle = verdict.settle
        except Exception:
            logger.debug("Cannot tell what a call may cost; it is made.", exc_info=withheld())
            return
        if verdict.error is not None:
            self._attached.detach()
            invocation.fail(verdict.error)
            raise verdict.error

    def _content(self) -> Mapping[str, Any]:
        read_content = self._translation.read_content
        return read_content(self._arguments) if read_content is not None else {}

    def returned(self, result: Any) -> None:
        """The SDK gave this result."""
        self._left()
        try:
            observe = self._translation.observe or observe_result
            observe(self._invocation, self._translation, self._request, self._arguments, result)
        except Exception:
            logger.debug("Cannot read an answer.", exc_info=withheld())
            self._invocation.stop()

    def raised(self, error: BaseException) -> None:
        """The SDK raised this."""
        self._left()
        try:
            observe_error(self._invocation, self._translation, self._arguments, error)
            if self._translation.read_error is not None:
                self._invocation.attributes.update(self._translation.read_error(error))
        except Exception:
            logger.debug("Cannot read an error.", exc_info=withheld())
        self._invocation.fail(error)

    def returned_nothing(self) -> None:
        """The SDK's generator had nothing to give."""
        self._left()
        self._invocation.stop()

    def streams(self) -> Reading | None:
        """The answer comes in chunks from now on, for this to take in; None if it cannot be observed."""
        self._left()
        invocation, stream_state = self._invocation, self._translation.stream_state
        try:
            assert stream_state is not None, "a translation of streams has one"
            state = stream_state(invocation.captures_content)
            if hasattr(state, "remember"):
                state.remember = partial(
                    remember_tool_calls, invocation.span_context, schemas=invocation.tool_schemas
                )
            return Reading(invocation, state)
        except Exception:
            logger.debug("Cannot observe a stream.", exc_info=withheld())
            invocation.stop()
            return None

    def _left(self) -> None:
        self._attached.detach()
        requests = self._request.requests
        if requests is not None:
            if requests.sent > 1:
                self._invocation.attributes[attributes.HTTP_REQUEST_RESEND_COUNT] = requests.resent
            if requests.request_id is not None:
                self._invocation.attributes[attributes.SPANWRIGHT_REQUEST_ID] = requests.request_id


def begin(
    telemetry: Telemetry,
    translation: Translation,
    owner: Any,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> ObservedCall | None:
    """A call, observed from now on; None where nobody is to record it here.

    Raises ``CostCeilingExceeded``, and nothing else, where the application has set a ceiling for it.
    """
    call = None
    try:
        arguments = kwargs if translation.arguments is None else translation.arguments(owner, args, kwargs)
        if arguments is None:
            return None
        current = get_current()
        if not is_suppressed(translation.operation, current):
            call = ObservedCall(telemetry, translation, owner, arguments, current)
        elif spending.check is None or is_ours(translation.operation):
            return None
    except Exception:
        logger.debug("Cannot observe a call.", exc_info=withheld())
        return None
    if spending.check is not None and call is not None:
        call.ask(spending.check)
    elif spending.check is not None:
        _ask_unrecorded(spending.check, translation, owner, arguments)
    return call


def _ask_unrecorded(check: Check, translation: Translation, owner: Any, arguments: Mapping[str, Any]) -> None:
    """Ask for a call that another instrumentor records: a ceiling holds whoever makes the span."""
    try:
        request = translation.read_request(owner, arguments)
        known = {**context_attributes(), **request.attributes}
        read_content = translation.read_content
        verdict = check(
            PlannedCall(
                request.operation,
                request.provider,
                request.model,
                known,
                lambda: read_content(arguments) if read_content is not None else {},
                span_id=0,
                is_recorded=False,
            )
        )
        if verdict is not None and verdict.event is not None:
            get_current_span().add_event(spending.EXCEEDED_EVENT, verdict.event)
    except Exception:
        logger.debug("Cannot tell what a call may cost; it is made.", exc_info=withheld())
        return
    if verdict is not None and verdict.error is not None:
        raise verdict.error


class closed_if_refused:  # noqa: N801 - used like a function
    """Close an awaitable whose call is not made: Python complains of a coroutine that nobody awaits."""

    __slots__ = ("_awaitable",)

    def __init__(self, awaitable: Any) -> None:
        self._awaitable = awaitable

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        close = getattr(self._awaitable, "close", None) if error is not None else None
        if close is not None:
            close()


@dataclass(frozen=True, slots=True)
class PlainCalls:
    """Calls of a plain method, read by one translation."""

    translation: Translation

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        call = begin(telemetry, self.translation, owner, args, kwargs)
        if call is None:
            return wrapped(*args, **kwargs)
        try:
            result = wrapped(*args, **kwargs)
        except BaseException as error:
            call.raised(error)
            raise
        call.returned(result)
        return result


@dataclass(frozen=True, slots=True)
class AsyncCalls:
    """Calls of a method that returns an awaitable, read by one translation."""

    translation: Translation

    def __call__(
        self,
        telemetry: Telemetry,
        wrapped: Callable[..., Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        # The method itself runs now, so that it complains of wrong arguments where it does without us.
        # Nothing is sent before its coroutine is awaited: the span begins there.
        return self._await(telemetry, wrapped(*args, **kwargs), owner, args, kwargs)

    async def _await(
        self,
        telemetry: Telemetry,
        awaitable: Awaitable[Any],
        owner: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        with closed_if_refused(awaitable):
            call = begin(telemetry, self.translation, owner, args, kwargs)
        if call is None:
            return await awaitable
        try:
            result = await awaitable
        except BaseException as error:
            call.raised(error)
            raise
        call.returned(result)
        return result
