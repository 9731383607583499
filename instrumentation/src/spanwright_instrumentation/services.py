"""Session, user hash, conversation and pipeline across services, as W3C baggage: to those services only that
the settings name, and taken only where they say so.

Without the settings nothing is sent and nothing taken: baggage goes out in the headers of every request,
also to the providers of models.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable
from fnmatch import fnmatchcase
from typing import Any, ClassVar
from urllib.parse import urlsplit

from opentelemetry import baggage
from opentelemetry.context import Context, get_current
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]
from opentelemetry.propagate import get_global_textmap, set_global_textmap
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.trace import get_current_span
from spanwright_semconv import attributes as names

from .context import context_attributes, with_attributes
from .withheld import withheld

logger = logging.getLogger(__name__)

#: Hosts, with commas between, that are told: names, patterns (``*.internal``), ``pipe`` for MCP servers over
#: stdio, ``*`` for everybody. Default: none.
SEND_VARIABLE = "SPANWRIGHT_CONTEXT_SEND_TO"
#: ``true``: what other services say is believed. Default: not; anybody may send baggage.
ACCEPT_VARIABLE = "SPANWRIGHT_CONTEXT_ACCEPT"

#: What is sent, each under its attribute's name.
SENT = (
    names.SESSION_ID,
    names.USER_HASH,
    names.GEN_AI_CONVERSATION_ID,
    names.SPANWRIGHT_PIPELINE_NAME,
    names.SPANWRIGHT_PIPELINE_VERSION,
    names.SPANWRIGHT_PIPELINE_TYPE,
)
#: Longer values are none of these.
MAX_CHARACTERS = 256

#: Where spans of clients say whom they call, newer names first.
_HOSTS = (names.SERVER_ADDRESS, "net.peer.name", "http.host")
_URLS = ("url.full", "http.url")


class ServicePropagator(TextMapPropagator):
    """What ``inner`` does, and with it what is known of the request.

    :param send_to: patterns of hosts; whom a request goes to is told by the client's span, which is current.
    """

    def __init__(self, inner: TextMapPropagator, send_to: Iterable[str], *, accept: bool) -> None:
        self.inner = inner
        self._send_to = tuple(pattern.strip().lower() for pattern in send_to if pattern.strip())
        self._accept = accept

    def wrap_inner(self, wrap: Callable[[TextMapPropagator], TextMapPropagator]) -> None:
        """Put something between this and what it does first: what masks baggage has to see ours, too."""
        self.inner = wrap(self.inner)

    def stop(self) -> None:
        """Only hand on from now on."""
        self._send_to, self._accept = (), False

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] = default_setter
    ) -> None:
        self.inner.inject(carrier, self._told(context), setter)

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        found = self.inner.extract(carrier, context, getter)
        if not self._accept:
            return found
        try:
            return _taken(found)
        except Exception:
            logger.debug("Cannot read what another service says of a request.", exc_info=withheld())
            return found

    @property
    def fields(self) -> set[str]:
        return self.inner.fields

    def _told(self, context: Context | None) -> Context | None:
        try:
            current = get_current() if context is None else context
            known = context_attributes(current)
            if not known or not self._send_to or not self._is_told(_host(current)):
                return context
            for key in SENT:
                if key in known:
                    current = baggage.set_baggage(key, known[key], current)
        except Exception:
            logger.debug("Cannot tell another service of a request.", exc_info=withheld())
            return context
        return current

    def _is_told(self, host: str | None) -> bool:
        return any(pattern == "*" or (host and fnmatchcase(host, pattern)) for pattern in self._send_to)


def _host(context: Context) -> str | None:
    """Whom the current span calls, in lower case; None if nobody knows."""
    told = getattr(get_current_span(context), "attributes", None) or {}
    if told.get(names.NETWORK_TRANSPORT) == "pipe":
        return "pipe"
    for key in _HOSTS:
        if told.get(key):
            return str(told[key]).lower()
    for key in _URLS:
        if told.get(key):
            return urlsplit(str(told[key])).hostname
    return None


def _taken(context: Context) -> Context:
    said = {key: baggage.get_baggage(key, context) for key in SENT}
    known = {
        key: value
        for key, value in said.items()
        if isinstance(value, str) and 0 < len(value) <= MAX_CHARACTERS and value.isprintable()
    }
    return with_attributes(context, known) if known else context


class ServicesInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """Puts the propagator before the global one, where the settings ask for it.

    ``instrument(send_to=[…], accept=True)`` sets what the variables say otherwise.
    """

    library: ClassVar[str] = "services"
    covers: ClassVar[str] = (
        "session, user hash, conversation and pipeline from service to service in W3C baggage, to hosts that "
        "are named; off by default; no spans"
    )

    _propagator: ServicePropagator | None = None

    def instrumentation_dependencies(self) -> Collection[str]:
        """None: OpenTelemetry's own propagation."""
        return ()

    def _instrument(self, **options: Any) -> None:
        send_to = options.get("send_to")
        if send_to is None:
            send_to = os.environ.get(SEND_VARIABLE, "").split(",")
        accept = options.get("accept")
        if accept is None:
            accept = os.environ.get(ACCEPT_VARIABLE, "").strip().lower() in ("true", "1", "yes")
        if accept or any(pattern.strip() for pattern in send_to):
            self._propagator = ServicePropagator(get_global_textmap(), send_to, accept=accept)
            set_global_textmap(self._propagator)

    def _uninstrument(self, **_options: Any) -> None:
        if self._propagator is not None and get_global_textmap() is self._propagator:
            set_global_textmap(self._propagator.inner)
        elif self._propagator is not None:
            self._propagator.stop()
        self._propagator = None
