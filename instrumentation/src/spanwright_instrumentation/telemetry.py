"""Where one instrumentor's spans, metrics and events go."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from opentelemetry import trace
from opentelemetry._logs import Logger, LoggerProvider, get_logger
from opentelemetry.metrics import MeterProvider, get_meter
from opentelemetry.trace import Tracer, TracerProvider

from .content import ContentMode, ContentPolicy
from .instruments import Instruments

SCHEMA_URL = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev"


@cache
def own_version() -> str:
    """Version of the installed distribution, empty where it runs from a bare source tree."""
    try:
        return version("spanwright-instrumentation")
    except PackageNotFoundError:
        return ""


class Telemetry:
    """Tracer, metric instruments, event logger and content policy of one instrumentation scope.

    Providers that are None are the global ones, also where these are set later. The content variables are
    read here, once; whether the pipeline guards the exporters is asked anew for every call.
    """

    __slots__ = ("_tracer_provider", "instruments", "logger", "policy", "tracer")

    tracer: Tracer
    instruments: Instruments
    logger: Logger
    policy: ContentPolicy

    def __init__(
        self,
        scope: str = "spanwright_instrumentation",
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        logger_provider: LoggerProvider | None = None,
    ) -> None:
        self.tracer = trace.get_tracer(scope, own_version(), tracer_provider, schema_url=SCHEMA_URL)
        self.instruments = Instruments(get_meter(scope, own_version(), meter_provider, schema_url=SCHEMA_URL))
        self.logger = get_logger(scope, own_version(), logger_provider, schema_url=SCHEMA_URL)
        self.policy = ContentPolicy()
        self._tracer_provider = tracer_provider

    def content_mode(self) -> ContentMode:
        """Where content of a call that starts now may go."""
        return self.policy.mode(self._tracer_provider or trace.get_tracer_provider())
