"""The setting that says who records a call."""

from __future__ import annotations

import logging

import pytest
from spanwright_instrumentation.emitter import EMITTER_VARIABLE, NATIVE_VARIABLE, Choice, choice


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, Choice()),
        ("", Choice()),
        ("outermost", Choice()),
        ("spanwright", Choice(ours_inside_frameworks=True)),
        (" OpenAI=other , anthropic=native", Choice(False, frozenset({"anthropic"}), frozenset({"openai"}))),
        ("spanwright,cohere=other", Choice(True, frozenset(), frozenset({"cohere"}))),
    ],
)
def test_setting(monkeypatch: pytest.MonkeyPatch, value: str | None, expected: Choice) -> None:
    """A word for all libraries, and a library's own choice, in any case and order."""
    monkeypatch.delenv(NATIVE_VARIABLE, raising=False)
    monkeypatch.delenv(EMITTER_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(EMITTER_VARIABLE, value)
    assert choice() == expected


def test_older_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The older variable adds the libraries it names."""
    monkeypatch.setenv(NATIVE_VARIABLE, "anthropic, mistralai")
    monkeypatch.setenv(EMITTER_VARIABLE, "openai=native")
    assert choice().native == {"anthropic", "mistralai", "openai"}


def test_unknown_word(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be read is quoted once and left out; the rest holds."""
    monkeypatch.setenv(EMITTER_VARIABLE, "openai=mine,cohere=other,first")
    with caplog.at_level(logging.WARNING):
        assert choice().other == {"cohere"}
        assert choice().other == {"cohere"}
    messages = [record.getMessage() for record in caplog.records]
    assert [message.partition(" in ")[0] for message in messages] == [
        "Cannot read 'openai=mine'",
        "Cannot read 'first'",
    ]
