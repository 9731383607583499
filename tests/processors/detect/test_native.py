"""The native scanner hides nothing: with it and without it the same is found, in any text and any JSON."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.detect import FindingCache, json_text, native
from spanwright_processors.detect.engine import Detector
from spanwright_processors.detect.found import BudgetExceededError, Found
from spanwright_processors.detect.native import NativeScanner, module
from spanwright_processors.detect.person_cues import CUES
from spanwright_processors.detect.policy import Policy
from spanwright_processors.detect.redaction import Redactor
from spanwright_processors.detect.secret_rules import KEYWORDS
from spanwright_processors.detect.secret_table import RULES
from spanwright_processors.detect.trace_memory import TraceNames
from support.scanners import NATIVE, PURE, needs_native

from benchmarks.texts import corpus

pytestmark = needs_native

#: What detectors find, what they nearly find, and what stands around it.
PIECES = [
    *("a.b@example.com", "a%40b.com", "I'm Priya Raman", "my name is priya", "MR. O’Brien", "Dear Ms Ögün"),
    *("4242 4242 4242 4242", "4242424242424242", "NO9386011117947", "DE89 3704 0044 0532 0130 00"),
    *("203.0.113.7", "1.2.3.4.5", "2001:db8::8a2e:370:7334", "1:2:3:4:5:6:7:8", "::1", "a[::2]", "12:30:15"),
    *("123-45-6789", "SSN 123456789", "+1 415-555-2671", "(415) 555-2671", "my phone is 555 0142"),
    *("2026-11-23T12:03:59.123456789", "2026-11-23 12:03", "v1.2.3", "1.2", "12", "1234567"),
    *("password=hunter22", "the key is abcd1234efgh5678", "token: aaaabbbbcccc1234d", "PWD\\\": 'a1b2c3'"),
    *("пАРОЛЬ: hunter22", "contraseÑa=geheim12", "密码：abc123", "sk-proj-abcdefghij0123456789"),
    *("AKIAIOSFODNN7EXAMPLE", "-----BEGIN PRIVATE KEY-----", "postgres://u:p4ss@h.x", "ghp_", "A" * 300),
    *(cue.words for cue in CUES),
    *(keyword.literal for keyword in KEYWORDS),
    *(rule.literals[0] for rule in RULES[::9]),
    *("Anna", "AB", "x", " ", "  ", ", ", "\n", "-", "_", ".", ":", "é Anna", "ß", "İ", "\u212a", "’", "日"),
    *("\u2028", "\u00a0", "\x1f", "\x85", "\ud800", "\udfff", "\\", '"', "\\u0040", '{"a": 1}', "[1]", "٣"),
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=10).map("".join)
keys = st.sampled_from(
    [
        "content",
        "role",
        "type",
        "name",
        "email",
        "phone",
        "password",
        "customer_id",
        "parts",
        "card_number",
        "",
    ]
) | st.sampled_from(PIECES)
numbers = (
    st.integers() | st.floats() | st.sampled_from([4242424242424242, 10**19, 10**22, 123456, -1234567.5])
)
documents = st.recursive(
    texts | numbers | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
        | inner.map(lambda value: json.dumps(value, default=str))
    ),
    max_leaves=10,
)
layouts: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"indent": 1}, {"separators": (" , ", " : ")}, {"ensure_ascii": False}]
)
POLICIES = [Policy(key=lambda: b"k" * 16), Policy(key=lambda: b"k" * 16, drops_binary=True, min_score=0.5)]
needles = st.dictionaries(
    st.sampled_from(["priya", "raman", "ögün", "example", "\ud800a"]),
    st.tuples(st.just("PERSON"), st.booleans()),
    max_size=2,
)


@st.composite
def written(draw: st.DrawFn) -> str:
    """JSON, some of it cut or with something put in."""
    text = json.dumps([draw(documents)], **draw(layouts))
    place = draw(st.integers(0, len(text)))
    change = draw(st.sampled_from(("none", "none", "cut", "insert")))
    if change == "cut":
        return text[:place]
    put_in = draw(st.sampled_from([*PIECES, *'{}[],:"0e.'])) if change == "insert" else ""
    return text[:place] + put_in + text[place:]


def scanner() -> NativeScanner:
    found = NATIVE.reader()
    assert found is not None
    return found


def redacted(
    detector: Detector, text: str, policy: Policy, known: dict[str, tuple[str, bool]]
) -> tuple[Any, ...]:
    names = TraceNames()
    names.needles = known
    found = Found(names)
    new = Redactor(detector, FindingCache(0), policy).value("content", text, found)
    return new, found.types, found.counts, set(found.learned), found.masked


@given(texts)
@settings(max_examples=500, deadline=None)
def test_finds_the_same_in_pieces(text: str) -> None:
    """In whatever can be put together from values, cues and characters of every kind."""
    assert NATIVE.find(text) == PURE.find(text)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_finds_the_same_in_any_text(text: str) -> None:
    """In any characters, lone surrogates among them."""
    assert NATIVE.find(text) == PURE.find(text)


def test_finds_the_same_on_the_corpus() -> None:
    """In prompts, chunks, JSON, code and logs in several languages."""
    for text in corpus(150, largest=4_000):
        assert NATIVE.find(text) == PURE.find(text), text


@pytest.mark.parametrize("policy", POLICIES)
@given(written(), needles)
@settings(max_examples=300, deadline=None)
def test_redacts_json_the_same(policy: Policy, text: str, known: dict[str, tuple[str, bool]]) -> None:
    """Valid, cut and broken JSON, with and without names that the trace knows."""
    assert redacted(NATIVE, text, policy, known) == redacted(PURE, text, policy, known)


@pytest.mark.parametrize("cache_bytes", [0, 100_000])
@pytest.mark.parametrize(
    "text",
    [r"log: mail dana\u0040example.com", r"jag heter \u0130nci Raman and so on", r"C:\new\table", "\\" * 70],
)
def test_escapes_in_plain_text_are_read(text: str, cache_bytes: int) -> None:
    """Text that is no JSON may be a piece of some: an address or a name may be spelled with escapes."""
    assert redacted(NATIVE, text, POLICIES[0], {}) == redacted(PURE, text, POLICIES[0], {})
    again = Redactor(NATIVE, FindingCache(cache_bytes), POLICIES[0])
    new = [again.value("content", text, Found(TraceNames())) for _ in range(2)]
    assert new == [redacted(PURE, text, POLICIES[0], {})[0]] * 2


@pytest.mark.parametrize(
    "text", ["Hold the power button for ten seconds.", '["Hold the button."]', "mail a@b.com"]
)
@pytest.mark.parametrize("detector", [PURE, NATIVE])
def test_nothing_is_passed_on_when_the_time_is_over(detector: Detector, text: str) -> None:
    """Not even what would have been found clean."""
    late = Found(TraceNames(), deadline=0.0)
    with pytest.raises(BudgetExceededError):
        Redactor(detector, FindingCache(100_000), POLICIES[0]).text("content", text, late)


@given(written())
@settings(max_examples=300, deadline=None)
def test_knows_json_as_python_does(text: str) -> None:
    """What ``json.loads`` takes is JSON, and the leaves to look at are among ``json_text.leaves``."""
    found = scanner().leaves(text)
    if found is False:
        return
    try:
        json.loads(text)
    except ValueError:
        assert found is None
        return
    assert found is not None
    everything = list(json_text.leaves(text))
    positions = [everything.index(leaf) for leaf in found]
    assert positions == sorted(positions)


def test_leaves_out_what_holds_nothing() -> None:
    """Only leaves that may hold something are given, once the keys are known."""
    text = json.dumps([{"role": "user", "content": "Hold the button.", "note": "mail a@b.com or \u2028 7"}])
    list(scanner().leaves(text) or ())
    assert [leaf[0] for leaf in scanner().leaves(text) or ()] == ["mail a@b.com or \u2028 7"]
    assert scanner().leaves(json.dumps({"role": "Hold the button."})) == ()
    assert [leaf[0] for leaf in scanner().leaves(json.dumps({"role": "Hold the x."}), ["hold"]) or ()]


@pytest.mark.parametrize("text", ["\ud800 a@b.com", "İ a@b.com", "\u212aey=abcd1234efgh5678"])
def test_leaves_to_python_what_it_cannot_tell(text: str) -> None:
    """Lone surrogates, and the two letters whose lower case is an ASCII one."""
    assert scanner().places(text) is False
    assert not scanner().is_clean(text)
    assert scanner().leaves(json.dumps([text], ensure_ascii=False)) is False
    assert NATIVE.find(text) == PURE.find(text)


def test_leaves_deep_nesting_to_python() -> None:
    """How deep Python reads depends on where it is called; and how long a number may be, on a switch."""
    assert scanner().leaves("[" * 500 + "]" * 500) is False
    assert scanner().leaves(f"[{'1' * 5_000}]") is False
    assert scanner().leaves("[" * 100_000) is False


def test_big_texts_in_several_threads() -> None:
    """Other threads run while a big text is looked at, and find the same."""
    text = "Hold the power button for ten seconds. " * 4_000 + "mail dana@example.com"
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(NATIVE.find(text))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [PURE.find(text)] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_in_a_child_forked_beside_busy_threads() -> None:
    """A child finds the same and learns keys, though threads of its parent were in the scanner."""
    done = threading.Event()
    text = json.dumps([{f"key {number}": "Hold the button."} for number in range(2_000)])

    def scan() -> None:
        while not done.is_set():
            list(NativeScanner(sys.modules["spanwright_native"], ["SECRET"]).leaves(text) or ())
            list(scanner().leaves(text) or ())

    thread = threading.Thread(target=scan)
    thread.start()
    try:
        children = [os.fork() or _exit_with(text) for _ in range(5)]
    finally:
        done.set()
        thread.join()
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 5


def _exit_with(text: str) -> int:
    same = redacted(NATIVE, text, POLICIES[0], {}) == redacted(PURE, text, POLICIES[0], {})
    os._exit(0 if same else 1)


def test_goes_without_where_it_is_not_wanted() -> None:
    """Switched off, nothing of it is used."""
    assert PURE.reader() is None
    assert Detector(native=False)._scanner is None


def test_a_subclass_is_looked_at_whole_unless_it_says_otherwise() -> None:
    """What finds more than our own detectors must not be skipped over."""

    class More(Detector):
        pass

    assert More().reader() is None


def fails(*_: object) -> None:
    raise RuntimeError("not today")


@pytest.mark.parametrize(
    "found", [None, SimpleNamespace(VERSION=0), SimpleNamespace(VERSION=1, Scanner=fails)]
)
def test_without_the_package(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, found: object
) -> None:
    """Where it is missing, of another version, or broken, masking goes on in Python; a debug line says so."""
    module.cache_clear()
    native._ours.cache_clear()
    monkeypatch.setitem(sys.modules, "spanwright_native", found)
    try:
        with caplog.at_level(logging.DEBUG):
            assert native.scanner(frozenset({"EMAIL_ADDRESS"})) is None
            assert Detector().find("mail a@b.com")
        assert "native scanner" in caplog.text
    finally:
        module.cache_clear()
        native._ours.cache_clear()
