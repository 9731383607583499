"""A vector store's client, from its methods and two functions that read them to retrieval spans."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from opentelemetry.context import Context
from spanwright_semconv import attributes as names
from spanwright_semconv.enums import Operation

from .attach import Steps
from .content import valid_text
from .decorator import Run, Unobserved, run_awaited, run_plain
from .instrumentor import Method
from .invocation import Invocation
from .retrieval import Document, Retrieval, request_attributes, response_kept
from .retrieved import Retrieved, retrieved_memory
from .retriever_context import asking
from .suppression import is_suppressed
from .telemetry import Telemetry
from .withheld import withheld

logger = logging.getLogger(__name__)

Args = tuple[Any, ...]
Bound = Callable[..., Any]
#: Begins a run: (telemetry, the object whose method is called, arguments by name with defaults). May raise.
Begin = Callable[[Telemetry, Any, Mapping[str, Any]], Run]

_RETRIEVAL = Operation.RETRIEVAL.value


@dataclass(frozen=True, slots=True)
class Store:
    """How a store's client is read.

    :param read_request: (method, client, arguments by name, defaults included) -> what is asked; a batch asks
        several. Runs before the call; nothing asked, no span.
    :param read_response: (method, what it returned) -> the documents of each query, in their order.
    """

    read_request: Callable[[str, Any, Mapping[str, Any]], Sequence[Retrieval]]
    read_response: Callable[[str, Any], Sequence[Sequence[Document]]]


def searches(module: str, owner: str, methods: Iterable[str], store: Store) -> list[Method]:
    """These methods of the class ``owner``, each call a retrieval."""
    return [observed(module, f"{owner}.{name}", partial(_search, name, store)) for name in methods]


def async_searches(module: str, owner: str, methods: Iterable[str], store: Store) -> list[Method]:
    """The same for coroutine methods."""
    return [async_observed(module, f"{owner}.{name}", partial(_search, name, store)) for name in methods]


def observed(module: str, name: str, begin: Begin) -> Method:
    """A method of which each call is a run."""

    def observe(telemetry: Telemetry, method: Bound, owner: Any, args: Args, kwargs: dict[str, Any]) -> Any:
        run = _begin_safely(telemetry, begin, owner, lambda: named_arguments(method, args, kwargs))
        return run_plain(run, method, args, kwargs)

    return Method(module, name, observe)


def async_observed(module: str, name: str, begin: Begin) -> Method:
    """The same for a coroutine method."""

    def observe(telemetry: Telemetry, method: Bound, owner: Any, args: Args, kwargs: dict[str, Any]) -> Any:
        return run_awaited(
            lambda: _begin_safely(telemetry, begin, owner, lambda: named_arguments(method, args, kwargs)),
            method(*args, **kwargs),
        )

    return Method(module, name, observe)


def named_arguments(method: Bound, args: Args, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """A bound method's arguments by name, defaults included."""
    order, defaults = _parameters(getattr(method, "__func__", method))
    return {**defaults, **dict(zip(order, args, strict=False)), **kwargs}


def _begin_safely(
    telemetry: Telemetry, begin: Begin, owner: Any, arguments: Callable[[], Mapping[str, Any]]
) -> Run:
    try:
        return begin(telemetry, owner, arguments())
    except Exception:
        logger.debug("Cannot observe a call of a store.", exc_info=withheld())
        return Unobserved()


def _search(name: str, store: Store, telemetry: Telemetry, owner: Any, arguments: Mapping[str, Any]) -> Run:
    """Observe one search, unless an outer instrumentor does."""
    if is_suppressed(_RETRIEVAL):
        return Unobserved()
    retrievals = store.read_request(name, owner, arguments)
    return RetrievalRun(telemetry, name, store, retrievals) if retrievals else Unobserved()


@cache
def _parameters(function: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Names in order, without the object's, and the defaults there are."""
    _, *parameters = inspect.signature(function).parameters.values()
    defaults = {each.name: each.default for each in parameters if each.default is not each.empty}
    return tuple(each.name for each in parameters), defaults


class RetrievalRun:
    """One call of a store's method, around any number of queries: a span each, over the same time."""

    def __init__(
        self, telemetry: Telemetry, method: str, store: Store, retrievals: Sequence[Retrieval]
    ) -> None:
        self._method = method
        self._store = store
        self._calls = [(retrieval, _begin(telemetry, retrieval)) for retrieval in retrievals]
        self._steps = Steps(self._calls[0][1].context)

    def enter(self) -> None:
        """Make the (first) span current."""
        self._steps.enter()

    def leave(self) -> None:
        """Make current what was before."""
        self._steps.leave()

    def yielded(self, item: object) -> None:
        """Stores do not stream."""

    def succeed(self, result: object) -> None:
        """The store answered."""
        try:
            answers = self._store.read_response(self._method, result)
            for (retrieval, invocation), documents in zip(self._calls, answers, strict=False):
                describe_answer(retrieval, invocation, documents)
        except Exception:
            logger.debug("Cannot read a store's answer.", exc_info=withheld())
        for _, invocation in self._calls:
            invocation.stop()

    def fail(self, error: BaseException) -> None:
        """The call raised."""
        for _, invocation in self._calls:
            invocation.fail(error)


def _with_rerank(described: Callable[[], Mapping[str, Any]], known: Retrieved) -> dict[str, Any]:
    return {**described(), **known.attributes()}


def begin_retrieval(
    telemetry: Telemetry,
    retrieval: Retrieval,
    *,
    parent: Context | None = None,
    start_time: int | None = None,
) -> Invocation:
    """Start the span of one retrieval; ``parent`` and ``start_time`` as for ``Invocation``."""
    invocation = Invocation(
        telemetry,
        _RETRIEVAL,
        retrieval.data_source,
        attributes={
            names.GEN_AI_PROVIDER_NAME: retrieval.provider,
            names.GEN_AI_DATA_SOURCE_ID: retrieval.data_source,
            names.SERVER_ADDRESS: retrieval.server_address,
            names.SERVER_PORT: retrieval.server_port,
        },
        parent=parent,
        start_time=start_time,
    )
    if invocation.is_recording:
        invocation.attributes.update(request_attributes(retrieval, content=invocation.records_content))
    return invocation


def describe_answer(retrieval: Retrieval, invocation: Invocation, documents: Sequence[Document]) -> None:
    """What came back, for the span and for a reranker to come."""
    if not invocation.is_recording:
        return
    # What reranks these chunks comes later, and says so on this span's behalf.
    invocation.attributes[names.SPANWRIGHT_RERANK_APPLIED] = False
    kept = response_kept(retrieval, documents, content=invocation.records_content)
    known = retrieved_memory.remember(invocation.span_context, kept.seen, kept.size)
    invocation.later = partial(_with_rerank, kept.attributes, known)


def _begin(telemetry: Telemetry, retrieval: Retrieval) -> Invocation:
    """The span of a store's retrieval, which tells what the framework's retriever around it does."""
    invocation = begin_retrieval(telemetry, retrieval)
    asked = asking()
    if asked is not None:
        asked.record()
        if asked.query and invocation.records_content:
            text = invocation.attributes.get(names.GEN_AI_RETRIEVAL_QUERY_TEXT)
            invocation.attributes[names.GEN_AI_RETRIEVAL_QUERY_TEXT] = text or valid_text(asked.query)
    return invocation
