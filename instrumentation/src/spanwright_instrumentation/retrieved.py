"""Which chunks retrievals gave lately: kept until a reranker is given them as its candidates.

The reranker's span then says how each stood before, and links to the retrieval. The retrieval's span says
that it was reranked, unless somebody has read it before.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from opentelemetry.trace import SpanContext
from spanwright_semconv import attributes

from .withheld import withheld

logger = logging.getLogger(__name__)

#: Retrievals remembered at most, their documents in bytes at most, and seconds until one is forgotten.
MAX_RETRIEVALS = 1_000
MAX_BYTES = 16_000_000
EXPIRE_AFTER = 15 * 60.0

#: Retrievals that are looked through where no trace tells which belong to a reranker's call.
_MAX_OTHERS = 32


class Seen(NamedTuple):
    """One chunk of a retrieval: its id, its score there, and what tells its text from others."""

    id: str | None
    score: float | None
    #: ``hash`` of the text; None if the store was not asked for it.
    text: int | None


class Retrieved:
    """One retrieval's answer, and what became of it.

    :param read: gives its chunks, in the store's order; asked once, and only if there is a reranker.
    """

    __slots__ = ("_by_id", "_by_text", "_lock", "_read", "deadline", "model", "size", "span_context")

    def __init__(
        self, span_context: SpanContext, read: Callable[[], Sequence[Seen]], size: int, deadline: float
    ) -> None:
        self.span_context = span_context
        self.size = size
        self.deadline = deadline
        #: Of the reranker; empty if it has no name, None if there was none.
        self.model: str | None = None
        self._lock = threading.Lock()
        self._read: Callable[[], Sequence[Seen]] | None = read
        self._by_text: Mapping[int, Seen] = {}
        self._by_id: Mapping[str, Seen] = {}

    def find(self, text: str | None, document_id: str | None) -> Seen | None:
        """The chunk with this text, else with this id."""
        with self._lock:
            if self._read is not None:
                seen, self._read = _read_safely(self._read), None
                # Of equal texts the first counts, which stood higher.
                self._by_text = {each.text: each for each in reversed(seen) if each.text is not None}
                self._by_id = {each.id: each for each in reversed(seen) if each.id is not None}
        found = None if text is None else self._by_text.get(hash(text))
        return found or (None if document_id is None else self._by_id.get(document_id))

    def attributes(self) -> dict[str, Any]:
        """What the retrieval's span says of it, as far as is known by now."""
        return {
            attributes.SPANWRIGHT_RERANK_APPLIED: self.model is not None,
            attributes.SPANWRIGHT_RERANK_MODEL: self.model or None,
        }


def _read_safely(read: Callable[[], Sequence[Seen]]) -> Sequence[Seen]:
    try:
        return read()
    except Exception:
        logger.debug("Cannot read a retrieval's documents.", exc_info=withheld())
        return ()


class Candidate(NamedTuple):
    """What a reranker was given, as far as it can be told."""

    text: str | None
    id: str | None


class Match(NamedTuple):
    """A candidate's chunk, and the retrieval that gave it."""

    retrieved: Retrieved
    seen: Seen


class RetrievedMemory:
    """The latest retrievals: bounded, expiring, safe between threads and across ``os.fork``."""

    def __init__(
        self,
        *,
        max_retrievals: int = MAX_RETRIEVALS,
        max_bytes: int = MAX_BYTES,
        expire_after: float = EXPIRE_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_retrievals = max_retrievals
        self._max_bytes = max_bytes
        self._expire_after = expire_after
        self._clock = clock
        self.after_fork_in_child()
        self.clear()

    def __len__(self) -> int:
        return len(self._by_age)

    def remember(self, span_context: SpanContext, read: Callable[[], Sequence[Seen]], size: int) -> Retrieved:
        """Keep a retrieval; ``size`` is that of its documents in bytes, about."""
        now = self._clock()
        retrieved = Retrieved(span_context, read, size, now + self._expire_after)
        with self._lock:
            self._by_age.append(retrieved)
            self._bytes += size
            while self._by_age and (
                len(self._by_age) > self._max_retrievals
                or self._bytes > self._max_bytes
                or self._by_age[0].deadline <= now
            ):
                self._bytes -= self._by_age.popleft().size
        return retrieved

    def match(self, trace_id: int, candidates: Iterable[Candidate]) -> list[Match | None]:
        """For each candidate the chunk it is, of this trace's retrievals; without a trace (0), of the latest.

        By text; an id alone means a chunk only within one trace.
        """
        now = self._clock()
        with self._lock:
            latest = [each for each in reversed(self._by_age) if each.deadline > now]
        own = [each for each in latest if each.span_context.trace_id == trace_id]
        searched = own or latest[:_MAX_OTHERS]
        return [next(self._found(searched, each.text, each.id if own else None), None) for each in candidates]

    @staticmethod
    def _found(searched: Sequence[Retrieved], text: str | None, document_id: str | None) -> Iterator[Match]:
        for retrieved in searched:
            seen = retrieved.find(text, document_id)
            if seen is not None:
                yield Match(retrieved, seen)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._by_age: deque[Retrieved] = deque()
            self._bytes = 0

    def before_fork(self) -> None:
        """Wait until no other thread is at work in here, so that the child inherits a whole state."""
        self._lock.acquire()

    def after_fork_in_parent(self) -> None:
        """Go on as before the fork."""
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """Keep what is known, under a lock no vanished thread can hold."""
        self._lock = threading.RLock()


#: The memory of this process.
retrieved_memory = RetrievedMemory()
os.register_at_fork(
    before=retrieved_memory.before_fork,
    after_in_parent=retrieved_memory.after_fork_in_parent,
    after_in_child=retrieved_memory.after_fork_in_child,
)
