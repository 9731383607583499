"""The totals of this service in the header of its HTTP answers, for callers that want one total."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context

from .rollup import RemoteTotals
from .rollup.remote import HEADER

_logger = logging.getLogger(__name__)

#: (trace id, span id of the open local root) -> what it has collected so far.
SoFar = Callable[[int, int], RemoteTotals | None]


class TotalsPropagator:
    """A response propagator of OpenTelemetry's server instrumentors, which call it before headers are sent.

    Spans that have ended by then are processed here, on the server's thread; what a streamed answer costs
    after its headers is not in it. ``before`` is the propagator that was there first; it goes first.
    """

    def __init__(self, so_far: SoFar, before: Any = None) -> None:
        self._so_far = so_far
        self._before = before

    def inject(self, carrier: Any, context: Context | None = None, setter: Any = None) -> None:
        """Put the totals of the current server span into ``carrier``. Raises nothing of its own."""
        if self._before is not None:
            given = {} if setter is None else {"setter": setter}
            self._before.inject(carrier, context, **given)
        try:
            span = trace.get_current_span(context).get_span_context()
            totals = self._so_far(span.trace_id, span.span_id) if span.is_valid else None
            if totals is not None:
                _set(carrier, setter, totals.written())
        except Exception:
            _logger.debug("Cannot return totals.", exc_info=True)


def return_totals(so_far: SoFar) -> bool:
    """Have every HTTP server that OpenTelemetry instruments return totals; False where that is not possible.

    Needs ``opentelemetry-instrumentation``. A second call changes nothing.
    """
    try:
        from opentelemetry.instrumentation import propagators
    except ImportError:
        _logger.warning(
            "Cannot return totals to callers: opentelemetry-instrumentation is not installed. Install it, "
            "or set roll_up.return_totals to false."
        )
        return False
    known: Any = propagators  # it has no types
    before = known.get_global_response_propagator()
    if not isinstance(before, TotalsPropagator):
        known.set_global_response_propagator(TotalsPropagator(so_far, before))
    return True


def _set(carrier: Any, setter: Any, value: str) -> None:
    if setter is None:
        carrier[HEADER] = value
    else:
        setter.set(carrier, HEADER, value)
