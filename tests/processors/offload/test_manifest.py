from __future__ import annotations

import json

import pytest
from spanwright_processors.offload.compression import compressed
from spanwright_processors.offload.full_text import FullText, Value
from spanwright_processors.offload.manifest import read, stored_span, written
from spanwright_processors.offload.pieces import encoded, sha256
from support.full_texts import START_NS, conversation


def test_a_span_comes_back() -> None:
    """The object has everything but the text; with the pieces it is whole, hashes and sizes too."""
    values = (
        Value("attributes", "gen_ai.input.messages", conversation(40)),
        Value("status", "", "lone \ud800 surrogate, grüße"),
        Value("body", "", '{"a":1}', is_json=True),
    )
    span = FullText(7, 8, "chat \ud800", START_NS, values, "3f2a", "ab" * 32, {"name": "support"})
    pieces: dict[str, bytes] = {}
    content = written([stored_span(span, pieces)])
    (back,) = read(content)
    assert tuple(value.value(pieces.__getitem__) for value in back.values) == values
    assert (back.head.trace_id, back.head.user, back.head.labels) == (7, "3f2a", {"name": "support"})
    assert [(value.sha256, value.size) for value in back.values] == [
        (sha256(encoded(value.text)), len(encoded(value.text))) for value in values
    ]
    assert len(content) < len(conversation(40)) / 4


def test_another_format_is_refused() -> None:
    """What a later version wrote is not guessed at."""
    with pytest.raises(ValueError, match="format 2 is not known"):
        read(compressed(json.dumps({"format": 2, "spans": []}).encode()))
