"""The spans that other libraries really emitted, kept under tests/fixtures/dialects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from spanwright_analysis.otlp_file import OtlpFile
from spanwright_processors.span import EditableSpan

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "dialects"


def names() -> list[str]:
    """All fixtures."""
    return sorted(path.parent.name for path in FOLDER.glob("*/spans.jsonl"))


def spans(name: str) -> list[EditableSpan]:
    """The spans of one fixture, in the order in which they ended."""
    return list(OtlpFile(FOLDER / name / "spans.jsonl"))


def leaves(value: Any) -> Iterator[Any]:
    """All that is no list and no map in ``value``."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value
