"""What the native scanner finds is what the engine finds without it; what it cannot tell, it asks."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.presidio import FastEngine, native
from spanwright_processors.presidio.definitions import Definitions
from spanwright_processors.presidio.native import NativeFinder
from support.presidio_texts import texts
from support.scanners import needs_native

from benchmarks.texts import english

TYPES = ("EMAIL_ADDRESS", "PHONE_NUMBER", "UK_NHS", "US_SSN", "IBAN_CODE", "CREDIT_CARD")
#: Separators, extensions and letters beyond ASCII, near numbers and words of context.
PIECES = (
    "415-555-2671", "(415) 555-2671", "+1 415 555 2671", "020 7946 0958", "ext. 12", "ext\u00f3 5", "x7", "#",
    "\u2013", "\u00a0", "\uff0b", "\u0664\u0661", "é", "call", "phone:", "called", "number", " ", " ", "/",
    "dana@example.com", "dana@example.co.uk", "dana@example.zz", "a@b.xn--p1ai", "//x:1@example.com", "\n",
    "943 476 5919", "943-476-5918", "cannot", "don't", "[", "]", "1/2/2024", "20241122 10", ":30", "$", "%",
    "\x1c", "2024",
)  # fmt: skip


@pytest.fixture
def finder(definitions: Definitions) -> NativeFinder:
    found = FastEngine(definitions)._plan(frozenset(TYPES)).native
    assert found is not None
    return found


@needs_native
@given(text=st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
@settings(deadline=None, max_examples=200)
def test_finds_the_same(engine: FastEngine, text: str) -> None:
    """Beside characters of other scripts, extensions, dates, words that count and words that do not."""
    engine.find(text)
    engine.find(f"Please {text} now, if you can.", TYPES)


@needs_native
@given(text=texts())
@settings(deadline=None, max_examples=50)
def test_finds_the_same_for_a_few_types(engine: FastEngine, text: str) -> None:
    """Whatever else stands in the text."""
    engine.find(text, TYPES)


@needs_native
def test_asks_for_nothing_in_ordinary_text(finder: NativeFinder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once shapes and words are known, an e-mail address and a telephone number are found without Python."""
    said = "asks to be called back under 415-555-2671 or answered at dana.whitfield@example.com today"
    assert {each.type for each in finder.find(said) or ()} >= {"EMAIL_ADDRESS", "PHONE_NUMBER"}

    def asked(*_: Any) -> None:
        raise AssertionError

    for name in ("fitting", "expression", "judge", "found", "regions_of", "supports"):
        monkeypatch.setattr(NativeFinder, name, asked)
    other = said.replace("2671", "2672").replace("dana", "lena")
    assert {each.type for each in finder.find(other) or ()} >= {"EMAIL_ADDRESS", "PHONE_NUMBER"}


@needs_native
def test_what_python_raises_comes_out(finder: NativeFinder, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the caller's, who fails closed."""

    def broken(*_: Any) -> float:
        raise RuntimeError("broken")

    monkeypatch.setattr(NativeFinder, "judge", broken)
    with pytest.raises(RuntimeError, match="broken"):
        finder.find("card 4111 1111 1111 1111")


@needs_native
def test_leaves_lone_surrogates_to_python(finder: NativeFinder, engine: FastEngine) -> None:
    """There, as always, the engine finds."""
    text = "\ud800 dana@example.com"
    assert finder.find(text) is False
    assert len(engine.find(text, TYPES)) == 1


@needs_native
def test_remembers_shapes_within_bounds(definitions: Definitions) -> None:
    """Many texts, none like another, change nothing in what is found."""
    random, fast = Random(1), FastEngine(definitions)
    pure = FastEngine(definitions, native=False)
    for _ in range(40):
        text = english(random, 400)
        assert fast.find(text, TYPES) == pure.find(text, TYPES)


def test_without_the_package_there_is_none(definitions: Definitions, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine is what it is without it."""
    monkeypatch.setattr(native, "module", lambda: None)
    assert FastEngine(definitions)._plan(frozenset(TYPES)).native is None


def test_a_package_that_refuses_is_none(definitions: Definitions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Masking goes on without it."""

    class Refusing:
        @staticmethod
        def Finder(*_: Any) -> None:
            raise ValueError("Cannot read the patterns of telephone numbers.")

    parts = FastEngine(definitions)._plan(frozenset(TYPES))
    monkeypatch.setattr(native, "module", lambda: Refusing)
    if parts.families is not None:
        assert FastEngine(definitions)._plan(frozenset(TYPES)).native is None


ENDING = """
    import sys, threading, time
    from spanwright_processors.presidio import native

    class Slow:
        def __init__(self):
            begun.set()
            time.sleep(0.5)  # as the scanner does: without the interpreter
            made.append(self)
        find = staticmethod(lambda text: [])

    begun, made = threading.Event(), []
    threading.Thread(target=native._made, args=(Slow,), daemon=True).start()
    begun.wait()
    native._making._end()
    print(len(made), flush=True)
"""


def test_the_end_waits_for_a_finder_that_is_being_made() -> None:
    """A thread that is in native code while the interpreter goes would take the process down."""
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(ENDING)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "1", "")
