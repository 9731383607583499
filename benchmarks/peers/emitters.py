"""Each peer as a user installs it: what it needs, and how it is switched on with its content captured."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

#: In every environment: the SDKs where the peer allows their newest, and what the calls are answered with.
_WIRE = ("httpx", "httpx2", "opentelemetry-exporter-otlp-proto-common")
SDKS = ("openai==2.54.0", "anthropic==2.12.0", *_WIRE)


@dataclass(frozen=True)
class Peer:
    """One peer.

    :param packages: what its environment is made of, pinned.
    :param install: switches it on in this process, for good; spans go to the processor.
    """

    name: str
    title: str
    packages: tuple[str, ...]
    install: Callable[[SpanProcessor], None]


def provider_of(processor: SpanProcessor) -> TracerProvider:
    """A provider with this processor, the global one too, since some take no other."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    trace.set_tracer_provider(provider)
    return provider


def _instrument(*references: str) -> Callable[[SpanProcessor], None]:
    def install(processor: SpanProcessor) -> None:
        provider = provider_of(processor)
        for reference in references:
            module, _, name = reference.partition(":")
            getattr(import_module(module), name)().instrument(
                tracer_provider=provider,
                meter_provider=MeterProvider(shutdown_on_exit=False),
                skip_dep_check=True,
            )

    return install


def _bare(_processor: SpanProcessor) -> None:
    os.environ["ANTHROPIC_OPEN_TELEMETRY"] = "false"


def _spanwright(processor: SpanProcessor) -> None:
    from spanwright_processors import attach
    from spanwright_processors.settings import build_chain, load_settings

    ours = "spanwright_instrumentation.providers"
    _instrument(f"{ours}.openai:OpenAIInstrumentor", f"{ours}.anthropic:AnthropicInstrumentor")(processor)
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    attach(provider, build_chain(load_settings({})))


def _official(processor: SpanProcessor) -> None:
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_ONLY"
    scope = "opentelemetry.instrumentation.genai"
    _instrument(f"{scope}.openai:OpenAIInstrumentor", f"{scope}.anthropic:AnthropicInstrumentor")(processor)


def _openlit(processor: SpanProcessor) -> None:
    provider_of(processor)
    import_module("openlit").init(disable_metrics=True, disable_batch=True)


def _langfuse(processor: SpanProcessor) -> None:
    provider = provider_of(processor)

    class Nowhere:
        def export(self, spans: object) -> None: ...
        def shutdown(self) -> None: ...
        def force_flush(self, _timeout_millis: int = 0) -> bool:
            return True

    import_module("langfuse").Langfuse(
        public_key="pk", secret_key="sk", tracer_provider=provider, span_exporter=Nowhere()
    )
    import_module("langfuse.openai")


def _logfire(processor: SpanProcessor) -> None:
    logfire: Any = import_module("logfire")
    logfire.configure(
        send_to_logfire=False,
        console=False,
        inspect_arguments=False,
        additional_span_processors=[processor],
    )
    for library, clients in (("openai", ("OpenAI", "AsyncOpenAI")), ("anthropic", ("Anthropic",))):
        module = import_module(library)
        getattr(logfire, f"instrument_{library}")([getattr(module, name) for name in clients])


_TRACELOOP = "opentelemetry.instrumentation"
_OPENINFERENCE = "openinference.instrumentation"

BARE = Peer("bare", "bare SDK", (), _bare)
OURS = Peer("spanwright", "Spanwright", (), _spanwright)
PEERS = (
    Peer(
        "official",
        "OpenTelemetry genai-*",
        (
            "opentelemetry-instrumentation-genai-openai==1.3b0",
            "opentelemetry-instrumentation-genai-anthropic==1.3b0",
            *SDKS,
        ),
        _official,
    ),
    Peer(
        "openllmetry",
        "OpenLLMetry",
        (
            "opentelemetry-instrumentation-openai==0.62.4",
            "opentelemetry-instrumentation-anthropic==0.62.4",
            *SDKS,
        ),
        _instrument(
            f"{_TRACELOOP}.openai:OpenAIInstrumentor", f"{_TRACELOOP}.anthropic:AnthropicInstrumentor"
        ),
    ),
    Peer(
        "openinference",
        "OpenInference",
        (
            "openinference-instrumentation-openai==0.1.66",
            "openinference-instrumentation-anthropic==3.1.0",
            *SDKS,
        ),
        _instrument(
            f"{_OPENINFERENCE}.openai:OpenAIInstrumentor", f"{_OPENINFERENCE}.anthropic:AnthropicInstrumentor"
        ),
    ),
    Peer(
        "openlit",
        "OpenLIT",
        ("openlit==1.45.0", "openai==2.54.0", "anthropic==0.125.0", *_WIRE),
        _openlit,
    ),
    Peer("langfuse", "Langfuse SDK", ("langfuse==5.0.4", *SDKS), _langfuse),
    Peer("logfire", "Logfire", ("logfire==5.2.0", *SDKS), _logfire),
)


def named(name: str) -> Peer:
    """The peer, ours or the bare SDK of this name."""
    (found,) = [peer for peer in (BARE, OURS, *PEERS) if peer.name == name]
    return found
