"""The spans of a trace as they are stored: everything but the text, for which references stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from .compression import compressed, decompressed
from .full_text import FullText, Value
from .pieces import Glue, Pieces, encoded, put_together, sha256, taken_apart

_FORMAT = 1


class StoredValue(NamedTuple):
    """A ``Value`` with references in the place of its text, and the text's SHA-256 and bytes (UTF-8)."""

    place: str
    key: str
    is_json: bool
    sha256: str
    size: int
    pieces: Pieces

    def value(self, get: Callable[[str], bytes]) -> Value:
        """The text again; raises ``BrokenError``, and what ``get`` raises."""
        return Value(self.place, self.key, put_together(self.pieces, get), self.is_json)


class StoredSpan(NamedTuple):
    """A span as it is stored; ``head`` is a ``FullText`` without values."""

    head: FullText
    values: tuple[StoredValue, ...]


def stored_span(span: FullText, pieces: dict[str, bytes]) -> StoredSpan:
    """``span`` as it is stored; what it refers to is added to ``pieces``."""
    values = []
    for value in span.values:
        whole = encoded(value.text)
        taken = taken_apart(value.text, pieces)
        values.append(StoredValue(value.place, value.key, value.is_json, sha256(whole), len(whole), taken))
    return StoredSpan(replace(span, values=()), tuple(values))


def written(spans: Iterable[StoredSpan]) -> bytes:
    """One object with ``spans``."""
    rows = [{"head": span.head.fields(), "values": span.values} for span in spans]
    content = json.dumps({"format": _FORMAT, "spans": rows}, ensure_ascii=False, separators=(",", ":"))
    return compressed(encoded(content))


def read(content: bytes) -> list[StoredSpan]:
    """The spans of an object; raises ``ValueError`` for any other."""
    document = json.loads(decompressed(content).decode("utf-8", "surrogatepass"))
    if document["format"] != _FORMAT:
        raise ValueError(f"format {document['format']} is not known here")
    return [
        StoredSpan(FullText.of(row["head"]), tuple(map(_value, row["values"]))) for row in document["spans"]
    ]


def _value(row: Sequence[Any]) -> StoredValue:
    place, key, is_json, digest, size, (references, glue) = row
    pieces = Pieces(tuple(references), Glue(*glue) if glue else None)
    return StoredValue(place, key, is_json, digest, size, pieces)
