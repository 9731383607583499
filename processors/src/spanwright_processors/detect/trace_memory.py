"""Values masked in one span of a trace, so that they are masked in the trace's later spans without their
cue."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from spanwright_semconv.given_values import GivenValue

from .engine import lower_case
from .finding import GIVEN, Entity, Finding
from .person_cues import EVERYDAY_NAMES, NO_NAMES, PARTICLES

_NAME_PART = re.compile(r"[^\W\d_][\w'’]*")
#: From this score on a name's first and last name count alone as well.
_SURE = 0.6
#: Shorter parts of a name are too often something else.
_SHORTEST_PART = 3
_SHORTEST_SECRET = 8


class TraceNames:
    """The values of one trace: ``needles`` in lower case with their type, and whether they need a capital."""

    __slots__ = ("_digest", "last_used", "needles")

    def __init__(self) -> None:
        self.needles: dict[str, tuple[str, bool]] = {}
        self.last_used = 0.0
        self._digest = 0, b""

    def __repr__(self) -> str:
        return f"<{len(self.needles)} values>"

    def digest(self) -> bytes:
        """The same as long as the values are; there are only ever more of them."""
        count, digest = self._digest
        if count != len(self.needles):
            needles = list(self.needles.items())
            digest = hashlib.blake2b(repr(needles).encode("utf-8", "surrogatepass"), digest_size=16).digest()
            self._digest = len(needles), digest
        return digest

    def joined_by(self, values: Iterable[GivenValue]) -> TraceNames:
        """These and ``values``, which the application gave."""
        joined = TraceNames()
        for value, is_name in values:
            for needle, entity, capital in _needles(Entity.PERSON if is_name else GIVEN, value, 1.0):
                joined.needles.setdefault(needle, (entity, capital))
        joined.needles = {**self.needles, **joined.needles}
        return joined

    def find(self, text: str) -> Iterator[Finding]:
        """Where the values stand in ``text`` as whole words, whatever their case."""
        if not self.needles:
            return
        lower = lower_case(text)
        for needle, (entity, capital) in list(self.needles.items()):
            position = lower.find(needle)
            while position >= 0:
                end = position + len(needle)
                if _is_whole(text, position, end) and not (capital and text[position].islower()):
                    yield Finding(entity, position, end, 0.6)
                position = lower.find(needle, end)


class TraceMemory:
    """Names and context-found secrets by trace id, for ``seconds`` after a trace's last span, ``traces``
    at most.

    The values live in this process' memory only, as they do in the application whose spans hold them: never
    exported, logged or shown by ``repr``. ``values`` bounds what is kept of one trace. Safe from several
    threads.
    """

    def __init__(self, traces: int = 2048, values: int = 64, seconds: float = 900.0) -> None:
        self._most_traces = traces
        self._most_values = values
        self._seconds = seconds
        self.clear()

    def clear(self) -> None:
        """Forget everything, locks included: also what a forked child calls."""
        # Re-entrant: garbage collection or a signal may end a span in here, which a simple processor exports.
        self._lock = threading.RLock()
        self._traces: OrderedDict[int, TraceNames] = OrderedDict()

    def __repr__(self) -> str:
        return f"<TraceMemory of {len(self._traces)} traces>"

    def of(self, trace_id: int) -> TraceNames:
        """What is known of a trace; empty for a new one, and kept only once ``learn`` adds something."""
        with self._lock:
            names = self._traces.get(trace_id)
            if names is None:
                return TraceNames()
            if time.monotonic() - names.last_used > self._seconds:
                del self._traces[trace_id]
                return TraceNames()
            self._touch(trace_id, names)
            return names

    def learn(self, trace_id: int, findings: Iterable[tuple[str, str, float]]) -> bool:
        """Remember (type, value, score) of a trace; True if something was new. Other types find
        themselves."""
        needles = [needle for finding in findings if finding[0] in _LEARNED for needle in _needles(*finding)]
        if not needles:
            return False
        with self._lock:
            names = self._traces.get(trace_id) or TraceNames()
            before = len(names.needles)
            for needle, entity, capital in needles:
                if len(names.needles) < self._most_values:
                    names.needles.setdefault(needle, (entity, capital))
            self._touch(trace_id, names)
            return len(names.needles) > before

    def _touch(self, trace_id: int, names: TraceNames) -> None:
        names.last_used = time.monotonic()
        self._traces[trace_id] = names
        self._traces.move_to_end(trace_id)
        while len(self._traces) > self._most_traces:
            self._traces.popitem(last=False)


#: Types of which one occurrence tells of others.
_LEARNED = frozenset({GIVEN, Entity.SECRET, Entity.PERSON})


def _needles(entity: str, value: str, score: float) -> Iterator[tuple[str, str, bool]]:
    if entity == GIVEN:
        yield lower_case(value), entity, False
        return
    if entity == Entity.SECRET:
        if len(value) >= _SHORTEST_SECRET and len(value) <= 512:
            yield lower_case(value), entity, False
        return
    if entity != Entity.PERSON:
        return
    full = lower_case(value)
    parts = [part for part in _NAME_PART.findall(value) if _counts_alone(part)]
    yield full, entity, full in EVERYDAY_NAMES
    if score >= _SURE:
        for part in parts:
            yield lower_case(part), entity, lower_case(part) in EVERYDAY_NAMES or len(part) == _SHORTEST_PART


def _counts_alone(part: str) -> bool:
    lower = part.lower()
    if len(part) < _SHORTEST_PART or lower in PARTICLES:
        return False
    return lower not in NO_NAMES or lower in EVERYDAY_NAMES  # "Will", with its capital


def _is_whole(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")
