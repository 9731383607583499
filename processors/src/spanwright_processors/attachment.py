"""Puts the steps in front of every exporter a provider has or gets later, whoever registers it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from opentelemetry._logs import get_logger_provider
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import get_tracer_provider
from spanwright_semconv.guard import GUARD_ATTRIBUTE

from .chain import StepChain
from .exported_logs import ExportedLogs
from .exported_spans import ExportedSpans
from .exporters import ExporterBounds
from .guard import EndOrder, check_span_layout
from .logs import LogStage
from .reentry import one_by_one
from .returned_totals import return_totals
from .root_wait import RootWait, root_wait
from .unsampled import unsampled_reader
from .warm_up import WarmUp

_logger = logging.getLogger(__name__)


class AttachError(RuntimeError):
    """A provider's exporters cannot be put behind the steps. The message says why, and what to do."""


class Attachment:
    """The steps in front of one provider's processors.

    Every span or log record reaches the processors through one method of the multi-processor that the
    provider, its tracers and their open spans share. That method is replaced on this one object, so tracers
    made earlier, processors added later by any way, and spans already open are all covered.
    """

    def __init__(self, provider: object, attribute: str, method: str, chain: StepChain) -> None:
        self.chain = chain
        self._provider = provider
        self._attribute = attribute
        self._method = method
        self._processors = _multi_processor(provider, attribute, method)
        self._entrance: Callable[[Any], None] | None = None
        self._replaced: dict[str, Callable[..., Any]] = {}
        self._leave: list[Callable[[], None]] = []
        resource = getattr(getattr(provider, "resource", None), "attributes", None)
        # Asked at every call that may record content, so told once.
        self._masks = chain.masks(resource, logs=method == "on_emit")

    def _install(
        self,
        wrap: Callable[[Any], Any],
        lost: Callable[[], None],
        forward: Callable[[Any], None] | None = None,
    ) -> None:
        """Let everything through ``wrap`` and on to ``forward``, by default what was there."""
        if forward is None:
            forward = getattr(self._processors, self._method)

        def wrap_while_attached(item: Any) -> Any:
            # Detached, another's wrapper may still lead here.
            return item if self._entrance is None else wrap(item)

        self._entrance = one_by_one(wrap_while_attached, forward, lost)
        setattr(self._processors, self._method, self._entrance)
        setattr(self._provider, GUARD_ATTRIBUTE, self)

    def _see_starts(self, wait: RootWait | None, warm_up: WarmUp) -> None:
        """Have both told of started spans, and what ``wait`` holds passed on before a flush."""
        processors = self._processors
        on_start, force_flush, shutdown = processors.on_start, processors.force_flush, processors.shutdown

        def started(span: Any, parent_context: Any = None) -> None:
            try:
                if wait is not None:
                    wait.started(span)
                if warm_up.pending:
                    warm_up.look(span)
            except Exception:  # the SDK does not guard this; suppress() would cost half a microsecond
                self.chain.counters.view_failed()
            on_start(span, parent_context=parent_context)

        def flushed(*args: Any, **kwargs: Any) -> Any:
            if wait is not None:
                wait.release()
            return force_flush(*args, **kwargs)

        def shut_down(*args: Any, **kwargs: Any) -> Any:
            if wait is not None:
                wait.release()
            return shutdown(*args, **kwargs)

        self._replaced = {"on_start": started, "force_flush": flushed, "shutdown": shut_down}
        for method, replaced in self._replaced.items():
            setattr(processors, method, replaced)
        if wait is not None:
            self._leave.append(wait.release)

    @property
    def active(self) -> bool:
        """True while everything the provider's new tracers or loggers end goes through the steps."""
        return (
            self._entrance is not None
            and getattr(self._processors, self._method) is self._entrance
            and getattr(self._provider, self._attribute, None) is self._processors
        )

    def masks_content(self) -> bool:
        """True while content put on this provider's telemetry is masked before any exporter sees it."""
        if not self._masks:
            return False
        # As ``active``, written out: every call asks.
        entrance, processors = self._entrance, self._processors
        return (
            entrance is not None
            and getattr(processors, self._method) is entrance
            and getattr(self._provider, self._attribute, None) is processors
        )

    def detach(self) -> None:
        """Take the steps away again. What has ended before and is not yet exported is still processed."""
        entrance, self._entrance = self._entrance, None
        if entrance is not None and vars(self._processors).get(self._method) is entrance:
            delattr(self._processors, self._method)
        for method, replaced in self._replaced.items():
            if vars(self._processors).get(method) is replaced:
                delattr(self._processors, method)
        for leave in self._leave:
            leave()
        self._replaced, self._leave = {}, []
        if getattr(self._provider, GUARD_ATTRIBUTE, None) is self:
            delattr(self._provider, GUARD_ATTRIBUTE)


def attach(provider: object | None = None, chain: StepChain | None = None) -> Attachment:
    """Run ``chain`` on every span of ``provider`` before any of its span processors sees it ended.

    By default the global provider, and the chain the settings of this process ask for. A second call for the
    same provider returns the attachment it has. Raises ``AttachError`` for a provider that is not the SDK's.
    """
    provider = provider if provider is not None else get_tracer_provider()
    existing = _existing(provider)
    if existing is not None:
        return existing
    chain = chain if chain is not None else _configured_chain()
    attachment = Attachment(provider, "_active_span_processor", "on_end", chain)
    if not check_span_layout():
        raise AttachError(
            "Cannot attach to the tracer provider: this opentelemetry-sdk keeps spans in an unknown form. "
            "Install a version of it that spanwright-processors was tested with."
        )
    _attach_spans(attachment)
    chain.emit_metrics()
    return attachment


def _attach_spans(attachment: Attachment) -> None:
    chain, processors = attachment.chain, attachment._processors
    order, reader = EndOrder(chain), unsampled_reader(chain)
    bounds = ExporterBounds(chain, ExportedSpans())
    bounds.look(processors)

    def wrap(raw: Any) -> Any:
        bounds.look(processors)
        span = order.add(raw)
        if reader is not None:
            reader.add(span)
        return span

    wait = root_wait(chain, getattr(processors, attachment._method))
    attachment._install(
        wrap, lambda: chain.counters.lost(1, "not_wrapped"), wait.ended if wait is not None else None
    )
    attachment._leave.append(bounds.release)
    warm_up = WarmUp(chain)
    if wait is not None or warm_up.pending:
        attachment._see_starts(wait, warm_up)
    _return_totals(chain, order)


def _attach_records(attachment: Attachment) -> None:
    chain, processors = attachment.chain, attachment._processors
    stage, bounds = LogStage(chain), ExporterBounds(chain, ExportedLogs())
    bounds.look(processors)

    def wrap(raw: Any) -> Any:
        bounds.look(processors)
        return stage.wrap(raw)

    attachment._install(wrap, lambda: chain.counters.lost(1, "not_wrapped"))
    attachment._leave.append(bounds.release)


def _return_totals(chain: StepChain, order: EndOrder) -> None:
    for step in chain.steps:
        if getattr(getattr(step, "settings", None), "return_totals", False) is True:
            return_totals(partial(_processed_so_far, order, step))


def _processed_so_far(order: EndOrder, step: Any, trace_id: int, root_id: int) -> Any:
    order.process_open(trace_id)
    return step.so_far(trace_id, root_id)


def attach_logs(logger_provider: object | None = None, chain: StepChain | None = None) -> Attachment:
    """Run ``chain`` on every log record of ``logger_provider`` before any of its log processors sees it.

    Defaults, repeated calls and errors as for ``attach``.
    """
    provider = logger_provider if logger_provider is not None else get_logger_provider()
    existing = _existing(provider)
    if existing is not None:
        return existing
    chain = chain if chain is not None else _configured_chain()
    attachment = Attachment(provider, "_multi_log_record_processor", "on_emit", chain)
    _attach_records(attachment)
    chain.emit_metrics()
    return attachment


class NewProviders:
    """Attaches to every tracer and logger provider built from now on, until ``detach()``."""

    def __init__(self, chain: StepChain) -> None:
        self._chain = chain
        self._initialisers: list[tuple[type, Callable[..., None]]] = []
        self._wrap(TracerProvider, attach)
        self._wrap(LoggerProvider, attach_logs)

    def _wrap(self, provider_class: type, attach_to: Callable[[object, StepChain], Attachment]) -> None:
        initialise = cast(Callable[..., None], provider_class.__init__)  # type: ignore[misc]
        chain = self._chain

        def __init__(provider: object, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            initialise(provider, *args, **kwargs)
            try:
                attach_to(provider, chain)
            except Exception as error:
                _logger.warning("%s", error if isinstance(error, AttachError) else type(error).__name__)

        self._initialisers.append((provider_class, initialise))
        provider_class.__init__ = __init__  # type: ignore[misc]

    def detach(self) -> None:
        """Leave providers built later alone; those built so far stay attached."""
        while self._initialisers:
            provider_class, initialise = self._initialisers.pop()
            provider_class.__init__ = initialise  # type: ignore[misc]


def attach_new_providers(chain: StepChain | None = None) -> NewProviders:
    """Attach to providers that the application builds itself, after this call."""
    return NewProviders(chain if chain is not None else _configured_chain())


def _existing(provider: object) -> Attachment | None:
    attachment = getattr(provider, GUARD_ATTRIBUTE, None)
    if not isinstance(attachment, Attachment) or not attachment.active:
        return None
    _logger.info("The %s is attached already; it keeps the steps it has.", type(provider).__name__)
    return attachment


def _multi_processor(provider: object, attribute: str, method: str) -> Any:
    processors = getattr(provider, attribute, None)
    if not callable(getattr(processors, method, None)) or not hasattr(processors, "__dict__"):
        kind = f"{type(provider).__module__}.{type(provider).__qualname__}"
        raise AttachError(
            f"Cannot attach to the provider: {kind} is not a provider of the OpenTelemetry SDK. "
            "Set up the SDK's provider first, or give its exporters to a Pipeline instead."
        )
    return processors


def _configured_chain() -> StepChain:
    from .settings import build_chain, load_settings

    return build_chain(load_settings())
