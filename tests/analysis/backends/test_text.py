"""How files are written."""

from __future__ import annotations

import json

import yaml
from spanwright_analysis.backends.text import json_text, yaml_text


def test_what_is_written_is_what_is_read() -> None:
    """Several lines stay lines, one list used twice is written twice, the head says where it comes from."""
    shared = ["a"]
    value = {"text": "one\ntwo", "lists": [shared, shared], "number": 0.5, "é": None}
    text = yaml_text(value)
    assert yaml.safe_load(text) == value
    assert text.startswith("# Made by `spanwright backends`")
    assert "&id" not in text
    assert "|-\n" in text
    assert json.loads(json_text(value)) == value
    assert json_text(value).endswith("}\n")
