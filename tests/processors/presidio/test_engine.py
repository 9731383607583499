"""The engine finds what Presidio finds: type, start, end, score, in its order."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import presidio_analyzer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_processors.detect.finding import Finding
from spanwright_processors.presidio import FastEngine
from support import presidio_recording as recording
from support.presidio_texts import IDENTIFIERS, WORDS, texts

from benchmarks.presidio_oracle import Oracle

#: ``make conformance`` tries thirty times the examples.
FULL = "SPANWRIGHT_TEST_CONFORMANCE" in os.environ
EXAMPLES = 3_000 if FULL else 100
CONFORMING = settings(max_examples=EXAMPLES, deadline=None)
#: Texts of the corpus that Presidio itself is asked about in every run, and their longest.
SAMPLE, LONGEST = 60, 4_000


def found(engine: FastEngine, text: str, **options: object) -> list[tuple[str, int, int, float]]:
    return [tuple(finding) for finding in engine.find(text, **options)]  # type: ignore[arg-type, misc]


def differing(
    engine: FastEngine, texts: tuple[str, ...], recorded: tuple[bytes, ...], part: slice
) -> list[str]:
    """The beginnings of the texts over which the engine differs from the recording."""
    return [
        text[:200]
        for text, digest in zip(texts[part], recorded[part], strict=True)
        if recording.digest_of(found(engine, text)) != digest
    ]


@pytest.fixture(scope="session")
def recorded() -> recording.Recording:
    return recording.read()


def test_the_recording_is_of_these_texts_and_this_presidio(recorded: recording.Recording) -> None:
    """Otherwise ``make conformance`` has to be run."""
    assert recorded.corpus == recording.corpus_digest()
    assert recorded.versions == recording.installed()
    assert len(recorded.default) == len(recording.all_texts()) >= 5_500
    assert len(recorded.locales) == len(recording.some_texts()) >= 1_500
    assert recorded.findings > 300_000


def test_the_recording_is_true(recorded: recording.Recording, oracle: Oracle, engine: FastEngine) -> None:
    """Presidio itself finds the same in texts drawn anew in every run."""
    short = [number for number, text in enumerate(recording.all_texts()) if len(text) <= LONGEST]
    for number in Random().sample(short, SAMPLE):
        text = recording.all_texts()[number]
        assert recording.digest_of(oracle.find(text)) == recorded.default[number], text
        assert found(engine, text) == oracle.find(text), text


@pytest.mark.parametrize("part", range(recording.PARTS))
def test_conforms_on_the_corpus(engine: FastEngine, recorded: recording.Recording, part: int) -> None:
    """On 5,000 prompts, chunks, JSON, code and logs in several languages, of 10 to 32,000 characters."""
    texts = recording.all_texts()
    assert differing(engine, texts, recorded.default, slice(part, None, recording.PARTS)) == []


def test_conforms_on_the_corpus_with_every_locale(
    engine_of_all_locales: FastEngine, recorded: recording.Recording
) -> None:
    """On a fifth of it, and on the examples of Presidio's documentation."""
    assert differing(engine_of_all_locales, recording.some_texts(), recorded.locales, slice(None)) == []


def what_presidio_says() -> Iterator[str]:
    """The documentation of the installed recognizers, and the lines of their code that have a digit."""
    for file in sorted((Path(presidio_analyzer.__file__).parent / "predefined_recognizers").rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        yield from (line.strip() for line in source.splitlines() if any(map(str.isdigit, line)))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield ast.get_docstring(node) or ""


def test_conforms_on_what_presidio_says_of_its_recognizers(
    engine_of_all_locales: FastEngine, oracle_of_all_locales: Oracle
) -> None:
    """Every example that stands in the documentation of the code."""
    texts = sorted(set(what_presidio_says()))
    assert len(texts) > 1_000
    for text in texts:
        assert found(engine_of_all_locales, text) == oracle_of_all_locales.find(text), text


@given(text=texts())
@CONFORMING
def test_conforms_on_odd_texts(engine: FastEngine, oracle: Oracle, text: str) -> None:
    """On identifiers that touch, miss a character, or have one of another script in them."""
    assert found(engine, text) == oracle.find(text)


@given(text=st.text(max_size=200))
@CONFORMING
def test_conforms_on_any_text(engine: FastEngine, oracle: Oracle, text: str) -> None:
    """On any characters whatever."""
    assert found(engine, text) == oracle.find(text)


@given(text=texts())
@CONFORMING
def test_conforms_with_every_locale(
    engine_of_all_locales: FastEngine, oracle_of_all_locales: Oracle, text: str
) -> None:
    """With the recognizers of all countries switched on, their validation included."""
    try:
        expected = oracle_of_all_locales.find(text)
    except (KeyError, ValueError):
        return  # a validation of Presidio's does not cope with the character
    assert found(engine_of_all_locales, text) == expected


@given(
    text=texts(),
    context=st.lists(st.sampled_from(WORDS), max_size=2),
    threshold=st.sampled_from((None, 0, 0.4, 0.5)),
)
@CONFORMING
def test_conforms_with_context_and_threshold(
    engine: FastEngine, oracle: Oracle, text: str, context: list[str], threshold: float | None
) -> None:
    """With words given as context and a least score."""
    expected = oracle.find(text, context=context, score_threshold=threshold)
    assert found(engine, text, context=context, threshold=threshold) == expected


@given(text=texts(), allowed=st.lists(st.sampled_from(IDENTIFIERS), max_size=3))
@CONFORMING
def test_conforms_with_allowed_texts(
    engine: FastEngine, oracle: Oracle, text: str, allowed: list[str]
) -> None:
    """With a list of texts that are no findings, and of patterns for such."""
    assert found(engine, text, allowed=allowed) == oracle.find(text, allow_list=allowed)
    patterns = [r"example\.com$", r"^415"]
    expected = oracle.find(text, allow_list=patterns, allow_list_match="regex")
    assert found(engine, text, allowed_patterns=patterns) == expected


@given(
    text=texts(),
    entities=st.sets(st.sampled_from(("EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "URL")), min_size=1),
)
@CONFORMING
def test_conforms_for_some_entities(
    engine: FastEngine, oracle: Oracle, text: str, entities: set[str]
) -> None:
    """Only what is asked for is found."""
    assert found(engine, text, entities=entities) == oracle.find(text, entities=sorted(entities))


def test_context_counts_five_words_before(engine: FastEngine) -> None:
    """A context word raises a score up to five words away, stop words aside."""
    near = engine.find("account apple of the pear plum fig 12345678", {"US_BANK_NUMBER"})
    far = engine.find("account apple of the pear plum fig lime 12345678", {"US_BANK_NUMBER"})
    assert near == [Finding("US_BANK_NUMBER", 35, 43, 0.4)]
    assert far == [Finding("US_BANK_NUMBER", 40, 48, 0.05)]


def test_knows_its_entities(engine: FastEngine) -> None:
    """All types that Presidio finds by patterns in English by default."""
    assert len(engine.entities) == 17
    assert {"EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "URL"} <= engine.entities


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800 12345678 \udfff", "\x00", "1" * 5_000, "(" * 5_000, "a" * 50_000, "1." * 2_000]
)
def test_survives(engine: FastEngine, text: str) -> None:
    """Texts that Presidio cannot read, or that take patterns long, raise nothing."""
    engine.find(text)
