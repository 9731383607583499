"""What a trace remembers."""

from __future__ import annotations

import threading
import time

import pytest
from spanwright_processors.detect.trace_memory import TraceMemory


def seen(memory: TraceMemory, text: str, trace_id: int = 1) -> list[str]:
    return [text[finding.start : finding.end] for finding in memory.of(trace_id).find(text)]


def test_names_are_found_whole_and_in_parts_in_any_case() -> None:
    """The full name, and the first or last alone, as whole words."""
    memory = TraceMemory()
    assert memory.learn(1, [("PERSON", "Priya Raman", 0.85)])
    assert seen(memory, "priya raman") == ["priya raman", "priya", "raman"]
    assert seen(memory, "PRIYA's order; Priyanka; _priya_") == ["PRIYA"]
    assert seen(memory, "Priya", trace_id=2) == []


def test_a_guess_is_remembered_as_a_whole_only() -> None:
    """A name of low score does not spread to its parts."""
    memory = TraceMemory()
    memory.learn(1, [("PERSON", "Visa Gold", 0.5)])
    assert seen(memory, "a Gold card, a Visa Gold card") == ["Visa Gold"]


def test_names_that_are_words_need_their_capital() -> None:
    """Will and May are names in capitals only; function words and particles never."""
    memory = TraceMemory()
    memory.learn(1, [("PERSON", "Grace van Will", 0.85)])
    assert seen(memory, "grace period; a van will come; Grace came") == ["Grace"]


def test_passwords_are_remembered_and_other_types_are_not() -> None:
    """Secrets may have been found by their context; what has a shape is found anyway."""
    memory = TraceMemory()
    memory.learn(1, [("SECRET", "hunter22", 0.7), ("EMAIL_ADDRESS", "a@example.com", 1.0)])
    assert seen(memory, "hunter22 a@example.com") == ["hunter22"]


def test_is_bounded_in_traces_and_values() -> None:
    """The oldest trace goes first; a trace keeps so many values."""
    memory = TraceMemory(traces=2, values=3)
    for trace_id in (1, 2, 3):
        memory.learn(trace_id, [("PERSON", name, 0.85) for name in ("Anna", "Bert", "Carla", "Dieter")])
    assert not memory.of(1).needles
    assert len(memory.of(3).needles) == 3


def test_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trace that has been quiet for long enough is forgotten."""
    memory = TraceMemory(seconds=10)
    memory.learn(1, [("PERSON", "Anna", 0.85)])
    later = time.monotonic() + 11
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert seen(memory, "Anna") == []


def test_shows_no_values() -> None:
    """No repr, however it gets into a log, tells what is remembered."""
    memory = TraceMemory()
    memory.learn(1, [("PERSON", "Priya", 0.85)])
    assert "riya" not in repr(memory) + repr(memory.of(1))


def test_learning_the_same_again_is_not_new() -> None:
    """Only something new makes a second look worth while."""
    memory = TraceMemory()
    assert memory.learn(1, [("PERSON", "Priya", 0.85)])
    assert not memory.learn(1, [("PERSON", "priya", 0.85)])
    assert not memory.learn(1, [])


def test_a_span_that_ends_inside_does_not_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Garbage collection or a signal may end and export a span at any line of ours, on the same thread."""
    memory = TraceMemory()
    depth = 0

    def now() -> float:
        nonlocal depth
        depth += 1
        if depth == 1:
            memory.learn(2, [("PERSON", "Bert", 0.85)])
        return 1.0

    monkeypatch.setattr(time, "monotonic", now)
    thread = threading.Thread(target=memory.learn, args=(1, [("PERSON", "Anna", 0.85)]), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert (seen(memory, "Anna", 1), seen(memory, "Bert", 2)) == (["Anna"], ["Bert"])
