"""What botocore returns: a dict with the whole answer, or with the stream or the body that holds it.

The application gets these very objects. An event stream's raw events and the parsing of one are observed
inside it; of a body, the HTTP library's response below it tells what is read. botocore is not imported.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from io import BytesIO
from typing import Any

from spanwright_semconv import attributes

from .body import Body
from .invocation import Invocation
from .invoke_model import usage_in_headers
from .result import WholeAnswer
from .stream import Reading
from .translation import Request, Translation, record_response

logger = logging.getLogger(__name__)

_EXCEPTIONS = "botocore.exceptions"


def observe_botocore_result(
    invocation: Invocation,
    translation: Translation,
    _request: Request,
    arguments: Mapping[str, Any],
    result: Any,
) -> None:
    """Record an answer that is whole, or arrange for it to be recorded while the application reads it."""
    observe_answer(invocation, translation, arguments, result, (_observe_events, _observe_body))


def observe_answer(
    invocation: Invocation,
    translation: Translation,
    arguments: Mapping[str, Any],
    result: Any,
    ways: tuple[Callable[[Any, Reading], None], Callable[[Any, Reading], None]],
) -> None:
    """The same for botocore and what reads asynchronously: ``ways`` observe an event stream, and a body."""
    observe_events, observe_body = ways
    describe_answer(invocation, result)
    found = result.get("stream") or result.get("body")
    if hasattr(found, "_event_generator") and translation.stream_state is not None:
        observe_events(found, Reading(invocation, translation.stream_state(invocation.captures_content)))
        return
    if hasattr(found, "_raw_stream"):
        state = WholeAnswer(translation, arguments, invocation.captures_content)
        observe_body(found, Reading(invocation, state, is_stream=False, body=Body(bytes, is_stream=False)))
        return
    record_response(invocation, translation.read_response(arguments, result, invocation.captures_content))
    invocation.stop()


def describe_answer(invocation: Invocation, answer: Mapping[str, Any]) -> None:
    """Record what an answer's headers tell."""
    described = answer.get("ResponseMetadata", {})
    invocation.attributes[attributes.SPANWRIGHT_REQUEST_ID] = request_id(answer)
    invocation.attributes.update(usage_in_headers(described.get("HTTPHeaders", {}), invocation.operation))


def request_id(answer: Mapping[str, Any]) -> str | None:
    """``spanwright.request.id`` of an answer, of an exception's too."""
    found = answer.get("ResponseMetadata", {}).get("RequestId")
    return found if isinstance(found, str) else None


def _observe_events(stream: Any, reading: Reading) -> None:
    events = _observed_events(stream._event_generator, reading)
    next(events)
    reading.read_by(events, stream._event_generator)
    stream._event_generator = events
    stream._parse_event = _observed_parser(stream._parse_event, reading)
    stream._raw_stream = Closing(stream._raw_stream, reading)


def _observed_events(inner: Iterator[Any], reading: Reading) -> Iterator[Any]:
    """The stream's events as they come over the wire; primed, so that it notices when it is collected."""
    try:
        yield None
        yield from inner
    except GeneratorExit:
        reading.drop()
        raise
    except BaseException as error:
        reading.fail(error)
        raise
    reading.complete()


def _observed_parser(parse: Callable[[Any], Any], reading: Reading) -> Callable[[Any], Any]:
    # Once content has come, as little as can be: this runs for every event.
    observe, clock, came = reading.observe, time.perf_counter_ns, reading.times.append
    is_timed = False

    def observed(event: Any) -> Any:
        nonlocal is_timed
        try:
            parsed = parse(event)
        except BaseException as error:
            reading.fail(error)
            raise
        if parsed and not is_timed:
            reading.take(parsed)
            is_timed = reading.is_timed
        elif parsed:
            came(clock())
            try:
                observe(parsed)
            except Exception:
                logger.debug("Cannot read an event.")
        return parsed

    return observed


class Closing:
    """The HTTP response of an event stream, which tells of its closing."""

    __slots__ = ("_inner", "_reading")

    def __init__(self, inner: Any, reading: Reading) -> None:
        self._inner = inner
        self._reading = reading

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            self._reading.close()


def _observe_body(body: Any, reading: Reading) -> None:
    raw = body._raw_stream
    if type(raw) is BytesIO:
        # A stubbed answer. Nothing can be put into an object of this class, and all of it is there.
        reading.take_bytes(raw.getvalue())
        reading.complete()
        return
    try:
        raw._spanwright_pulled = _Pulled(reading, body._content_length)
        raw.__class__ = _observed_class(raw.__class__)
    except (AttributeError, TypeError, ValueError):
        reading.complete()


class _Pulled:
    """What is read of a body, in whichever way."""

    __slots__ = ("_expected", "_is_pulling", "_received", "reading")

    def __init__(self, reading: Reading, expected: Any) -> None:
        self.reading = reading
        self._expected = None if expected is None else int(expected)
        self._received = 0
        self._is_pulling = False

    def pull(self, read: Callable[..., bytes], amount: int | None, *args: Any, **kwargs: Any) -> bytes:
        if self._is_pulling:
            return read(amount, *args, **kwargs)
        self._is_pulling = True
        try:
            data = read(amount, *args, **kwargs)
        except BaseException as error:
            self.reading.fail(_as_raised(error))
            raise
        finally:
            self._is_pulling = False
        self.add(data)
        if amount is None or amount < 0 or (not data and amount > 0):
            self.complete()
        return data

    def add(self, data: bytes) -> None:
        self._received += len(data)
        self.reading.take_bytes(data)
        if self._received == self._expected:
            self.reading.complete()

    def complete(self) -> None:
        if self._expected is not None and self._received != self._expected:
            incomplete = _exception(
                "IncompleteReadError", actual_bytes=self._received, expected_bytes=self._expected
            )
            self.reading.fail(incomplete)
        else:
            self.reading.complete()

    def close(self) -> None:
        if not self._is_pulling:
            self.reading.close()


@cache
def _observed_class(kind: type) -> type:
    """The class of a body's HTTP response, observed. ``with`` gives that response to the application."""
    parent: Any = kind

    def read(self: Any, amt: int | None = None, *args: Any, **kwargs: Any) -> bytes:
        pulled: _Pulled = self._spanwright_pulled
        return pulled.pull(lambda *a, **k: parent.read(self, *a, **k), amt, *args, **kwargs)

    def read1(self: Any, amt: int | None = None, *args: Any, **kwargs: Any) -> bytes:
        # Without an amount it gives what is there, not all there is.
        pulled: _Pulled = self._spanwright_pulled
        return pulled.pull(lambda _, *a, **k: parent.read1(self, amt, *a, **k), amt or 1, *args, **kwargs)

    def read_chunked(self: Any, *args: Any, **kwargs: Any) -> Iterator[bytes]:
        pulled = self._spanwright_pulled
        try:
            for data in parent.read_chunked(self, *args, **kwargs):
                pulled.add(data)
                yield data
        except GeneratorExit:
            raise
        except BaseException as error:
            pulled.reading.fail(_as_raised(error))
            raise
        pulled.complete()

    def close(self: Any) -> None:
        try:
            parent.close(self)
        finally:
            self._spanwright_pulled.close()

    def collected(self: Any) -> None:
        self._spanwright_pulled.reading.drop()
        if hasattr(parent, "__del__"):
            parent.__del__(self)

    observed = {"read": read, "read1": read1, "read_chunked": read_chunked, "close": close}
    members = {name: each for name, each in observed.items() if hasattr(parent, name)}
    return type(kind.__name__, (kind,), {**members, "__del__": collected, "__module__": kind.__module__})


def _as_raised(error: BaseException) -> BaseException:
    """The exception that botocore makes of this one of the HTTP library's."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if "ReadTimeoutError" in names:
        return _exception("ReadTimeoutError", endpoint_url=getattr(error, "url", None), error=error)
    return _exception("ResponseStreamingError", error=error) if "ProtocolError" in names else error


def _exception(name: str, **kwargs: Any) -> BaseException:
    found: BaseException = getattr(sys.modules[_EXCEPTIONS], name)(**kwargs)
    return found
