"""Retrievers of frameworks: a span of their own only where no store inside has made one.

A retriever usually asks a store that we observe, whose span knows more: scores and their kind, collection,
server. What the store does not know, the query's text, it takes from the retriever. So the innermost records,
and a retriever that joins several is as many retrievals.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from opentelemetry.context import Context, get_current
from spanwright_semconv.enums import Operation

from .attach import Steps
from .decorator import Run, Unobserved
from .instrumentor import Method
from .retrieval import Document, Retrieval
from .retriever_context import Asking, asking, with_asking
from .store import async_observed, begin_retrieval, describe_answer, observed
from .suppression import is_suppressed
from .telemetry import Telemetry
from .withheld import withheld

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Framework:
    """How a framework's retrievers are read.

    :param query: (retriever, arguments by name) -> the query's text, None if the call is not to be observed.
    :param request: (retriever, arguments) -> what is asked; only where the retriever has a span.
    :param documents: (what the retriever returned, scores told apart) -> the documents, in their order.
    """

    query: Callable[[Any, Mapping[str, Any]], str | None]
    request: Callable[[Any, Mapping[str, Any]], Retrieval]
    documents: Callable[[Any, list[float] | None], Sequence[Document]]


def retriever_method(module: str, name: str, framework: Framework) -> Method:
    """A plain method, each call a retrieval unless something inside is."""
    return observed(module, name, partial(_begin, framework))


def async_retriever_method(module: str, name: str, framework: Framework) -> Method:
    """The same for a coroutine method."""
    return async_observed(module, name, partial(_begin, framework))


def _begin(framework: Framework, telemetry: Telemetry, owner: Any, arguments: Mapping[str, Any]) -> Run:
    current = get_current()
    if is_suppressed(Operation.RETRIEVAL.value, current):
        return Unobserved()
    query = framework.query(owner, arguments)
    return Unobserved() if query is None else RetrieverRun(framework, telemetry, owner, arguments, query)


class RetrieverRun:
    """One call of a retriever."""

    def __init__(
        self, framework: Framework, telemetry: Telemetry, owner: Any, arguments: Mapping[str, Any], query: str
    ) -> None:
        self._framework = framework
        self._telemetry = telemetry
        self._owner = owner
        self._arguments = arguments
        self._around: Context = get_current()
        self.asking = Asking(query, asking(self._around))
        self._started_at = time.time_ns()
        self._steps = Steps(with_asking(self._around, self.asking))

    def enter(self) -> None:
        """Say to the stores inside who asks."""
        self._steps.enter()

    def leave(self) -> None:
        """Make current what was before."""
        self._steps.leave()

    def yielded(self, item: object) -> None:
        """Retrievers do not stream."""

    def succeed(self, result: object) -> None:
        """The retriever answered."""
        self._record(None, result)

    def fail(self, error: BaseException) -> None:
        """The call raised."""
        self._record(error, None)

    def _record(self, error: BaseException | None, result: object) -> None:
        if self.asking.is_recorded:
            return
        self.asking.record()
        ended_at = time.time_ns()
        try:
            retrieval = self._framework.request(self._owner, self._arguments)
            retrieval.query_text = retrieval.query_text or self.asking.query
            invocation = begin_retrieval(
                self._telemetry, retrieval, parent=self._around, start_time=self._started_at
            )
        except Exception:
            logger.debug("Cannot observe a retriever.", exc_info=withheld())
            return
        if error is not None:
            invocation.fail(error, end_time=ended_at)
            return
        try:
            describe_answer(retrieval, invocation, self._framework.documents(result, self.asking.scores))
        except Exception:
            logger.debug("Cannot read a retriever's answer.", exc_info=withheld())
        invocation.stop(end_time=ended_at)
