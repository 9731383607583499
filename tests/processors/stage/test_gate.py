"""Only those who show a token come in."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.stage.gate import Gate


def test_without_a_file_everybody_comes_in() -> None:
    """No token is asked for by default: the stage listens on loopback then."""
    assert Gate(None).admits(None)


def test_any_token_of_the_file_comes_in(tmp_path: Path) -> None:
    """Two at once, so that senders can change over one by one; both HTTP's and gRPC's kind of value."""
    file = tmp_path / "tokens"
    file.write_text("first-token\n\n  second-token  \n")
    gate = Gate(file)
    assert gate.admits("Bearer first-token")
    assert gate.admits(b"bearer second-token")


@pytest.mark.parametrize(
    "given",
    [None, "", "Bearer", "Bearer ", "Bearer first", "Basic first-token", "first-token", b"Bearer \xff"],
)
def test_nothing_else_comes_in(tmp_path: Path, given: str | bytes | None) -> None:
    """Neither half a token nor another scheme."""
    file = tmp_path / "tokens"
    file.write_text("first-token\n")
    assert not Gate(file).admits(given)


def test_reload_takes_the_new_tokens_and_keeps_the_old_of_a_bad_file(tmp_path: Path) -> None:
    """An empty file must not lock everybody out, nor let everybody in."""
    file = tmp_path / "tokens"
    file.write_text("old")
    gate = Gate(file)
    file.write_text("")
    with pytest.raises(ValueError, match="it holds no token"):
        gate.reload()
    assert gate.admits("Bearer old")
    file.write_text("new")
    gate.reload()
    assert gate.admits("Bearer new")
    assert not gate.admits("Bearer old")


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    """It names the setting and the file."""
    with pytest.raises(ValueError, match=r"Cannot use stage.bearer_tokens_file=.*FileNotFoundError"):
        Gate(tmp_path / "none")
