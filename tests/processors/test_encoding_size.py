"""How large a span is, without encoding it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from spanwright_processors.encoding_size import encoded_size
from support.spans import ended

VALUES = st.one_of(
    st.text(max_size=2000), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.binary(max_size=500)
)


@settings(max_examples=50)
@given(st.dictionaries(st.text(min_size=1, max_size=20), st.one_of(VALUES, st.lists(VALUES, max_size=20))))
def test_the_size_is_estimated_without_encoding(attributes: dict[str, Any]) -> None:
    """The estimate is the real OTLP size, give or take 20 bytes a value, and not below it for long text."""
    span = ended("name", attributes)
    request = encode_spans([span])
    real = request.resource_spans[0].scope_spans[0].spans[0].ByteSize()
    values = sum(len(value) if isinstance(value, list) else 1 for value in attributes.values())
    assert real * 0.98 <= encoded_size(span) <= real + 100 + 20 * (values + len(attributes))
