"""Who a call is made for: session, user, conversation and pipeline, on every span begun meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, TracebackType
from typing import Any, TypeVar

from opentelemetry.context import Context, create_key, get_current, set_value
from opentelemetry.trace import get_current_span
from spanwright_semconv import attributes
from spanwright_semconv.given_values import GivenValue, give_values
from spanwright_semconv.pseudonym import user_hash

from .attach import Attached, Steps
from .decorator import decorate

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

# Private, not baggage: baggage leaves in the headers of every request, also to the model providers.
_KEY = create_key("spanwright-context")
_VALUES_KEY = create_key("spanwright-context-values")
_NOTHING: Mapping[str, str] = MappingProxyType({})


def context_attributes(current: Context | None = None) -> Mapping[str, str]:
    """The attributes that ``context`` has set in this OpenTelemetry context, None being the current one."""
    found = (get_current() if current is None else current).get(_KEY, _NOTHING)
    return found if isinstance(found, dict) else _NOTHING


def with_attributes(current: Context, known: Mapping[str, str]) -> Context:
    """That context, with these attributes for what begins in it; what it says itself goes before."""
    return set_value(_KEY, {**known, **context_attributes(current)}, current)


def _values(current: Context) -> tuple[GivenValue, ...]:
    found = current.get(_VALUES_KEY, ())
    return found if isinstance(found, tuple) else ()


def give_context_values(current: Context | None, trace_id: int) -> None:
    """Have what ``context`` was given to mask masked in this trace: called for every span begun inside."""
    values = _values(get_current() if current is None else current)
    if values:
        give_values(trace_id, values)


class context:  # noqa: N801 - used like a function
    """Put who and what a request is about on every span begun inside, as context manager or decorator.

    Contexts nest: an inner one adds to the outer one and wins where both say something. As a decorator it
    serves plain and async functions and generators of both kinds, and is current only while these run.

    :param session_id: the application's session, ``session.id``.
    :param user_id: recorded as ``user.hash`` only, a keyed hash made here; the id itself is never kept.
    :param conversation_id: the dialogue, ``gen_ai.conversation.id``.
    :param user_name: the user's own name: masked, first and last name alone too, in everything the trace's
        spans and records hold; kept in this process' memory only.
    :param mask: further values to mask there: order numbers, project names.
    :param pipeline: name of the application's pipeline, ``spanwright.pipeline.name``.
    :param pipeline_version: git SHA or version, ``spanwright.pipeline.version``.
    :param pipeline_type: ``simple_qa``, ``agent``, ``document_analysis`` or ``autonomous_agent``: which
        budgets of time and cost the pipeline has, ``spanwright.pipeline.type``.
    """

    def __init__(
        self,
        *,
        session_id: str | None = None,
        user_id: str | None = None,
        conversation_id: str | None = None,
        pipeline: str | None = None,
        pipeline_version: str | None = None,
        pipeline_type: str | None = None,
        user_name: str | None = None,
        mask: Iterable[str] = (),
    ) -> None:
        given = {
            attributes.SESSION_ID: session_id,
            attributes.USER_HASH: None if user_id is None else user_hash(str(user_id)),
            attributes.GEN_AI_CONVERSATION_ID: conversation_id,
            attributes.SPANWRIGHT_PIPELINE_NAME: pipeline,
            attributes.SPANWRIGHT_PIPELINE_VERSION: pipeline_version,
            attributes.SPANWRIGHT_PIPELINE_TYPE: pipeline_type,
        }
        self._given = {key: str(value) for key, value in given.items() if value is not None}
        values = [mask] if isinstance(mask, str) else mask
        self._values = tuple(GivenValue(str(value), is_name=False) for value in values)
        if user_name:
            self._values = (GivenValue(str(user_name), is_name=True), *self._values)
        self._attached: list[Attached] = []

    def applied(self, current: Context) -> Context:
        """That OpenTelemetry context, with this on it."""
        if self._values:
            current = set_value(_VALUES_KEY, (*_values(current), *self._values), current)
            give_context_values(current, get_current_span(current).get_span_context().trace_id)
        return set_value(_KEY, {**context_attributes(current), **self._given}, current)

    def __enter__(self) -> None:
        self._attached.append(Attached(self.applied(get_current())))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._attached.pop().detach()

    def __call__(self, function: F) -> F:
        return decorate(function, lambda _args, _kwargs: _Run(self.applied(get_current())))


class _Run(Steps):
    """One run of a decorated function."""

    def yielded(self, item: object) -> None:
        """Nothing to do."""

    def succeed(self, result: object) -> None:
        """Nothing to do."""

    def fail(self, error: BaseException) -> None:
        """Nothing to do."""
