"""W3C baggage that holds nothing to mask: it goes out in the headers of every request, to anybody."""

from __future__ import annotations

import logging

from opentelemetry import baggage
from opentelemetry.context import Context, get_current
from opentelemetry.propagate import get_global_textmap, set_global_textmap
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)

from .chain import StepChain
from .step import Place

_logger = logging.getLogger(__name__)


class GuardedPropagator(TextMapPropagator):
    """Injects what ``inner`` does, without the entries of baggage that ``chain`` finds something in.

    Entries are left out, not masked: who receives them takes them for data. The application's own context
    keeps them.
    """

    def __init__(self, inner: TextMapPropagator, chain: StepChain) -> None:
        self._inner = inner
        self._chain = chain

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        return self._inner.extract(carrier, context, getter)

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None:
        self._inner.inject(carrier, self._guarded(context), setter)

    @property
    def fields(self) -> set[str]:
        return self._inner.fields

    def _guarded(self, context: Context | None) -> Context | None:
        """``context`` without those entries; without baggage where it cannot be read."""
        current = get_current() if context is None else context
        try:
            entries = baggage.get_all(current)
            if not entries:
                return context
            kept = self._chain.process_attributes(entries, Place.BAGGAGE, {})
            for name in entries:
                if name not in kept:
                    current = baggage.remove_baggage(name, current)
            return current
        except Exception as error:
            _logger.debug("Cannot look at baggage: %s. None is sent.", type(error).__name__)
            return baggage.clear(current)


def guard_baggage(chain: StepChain) -> None:
    """Put ``chain`` before the global propagator; a second call changes nothing."""
    current = get_global_textmap()
    within = getattr(current, "inner", None)
    wrap_inner = getattr(current, "wrap_inner", None)
    if isinstance(current, GuardedPropagator) or isinstance(within, GuardedPropagator):
        return
    if callable(wrap_inner):
        # What adds baggage of its own goes first, that this may see it.
        wrap_inner(lambda inner: GuardedPropagator(inner, chain))
    else:
        set_global_textmap(GuardedPropagator(current, chain))
