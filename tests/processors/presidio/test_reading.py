"""Definitions are those of the installed Presidio."""

from __future__ import annotations

from pathlib import Path

from spanwright_processors.presidio import FastEngine
from spanwright_processors.presidio.definitions import Definitions
from spanwright_processors.presidio.reading import read
from spanwright_processors.presidio.selection import Selection

from benchmarks.presidio_oracle import LOCALES, Oracle

ADDED = r"""
recognizers:
  - name: Badge
    supported_language: en
    supported_entity: BADGE
    patterns:
      - {name: badge, regex: '\bB-\d{4}\b', score: 0.3}
    context: [badge]
  - name: Titles
    supported_language: en
    supported_entity: TITLE
    deny_list: [Mr., Mrs., Dr.]
"""
WHOLE = r"""
supported_languages: [en]
global_regex_flags: 26
recognizers:
  - {name: CreditCardRecognizer, type: predefined, score_thresholds: {default: 0.9}}
  - name: Badge
    type: custom
    supported_entity: BADGE
    supported_language: en
    patterns:
      - {name: badge, regex: '\bB-\d{4}\b', score: 0.3}
"""


def conforms(selection: Selection, text: str) -> Definitions:
    definitions, oracle = read(selection), Oracle(selection)
    assert [tuple(each) for each in FastEngine(definitions).find(text)] == oracle.find(text)
    return definitions


def test_default_recognizers(definitions: Definitions) -> None:
    """All that Presidio enables for English, none left out, none whose validation changed."""
    assert len(definitions.recognizers) == 17
    assert definitions.left_out == {}
    assert definitions.changed == ()
    assert definitions.versions["presidio-analyzer"]


def test_every_locale() -> None:
    """No recognizer of any country is left out."""
    definitions = read(Selection(LOCALES))
    assert len(definitions.recognizers) > 80
    assert definitions.left_out == {}
    assert definitions.changed == ()


def test_users_recognizers_are_added(tmp_path: Path) -> None:
    """A list of pattern recognizers comes on top of the others."""
    file = tmp_path / "added.yaml"
    file.write_text(ADDED)
    definitions = conforms(
        Selection(recognizers_file=str(file)), "badge B-1234 of Dr. Who, mr. x, a@example.com"
    )
    assert len(definitions.recognizers) == 19


def test_users_registry_replaces(tmp_path: Path) -> None:
    """A registry configuration says all: which recognizers, their thresholds."""
    file = tmp_path / "registry.yaml"
    file.write_text(WHOLE)
    selection = Selection(recognizers_file=str(file))
    definitions = conforms(
        selection, "badge B-1234, card 4242424242424242, a@example.com, card 4242424242424241"
    )
    assert {each.entity for each in definitions.recognizers} == {"BADGE", "CREDIT_CARD"}
