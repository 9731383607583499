"""What other instrumentations write is masked, wherever normalising leaves it."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.dialects.originals import Originals
from spanwright_processors.settings import build_chain, load_settings
from spanwright_processors.span import EditableSpan
from support import dialects

#: Of the same length as the word it stands for, since packed records tell lengths.
WORD, ADDRESS = "Lisbon", "a@b.co"
#: Libraries that write no content on spans.
WITHOUT_CONTENT = ("anthropic_native", "semconv_v1_28", "semconv_v1_37", "mcp_native")


def planted(value: Any) -> Any:
    """``value`` with an address wherever it had the word."""
    if isinstance(value, str):
        return value.replace(WORD, ADDRESS)
    if isinstance(value, bytes):
        return value.replace(WORD.encode(), ADDRESS.encode())
    if isinstance(value, dict):
        return {key: planted(item) for key, item in value.items()}
    return tuple(map(planted, value)) if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("originals", list(Originals))
@pytest.mark.parametrize("name", dialects.names())
def test_no_address_leaves(name: str, originals: Originals) -> None:
    """Translated, moved or kept: no attribute, event, name or status text holds the address."""
    settings = load_settings(
        {"SPANWRIGHT_NORMALISE_ORIGINALS": originals.value, "SPANWRIGHT_HASH_KEY": "k" * 32}
    )
    chain = build_chain(settings)
    spans = dialects.spans(name)
    hidden = 0
    for span in spans:
        span.name = planted(span.name)
        span.attributes = planted(span.attributes)
        span.status_description = planted(span.status_description)
        for event in span.events:
            event.attributes = planted(event.attributes)
        hidden += ADDRESS in text_of(span)
        chain.process(span)
        assert ADDRESS not in text_of(span)
        assert "spanwright.processing.failed_steps" not in span.attributes
    assert hidden or name in WITHOUT_CONTENT


def text_of(span: EditableSpan) -> str:
    events = [(event.name, event.attributes) for event in span.events]
    return repr((span.name, span.attributes, span.status_description, events))
