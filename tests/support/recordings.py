"""Recorded exchanges with real providers, replayed over a scripted wire. They are no part of the project."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.wire import Answer, Wire

VARIABLE = "SPANWRIGHT_RECORDINGS"
_DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "recordings"
#: Headers that describe the body as it was sent, not as it is recorded.
_OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding", "connection"}


@dataclass(frozen=True)
class Recorded:
    """The exchanges of one recording: what was asked, as JSON, and what came back."""

    requests: tuple[dict[str, Any], ...]
    answers: tuple[Answer, ...]

    def wire(self) -> Wire:
        """The other end, answering as it did."""
        return Wire(self.answers)


@cache
def recorded(name: str) -> Recorded:
    """The recording ``provider/name``; the test is skipped where the recordings are not there."""
    folder = Path(os.environ.get(VARIABLE, "") or _DEFAULT)
    path = folder / f"{name}.yaml"
    if not folder.is_dir():
        pytest.skip(f"no recordings at {folder}: set {VARIABLE} to their folder")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    interactions = yaml.load(path.read_bytes(), Loader=loader)["interactions"]
    return Recorded(
        tuple(json.loads(each["request"]["body"]) for each in interactions),
        tuple(_answer(each["response"]) for each in interactions),
    )


def _answer(response: dict[str, Any]) -> Answer:
    body = response["body"]["string"]
    headers = {name.lower(): values[0] for name, values in response["headers"].items()}
    kept = {name: value for name, value in headers.items() if name not in _OF_THE_WIRE}
    data = body.encode() if isinstance(body, str) else body
    # In pieces that respect no boundary of lines, as a network delivers them.
    parts = tuple(data[at : at + 301] for at in range(0, len(data), 301))
    return Answer(parts, response["status"]["code"], kept)
