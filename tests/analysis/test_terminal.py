"""Where output goes."""

from __future__ import annotations

import pytest
from spanwright_analysis.terminal import PIPED_WIDTH, complain, output


def test_a_pipe_has_a_fixed_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output is the same wherever it is piped, unless a width is asked for."""
    monkeypatch.setenv("COLUMNS", "40")
    assert output().width == PIPED_WIDTH
    assert output(200).width == 200


def test_complaints_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """And give the exit code of a command that could not do its work."""
    assert complain("Cannot do it: no. Do that instead.") == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "spanwright: Cannot do it: no. Do that instead.\n")
