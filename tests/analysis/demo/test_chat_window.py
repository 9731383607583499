"""The bot's console."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spanwright_analysis.demo.chat_window import ChatWindow


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def shown(capsys: pytest.CaptureFixture[str], *pieces: str) -> str:
    window = ChatWindow()
    window.speaker("bot")
    for piece in pieces:
        window.say(piece)
    window.end()
    return capsys.readouterr().out


def test_long_texts_wrap_under_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines keep within the width and begin where the text began."""
    lines = shown(capsys, "word " * 60).splitlines()
    assert len(lines) == 4
    assert max(map(len, lines)) <= 108
    assert all(line.startswith(" " * 10 + "word") for line in lines[1:])


def test_a_narrow_terminal_is_not_overrun(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``COLUMNS`` says how wide it is."""
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, shown(capsys, "word " * 60).splitlines())) <= 60


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.text("ab ,.", min_size=1, max_size=12), max_size=60))
def test_no_letter_is_lost(capsys: pytest.CaptureFixture[str], pieces: list[str]) -> None:
    """Whatever the pieces of a stream are, all of their letters are shown in their order."""
    text = shown(capsys, *pieces)
    assert "".join(text.split()) == "bot" + "".join("".join(pieces).split())
