"""What is wrong with the user's file is said at start."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.presidio.recognizers_file import check_recognizers_file

GOOD = """
recognizers:
  - name: Ticket
    supported_entity: TICKET
    patterns: [{name: ticket, regex: 'TK-\\d{4}(?i:x)?', score: 0.5}]
  - name: Words
    supported_entity: WORD
    deny_list: [Acme]
  - CreditCardRecognizer
"""


@pytest.mark.parametrize("text", [GOOD, f"recognizer_registry:\n{GOOD.replace(chr(10), chr(10) + '  ')}"])
def test_a_good_file_passes(tmp_path: Path, text: str) -> None:
    """A list of recognizers, or the configuration of a registry."""
    file = tmp_path / "own.yaml"
    file.write_text(text)
    check_recognizers_file(str(file))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("recognizers: [", "it is no YAML"),
        ("- a", "it has no list named recognizers"),
        ("recognizers: {}", "it has no list named recognizers"),
        (GOOD.replace("TK-", "("), "recognizer Ticket: the regex of pattern ticket cannot be compiled"),
        (GOOD.replace("0.5", "5"), "recognizer Ticket: the score of pattern ticket is not between 0 and 1"),
        (GOOD.replace("regex:", "regexp:"), "recognizer Ticket: pattern ticket has no regex"),
        ("recognizers: [{patterns: 5}]", "recognizer number 1: patterns is no list"),
    ],
)
def test_a_bad_one_says_where(tmp_path: Path, text: str, problem: str) -> None:
    """Every problem with the recognizer's and the pattern's name."""
    file = tmp_path / "own.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"^Cannot use mask\.recognizers=.* instead\.$") as error:
        check_recognizers_file(str(file))
    assert problem in str(error.value)


def test_a_missing_one_is_said() -> None:
    """With its path."""
    with pytest.raises(ValueError, match=r"mask\.recognizers=nowhere\.yaml: there is no such file"):
        check_recognizers_file("nowhere.yaml")
