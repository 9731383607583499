"""What services tell each other of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry.propagate import extract, get_global_textmap, inject, set_global_textmap
from spanwright_instrumentation.context import context, context_attributes
from spanwright_instrumentation.providers.mcp import MCPInstrumentor
from spanwright_instrumentation.services import ACCEPT_VARIABLE, SEND_VARIABLE, ServicesInstrumentor
from spanwright_processors.baggage import guard_baggage
from spanwright_processors.settings import build_chain, load_settings
from spanwright_semconv.pseudonym import user_hash
from support.mcp_peers import in_memory
from support.mcp_server_app import made
from support.recording import Recording, instrumented

WHO = {"session_id": "s-1", "user_id": "ada", "conversation_id": "c-1", "pipeline": "support"}


@pytest.fixture(autouse=True)
def propagator() -> Iterator[None]:
    before = get_global_textmap()
    yield
    ServicesInstrumentor().uninstrument()
    set_global_textmap(before)


def sent(recording: Recording, **client: Any) -> dict[str, str]:
    """The headers of a request, while the span of its client is current."""
    carrier: dict[str, str] = {}
    with (
        context(**WHO),
        recording.telemetry.tracer.start_as_current_span("GET", attributes=client),
    ):
        inject(carrier)
    return carrier


def received(carrier: dict[str, str]) -> dict[str, str]:
    return dict(context_attributes(extract(carrier)))


def test_nothing_without_a_setting(recording: Recording) -> None:
    """Baggage goes to model providers, too; and anybody may send some."""
    ServicesInstrumentor().instrument()
    assert "baggage" not in sent(recording, **{"server.address": "api.openai.com"})
    assert received({"baggage": "session.id=s-1"}) == {}


def test_from_service_to_service(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """Session, conversation, pipeline, and of the user the hash only."""
    monkeypatch.setenv(SEND_VARIABLE, "*.internal, orders")
    monkeypatch.setenv(ACCEPT_VARIABLE, "true")
    ServicesInstrumentor().instrument()
    headers = sent(recording, **{"server.address": "stock.Internal"})
    assert "ada" not in headers["baggage"]
    assert received(headers) == {
        "session.id": "s-1",
        "user.hash": user_hash("ada"),
        "gen_ai.conversation.id": "c-1",
        "spanwright.pipeline.name": "support",
    }
    token = otel_context.attach(extract(headers))
    try:
        recording.chat()
    finally:
        otel_context.detach(token)
    assert recording.attributes("chat gpt-5")["session.id"] == "s-1"


@pytest.mark.parametrize(
    ("client", "is_told"),
    [
        ({"server.address": "stock.internal"}, True),
        ({"url.full": "https://stock.internal/x"}, True),
        ({"http.url": "https://stock.internal:80/x"}, True),
        ({"net.peer.name": "stock.internal"}, True),
        ({"network.transport": "pipe"}, True),
        ({"server.address": "api.openai.com"}, False),
        ({"server.address": "stock.internal.evil.com"}, False),
        ({"url.full": "https://evil.com/stock.internal"}, False),
        ({}, False),
    ],
)
def test_whom_a_request_goes_to(recording: Recording, client: dict[str, str], is_told: bool) -> None:
    """Is told by the client's span; where it does not say, nothing is sent."""
    ServicesInstrumentor().instrument(send_to=["*.internal", "pipe"])
    assert ("baggage" in sent(recording, **client)) is is_told


def test_without_a_span_nobody_is_told() -> None:
    """But where all are."""
    carrier: dict[str, str] = {}
    with context(session_id="s-1"):
        ServicesInstrumentor().instrument(send_to=["*.internal"])
        inject(carrier)
        assert carrier == {}
        ServicesInstrumentor().uninstrument()
        ServicesInstrumentor().instrument(send_to=["*"])
        inject(carrier)
    assert carrier == {"baggage": "session.id=s-1"}


def test_the_applications_own_baggage_stays(recording: Recording) -> None:
    """In what is sent and in its context."""
    ServicesInstrumentor().instrument(send_to=["*"])
    token = otel_context.attach(baggage.set_baggage("city", "Lisbon"))
    try:
        header = sent(recording)["baggage"]
        assert dict(baggage.get_all()) == {"city": "Lisbon"}
    finally:
        otel_context.detach(token)
    assert "city=Lisbon" in header
    assert "session.id=s-1" in header


@pytest.mark.parametrize("order", ["guard first", "guard last"])
def test_what_is_to_be_masked_is_not_sent(order: str) -> None:
    """A session named by an address stays here, in whichever order the two were put in."""
    chain = build_chain(load_settings({}))
    steps: list[Callable[[], object]] = [
        lambda: guard_baggage(chain),
        lambda: ServicesInstrumentor().instrument(send_to=["*"]),
    ]
    for step in steps if order == "guard first" else reversed(steps):
        step()
    guard_baggage(chain)
    carrier: dict[str, str] = {}
    with context(session_id="ada.lovelace@example.com", pipeline="support"):
        inject(carrier)
    assert carrier == {"baggage": "spanwright.pipeline.name=support"}


def test_what_the_application_says_goes_before() -> None:
    """What came with the request is only taken where it says nothing."""
    ServicesInstrumentor().instrument(send_to=[], accept=True)
    with context(session_id="own"):
        carried = {"baggage": "session.id=other,user.hash=abc"}
        found = context_attributes(extract(carried, otel_context.get_current()))
    assert dict(found) == {"session.id": "own", "user.hash": "abc"}


@pytest.mark.parametrize("value", ["", "x" * 300, "a%0Ab"])
def test_what_is_no_name_is_not_taken(value: str) -> None:
    """Nothing, whole texts, lines."""
    ServicesInstrumentor().instrument(send_to=[], accept=True)
    assert received({"baggage": f"session.id={value}"}) == {}


def test_taken_off_below_another_propagator() -> None:
    """It then only hands on."""
    ServicesInstrumentor().instrument(send_to=["*"], accept=True)
    ours = get_global_textmap()
    set_global_textmap(type("Other", (type(ours),), {})(ours, (), accept=False))
    ServicesInstrumentor().uninstrument()
    carrier: dict[str, str] = {}
    with context(session_id="s-1"):
        inject(carrier)
    assert carrier == {}
    assert received({"baggage": "session.id=s-1"}) == {}


async def test_to_an_mcp_server(recording: Recording) -> None:
    """In ``params._meta``: the server's spans are the session's."""
    ServicesInstrumentor().instrument(send_to=["*"], accept=True)
    with instrumented(MCPInstrumentor(), recording), context(session_id="s-1"):
        async with in_memory(made()) as peer:
            await peer.call("track", number=7)
    served = [span for span in recording.spans if span.kind is trace.SpanKind.SERVER]
    assert {(span.attributes or {}).get("session.id") for span in served} == {"s-1"}
