"""What the guide on masking shows can be used as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spanwright_processors.masking.engines import make_detector
from spanwright_processors.masking.settings import MaskSettings
from spanwright_processors.settings import load_settings

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "masking.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
SETTINGS = [block for block in BLOCKS if "mask:" in block]
RECOGNIZERS = next(block for block in BLOCKS if "supported_entity" in block)


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_settings_are_accepted(number: int, tmp_path: Path) -> None:
    """Every key is one, with a value that it takes."""
    file = tmp_path / "spanwright.yaml"
    file.write_text(SETTINGS[number], encoding="utf-8")
    assert load_settings({"SPANWRIGHT_CONFIG_FILE": str(file)}).sections["mask"] != MaskSettings()


def test_recognizers_are_compiled(tmp_path: Path) -> None:
    """By Presidio, context words and deny lists included."""
    file = tmp_path / "recognizers.yaml"
    file.write_text(RECOGNIZERS, encoding="utf-8")
    text = "see ticket TK-123456 about Bluebird"
    found = make_detector(MaskSettings(recognizers=str(file)), None).find(text)
    assert {(one.type, text[one.start : one.end]) for one in found} == {
        ("TICKET_ID", "TK-123456"),
        ("PROJECT_NAME", "Bluebird"),
    }
