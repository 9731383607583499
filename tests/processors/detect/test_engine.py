"""The detectors together: gates, negatives, adversarial texts, the cache."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import spanwright_processors
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.detect import Detector, Entity, Finding, FindingCache, find, merge
from spanwright_processors.detect.engine import is_plain, lower_case
from spanwright_processors.detect.finding import PLACEHOLDER_WORDS
from support.findings import found
from support.scanners import NATIVE, PURE

NEGATIVES = [
    "550e8400-e29b-41d4-a716-446655440000",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "2026-11-23T12:03:11.123456Z took 0.123456789 s at 1732356000 (1732356000123 ms, 1732356000123456789 ns)",
    "-0.0012345678901234, 3.141592653589793, 6.02214076e+23, 1e-10, 123456.789",
    "order 20261123-000123, invoice INV-2026-0001234, ticket #1234567, SKU 0012-3456-78",
    "v1.2.3, 1.2.3.4.5, python 3.11.7, numpy==1.26.4, node v20.11.1, Chrome/120.0.0.0",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
    "def f(x: int = 1234567890) -> str: return self.seekable(x)[::2]",
    "SELECT id, name FROM users WHERE id = 1234567890 AND created > '2024-01-01'",
    "for (int i = 0; i < 1000000; i++) { std::cout << a[i] << std::endl; }",
    "chat gpt-4o-2024-08-06 chatcmpl-A1b2C3d4E5f6G7h8I9j0K1l2 call_abc123 fp_0123456789",
    "[0.0123, -0.4567, 0.8901, 0.2345, 0.6789, 0.1234567, 0.7654321]",
    "The meeting is on 23.11.2026 at 14:30 in room 204; 1,234,567 people and $1,234,567.89.",
    "rows 100-200 of 1000000, 1920x1080, 4:3, 99.99 %, 10^6, 5/7, 0x1F2E3D4C5B6A7988",
    "https://example.com/a/b?page=2&size=100#top and s3://bucket/key/2024/11/23/part-00001.parquet",
    '{"a": 1234567890, "b": [1.5, 2.25], "c": "2024-11-23", "d": "d41d8cd98f00b204e9800998ecf8427e"}',
    'Traceback (most recent call last):\n  File "/app/main.py", line 1234, in <module>\nValueError: bad',
    "ISBN 978-3-16-148410-0, DOI 10.1000/182, RFC 5322, ISO 8601, UTF-8, A4",
    "Hello! How can I help you today? I am happy to explain. Thanks, I will look into it.",
    "usage: 12 input tokens, 345 output tokens, total_tokens=357, max_tokens: 4096",
    "Error 404: page not found (code=1234567, shard 12/345, offset 99999999)",
]


@pytest.mark.parametrize("text", NEGATIVES)
def test_leaves_what_is_neither_personal_nor_secret(text: str) -> None:
    """Ids, hashes, numbers of all kinds, dates, versions, code, base64 and ordinary sentences."""
    assert found(text) == []


def test_leaves_its_own_source_code() -> None:
    """The source of this distribution holds secrets' shapes and names' cues, and hardly anything is found."""
    root = Path(spanwright_processors.__file__).parent
    sources = [path.read_text() for path in sorted(root.rglob("*.py")) if "detect" not in path.parts]
    hits = [hit for source in sources for hit in found(source)]
    assert len(hits) <= 3, hits


@given(st.text(), st.sampled_from(["mail a.b@example.com now", "4242 4242 4242 4242", "ghp_" + "a1B2" * 9]))
def test_finds_whatever_stands_around(noise: str, value: str) -> None:
    """A blank on both sides is enough, whatever text is beyond it."""
    start = len(noise) + 1
    covered = {at for finding in find(f"{noise} {value} {noise}") for at in range(finding.start, finding.end)}
    for finding in find(value):
        assert covered >= set(range(start + finding.start, start + finding.end))


@given(st.text(alphabet=st.sampled_from("ab @.:/-_=+0123456789eyJskAIzaI'm\nİ’é😀\ud800"), max_size=300))
def test_findings_lie_in_the_text_in_order_and_apart(text: str) -> None:
    """Findings are sorted, non-empty, within the text, and do not overlap."""
    end = 0
    for finding in find(text):
        assert end <= finding.start < finding.end <= len(text)
        assert 0 < finding.score <= 1
        end = finding.end


@given(st.text())
def test_lower_case_keeps_positions(text: str) -> None:
    """The lower-case form has the same length."""
    assert len(lower_case(text)) == len(text)


@given(st.text(max_size=18))
def test_plain_texts_hold_nothing(text: str) -> None:
    """The short cut for short texts never hides a finding."""
    if is_plain(text):
        detector = Detector()
        assert merge(detector.find(text + " .")) == []


def test_placeholders_are_found_by_nothing() -> None:
    """Placeholders and pseudonyms match no pattern, alone or together."""
    names = [*PLACEHOLDER_WORDS.values(), "OVERSIZE"]
    marks = [f"[{name}]" for name in names] + [
        f"[{name}_{code}]" for name in names for code in ("01234567", "deadbeef")
    ]
    for text in (
        *marks,
        " ".join(marks),
        "".join(marks),
        "I'm " + ", I'm ".join(marks),
        "password=" + marks[0],
    ):
        assert found(text) == [], text


@pytest.mark.parametrize(
    "piece",
    [
        "a", "1", "@", "a@", "a.", "a@a.", "1 ", "1-", "12 ", "4242 ", "(1", "+1 ", ":", "1:", "a:",
        "::", "1.", "1.1.1.", "sk-", "sk-a1", "eyJ", "eyJa1b2c3d4.", "eyJa1b2c3d4.eyJa1b2c3d4", "://",
        "://a:", "://a:b@", "password=", "password is ", "key", "api key ", "pass", "token: ",
        "bearer ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "I'm ", "I'm A", "A ", "Aa ",
        "Dear A-", "name is ", "name is a ", "DE89 ", "DE89A", "iban de89 ", "AA11", "ssn ",
        "SSN 123456789", "1234567 ", "0123-", "415-555-267", "\\", "\\u0040", "[", '{"', '"', "_", "-",
        "=", "x_-", "Aé", "İ", "hooks.slack.com/services/", "/api/webhooks/1",
    ],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    """100 kB of anything repeated is looked at in well under a second of processor time."""
    text = piece * (100_000 // len(piece))
    Detector().find("+1 415-555-2671")  # the library is imported once
    begun = time.process_time()
    find(text)
    assert time.process_time() - begun < 2.0


def test_import_is_light() -> None:
    """Importing the engine imports neither phonenumbers nor Presidio nor spaCy."""
    code = (
        "import sys, spanwright_processors.detect\n"
        "heavy = {'phonenumbers', 'presidio_analyzer', 'spacy', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_cache_gives_what_the_engine_gives() -> None:
    """A text seen before is not looked at again, with the same result."""
    asked: list[str] = []
    cache = FindingCache(100_000)

    def counting(text: str) -> list[Finding]:
        asked.append(text)
        return find(text)

    text = "mail a.b@example.com " * 20
    assert list(cache(text, counting)) == list(cache(text, counting)) == find(text)
    assert asked == [text]


def test_cache_holds_no_text() -> None:
    """Keys are digests, values are positions."""
    cache = FindingCache(100_000)
    cache("secret person: a.b@example.com " * 20, find)
    assert not re.search("secret|example", repr(vars(cache)))


def test_cache_is_bounded() -> None:
    """Old texts are forgotten when the bytes are used up."""
    cache = FindingCache(20_000)
    for number in range(1000):
        cache(f"text {number} " * 40, find)
    assert len(cache._young) + len(cache._old) <= 110


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    """0 switches the cache off."""
    cache = FindingCache(0)
    cache("a.b@example.com " * 40, find)
    assert not cache._young


@settings(max_examples=30)
@given(st.sets(st.sampled_from(list(Entity))))
def test_only_the_entities_asked_for(entities: set[Entity]) -> None:
    """A detector finds nothing of a type it was not asked for."""
    text = (
        "I'm Priya, a.b@example.com, 4242 4242 4242 4242, NO9386011117947, 203.0.113.7, 123-45-6789, "
        "+1 415-555-2671, password=hunter22; 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa; 00:1A:2B:3C:4D:5E; "
        "401 023 2137; 912-70-1234; DEA BB1388568; passport 512345678; driver's license D1234567; "
        "account 12345678"
    )
    assert {finding.type for finding in find(text, entities)} == entities


#: What another engine may have found: whole, cut, longer, by chance.
AROUND = (
    "dana@example.com", "a.b@c.example.org", "%40", "@", "415-555-2671", "(415) 555-2671", "+1 415 555 2671",
    "+44 20 7946 0958", "ext. 12", " x7", "call me at ", "phone: ", " ", ", ", ".", "-", "!", "é",
    "4111 1111 1111 1111", "078-05-1120", "GB82 WEST 1234 5698 7654 32", "2024-11-23", "(", ")",
    "postgres://u:p@db.example.com",
)  # fmt: skip


@given(
    text=st.lists(st.sampled_from(AROUND), max_size=8).map("".join),
    others=st.lists(
        st.tuples(
            st.sampled_from((Entity.EMAIL_ADDRESS, Entity.PHONE_NUMBER, Entity.US_SSN)),
            st.integers(0, 60),
            st.integers(1, 40),
            st.sampled_from((0.4, 0.75, 1.0)),
        ),
        max_size=3,
    ),
    shifts=st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=6, max_size=6),
)
@settings(deadline=None, max_examples=300)
def test_what_is_known_is_not_needed_twice(
    text: str, others: list[tuple[Entity, int, int, float]], shifts: list[tuple[int, int]]
) -> None:
    """What is left out beside another engine's findings changes nothing, with the scanner and without it."""
    known = [Finding(kind, start, min(start + size, len(text)), score) for kind, start, size, score in others]
    for (kind, start, end, score), (left, right) in zip(find(text), shifts, strict=False):
        known.append(Finding(kind, max(0, start + left), min(len(text), end + right), score))
    known = [each for each in known if each.start < each.end]
    for detector in (PURE, NATIVE):
        expected = merge([*known, *detector.candidates(text)])
        assert merge([*known, *detector.candidates(text, known)]) == expected
