"""What is remembered of retrievals until a reranker comes, and what is not."""

from __future__ import annotations

import os
from collections.abc import Sequence

from opentelemetry.trace import SpanContext
from spanwright_instrumentation.retrieved import Candidate, RetrievedMemory, Seen

TRACE = 0xA1


def span(trace_id: int = TRACE, span_id: int = 0xB1) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=False)


def seen(*texts: str) -> list[Seen]:
    return [Seen(f"c{at}", 0.9 - at / 10, hash(text)) for at, text in enumerate(texts)]


def ids(memory: RetrievedMemory, trace_id: int, *texts: str) -> list[str | None]:
    found = memory.match(trace_id, [Candidate(text, None) for text in texts])
    return [match.seen.id if match else None for match in found]


def test_by_text_within_the_trace() -> None:
    """The own trace's chunks come before those of others with the same text."""
    memory = RetrievedMemory()
    memory.remember(span(), lambda: seen("a", "b"), 10)
    memory.remember(span(0xA2), lambda: seen("b", "a"), 10)
    assert ids(memory, TRACE, "a", "b", "c") == ["c0", "c1", None]


def test_without_a_trace_the_latest() -> None:
    """Applications without a span around both."""
    memory = RetrievedMemory()
    memory.remember(span(0xA2), lambda: seen("a"), 10)
    memory.remember(span(0xA3), lambda: seen("x", "a"), 10)
    assert ids(memory, 0, "a") == ["c1"]


def test_an_id_means_a_chunk_within_one_trace_only() -> None:
    """Every index has a chunk 1."""
    memory = RetrievedMemory()
    memory.remember(span(), lambda: [Seen("1", 0.5, None)], 10)
    by_id = [Candidate("rewritten text", "1")]
    assert [match is None for match in memory.match(TRACE, by_id)] == [False]
    assert memory.match(0xA9, by_id) == [None]


def test_of_equal_texts_the_higher_one() -> None:
    """Overlapping chunks may be the same text."""
    memory = RetrievedMemory()
    memory.remember(span(), lambda: seen("a", "a"), 10)
    assert ids(memory, TRACE, "a") == ["c0"]


def test_is_bounded() -> None:
    """By number, by bytes and by age; the oldest go first."""
    now = [0.0]
    memory = RetrievedMemory(max_retrievals=2, max_bytes=100, expire_after=60, clock=lambda: now[0])
    for at in range(3):
        memory.remember(span(span_id=at + 1), lambda at=at: seen(f"text {at}"), 30)  # type: ignore[misc]
    assert ids(memory, TRACE, "text 0", "text 2") == [None, "c0"]
    memory.remember(span(span_id=9), lambda: seen("big"), 90)
    assert (len(memory), ids(memory, TRACE, "text 2", "big")) == (1, [None, "c0"])
    now[0] = 61
    assert ids(memory, TRACE, "big") == [None]


def test_is_read_once_and_only_for_a_reranker() -> None:
    """Nobody pays for describing what no reranker asks for; what cannot be read has no chunks."""
    read: list[int] = []

    def chunks() -> Sequence[Seen]:
        read.append(1)
        raise ValueError("odd documents")

    memory = RetrievedMemory()
    memory.remember(span(), chunks, 10)
    assert read == []
    assert ids(memory, TRACE, "a", "b") == [None, None]
    assert read == [1]


def test_in_a_forked_child() -> None:
    """The child knows what the parent knew, and no lock is held there."""
    memory = RetrievedMemory()
    memory.remember(span(), lambda: seen("a"), 10)
    memory.before_fork()
    if (child := os.fork()) == 0:
        memory.after_fork_in_child()
        os._exit(0 if ids(memory, TRACE, "a") == ["c0"] else 1)
    memory.after_fork_in_parent()
    assert os.waitpid(child, 0)[1] == 0
