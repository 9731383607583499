"""Which recognizers are chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.presidio.selection import Selection


def test_digest_follows_the_file(tmp_path: Path) -> None:
    """What is compiled changes with the file's contents and the locales, not with their order."""
    file = tmp_path / "recognizers.yaml"
    file.write_text("recognizers: []")
    first = Selection(("us", "uk"), str(file)).digest()
    assert first == Selection(("uk", "us"), str(file)).digest()
    file.write_text("recognizers: [] # changed")
    assert first != Selection(("us", "uk"), str(file)).digest()
    assert Selection().digest() != Selection(("us",)).digest()


def test_refuses_what_cannot_be(tmp_path: Path) -> None:
    """A locale is a country code, a file is there."""
    with pytest.raises(ValueError, match="Cannot use locale 'en_US'"):
        Selection(("en_US",))
    with pytest.raises(ValueError, match="Cannot read recognizers from"):
        Selection(recognizers_file=str(tmp_path / "missing.yaml"))
