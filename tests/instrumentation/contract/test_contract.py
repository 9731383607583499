"""Every provider, plain and streamed, sync and async, through every way a call can go."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Iterator
from importlib.metadata import distribution, distributions
from typing import Any

import pytest
from opentelemetry import context as otel_context
from opentelemetry.trace import StatusCode
from spanwright_instrumentation import stream
from spanwright_instrumentation.instrumentor import LibraryInstrumentor
from spanwright_instrumentation.invocation import error_type
from spanwright_instrumentation.watcher import Watcher
from spanwright_semconv import attributes
from support.contract import CASES, Case, Play, kept
from support.provider_drivers import driver_module, drivers
from support.recording import Recording, instrumented

#: Instrumentors of what is no model and cannot stream.
NO_MODELS = {"qdrant-client", "psycopg", "mcp"}


def instrumentors() -> list[type[LibraryInstrumentor]]:
    """All of this distribution, found as OpenTelemetry finds them."""
    points = distribution("spanwright-instrumentation").entry_points.select(
        group="opentelemetry_instrumentor"
    )
    return [point.load() for point in points]


@pytest.fixture(scope="session")
def short_watcher() -> Watcher:
    """Ends half-read streams after a moment instead of ten minutes; one that outlasts lazy imports on a busy
    machine."""
    return Watcher(0.6)


@pytest.fixture(scope="session", autouse=True)
def quiet_loops() -> None:
    """The finalizer of Mistral's oldest SDK waits for a loop in a thread, whose word at DEBUG would wait for
    the log's lock, which this thread holds where the finalizer runs while it logs."""
    logging.getLogger("asyncio").setLevel(logging.INFO)


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch, short_watcher: Watcher) -> Recording:
    monkeypatch.setattr(stream, "watcher", short_watcher)
    return Recording()


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    kept.clear()


def cases() -> Iterator[Any]:
    for driver in drivers():
        module = driver_module(driver)
        declared = getattr(module, "NOT_APPLICABLE", {})
        for case in CASES:
            for is_async in (False,) if getattr(module, "IS_SYNC_ONLY", False) else (False, True):
                for streams in (False, True):
                    how = f"{'async' if is_async else 'sync'}-{'stream' if streams else 'plain'}"
                    if {case.name, f"{how}: {case.name}", f"{how[-6:]}: {case.name}"} & set(declared):
                        continue
                    if case.applies(is_async=is_async, stream=streams):
                        passed_over = getattr(module, "WARNINGS", ())
                        marks = [pytest.mark.filterwarnings(f"ignore:{each}") for each in passed_over]
                        yield pytest.param(
                            driver, case, is_async, streams, id=f"{driver}-{how}-{case.name}", marks=marks
                        )


def test_every_model_provider_has_a_driver() -> None:
    """A provider joins this suite by one driver file, and none stays outside."""
    here = {str(each.name).lower() for each in distributions()}
    models = [each for each in instrumentors() if each.library not in NO_MODELS and each.library in here]
    driven = {driver_module(driver).instrumentor for driver in drivers()}
    assert driven == {*models}


@pytest.mark.parametrize(("driver", "case", "is_async", "streams"), list(cases()))
def test_call(
    driver: str,
    case: Case,
    is_async: bool,
    streams: bool,
    recording: Recording,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One span, ended, with the right status; the application sees what it sees without us; no noise, no
    context left."""
    module = driver_module(driver)
    bare = asyncio.run(seen(case, case.play(module, is_async=is_async, stream=streams)))
    play = case.play(module, is_async=is_async, stream=streams)
    with caplog.at_level(logging.DEBUG), instrumented(module.instrumentor(), recording):
        observed = asyncio.run(seen(case, play))
        wait_for_span(recording)

    changing: set[str] = getattr(module, "CHANGING", set())
    assert described(observed, changing) == described(bare, changing)
    assert noise(caplog) == []
    (span,) = recording.spans
    assert {*play.wire.current} == {span.context.span_id}, "the HTTP request belongs below the span"
    found = dict(span.attributes or {})
    assert found[attributes.GEN_AI_REQUEST_MODEL] == module.REQUEST["model"]
    assert found.get(attributes.HTTP_REQUEST_RESEND_COUNT) == case.resent
    if case.fails:
        error = observed[-1]
        assert isinstance(error, BaseException)
        # Bytes read raw break off with the HTTP library's exception; the SDK that parses them may wrap it.
        broken_by = (error.__cause__ or error) if case.breaks_raw else error
        assert found[attributes.ERROR_TYPE] == error_type(broken_by)
        assert span.status.status_code is StatusCode.ERROR
        assert found[attributes.SPANWRIGHT_FINISH_REASON] == "error"
        return
    assert (span.status.status_code, attributes.ERROR_TYPE in found) == (StatusCode.UNSET, False)
    reasons = module.expected_finish_reasons(case.kind) if case.finished else None
    assert found.get(attributes.GEN_AI_RESPONSE_FINISH_REASONS) == reasons
    if case.finished or not getattr(module, "USAGE_COMES_FIRST", False):
        assert (attributes.GEN_AI_USAGE_INPUT_TOKENS in found) is case.finished
    assert (attributes.GEN_AI_USAGE_OUTPUT_TOKENS in found) is case.finished


def test_declared_exceptions_are_cases() -> None:
    """What a driver declares as impossible for its SDK is the name of a case, with a reason."""
    names = {case.name for case in CASES}
    for driver in drivers():
        declared = getattr(driver_module(driver), "NOT_APPLICABLE", {})
        assert {name.rpartition(": ")[2] for name in declared} <= names
        assert all(declared.values())


async def seen(case: Case, play: Play) -> list[Any]:
    """What the application sees, an exception last; the current context is left as it was."""
    before = otel_context.get_current()
    try:
        result = await case.consume(play)
    except (Exception, asyncio.CancelledError) as error:
        result = [error]
    assert otel_context.get_current() is before
    return result


def described(result: list[Any], changing: set[str]) -> list[Any]:
    """Values that can be compared, models by class and content, but for what differs from call to call."""
    return [describe(item, changing) for item in result]


def describe(item: Any, changing: set[str]) -> Any:
    if isinstance(item, list):
        return described(item, changing)
    if isinstance(item, BaseException):
        text = str(item)
        for each in changing:
            text = re.sub(rf"{each}=[\d.]+", each, text)
        return type(item), text, type(item.__cause__), type(item.__context__)
    is_model = hasattr(item, "model_dump") and not isinstance(item, type)
    return (type(item), item.model_dump(exclude=changing)) if is_model else item


def wait_for_span(recording: Recording) -> None:
    """What the collector or the deadline ends, ends on a thread of its own."""
    deadline = time.monotonic() + 5
    while not recording.spans and time.monotonic() < deadline:
        time.sleep(0.01)


def noise(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Anything of ours, since we log only what went wrong, and warnings of anybody."""
    return [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.records
        if record.name.startswith("spanwright") or record.levelno >= logging.WARNING
    ]
