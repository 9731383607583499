"""A forked child exports over connections of its own."""

from __future__ import annotations

import requests
import urllib3
from opentelemetry.exporter.http.transport._urllib3 import Urllib3HTTPTransport
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from spanwright_processors.inherited_connections import renew_connections
from support.otlp_receiver import OtlpReceiver, otlp_receiver


def connections_used(receiver: OtlpReceiver, provider: TracerProvider) -> tuple[int, int, int]:
    """Connections of three exported spans, the pools being renewed after the second."""
    tracer = provider.get_tracer("t")
    for name in ("first", "second", "third"):
        if name == "third":
            renew_connections(provider)
        tracer.start_span(name).end()
        provider.force_flush()
    provider.shutdown()
    by_name = {span.name: span.connection for span in receiver.spans}
    return by_name["first"], by_name["second"], by_name["third"]


def test_requests_sessions_get_new_pools() -> None:
    """The exporter keeps its connection until the pools are renewed; settings of the session stay."""
    with otlp_receiver() as receiver:
        session = requests.Session()
        session.headers["x-team"] = "a"
        exporter = OTLPSpanExporter(f"{receiver.url}/v1/traces", session=session)
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        first, second, third = connections_used(receiver, provider)
    assert first == second != third
    assert session.headers["x-team"] == "a"


def test_urllib3_transports_get_new_pools() -> None:
    """The same holds for the other transport, whose TLS settings stay."""
    with otlp_receiver() as receiver:
        transport = Urllib3HTTPTransport(verify=False)
        exporter = OTLPSpanExporter(f"{receiver.url}/v1/traces", _transport=transport)
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        first, second, third = connections_used(receiver, provider)
    assert first == second != third
    assert isinstance(transport._pool, urllib3.PoolManager)
    assert transport._pool.connection_pool_kw["cert_reqs"] == "CERT_NONE"


def test_other_providers_are_left_alone() -> None:
    """A provider without HTTP exporters, or of somebody else, is no error."""
    renew_connections(TracerProvider(shutdown_on_exit=False))
    renew_connections(object())
