"""What a step can ask of a span, besides its fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import SpanKind
from support.editable import editable_span

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=10,
)


@given(JSON)
def test_json_comes_back_as_written(value: Any) -> None:
    """What set_json writes, json reads, as does any decoder; the text is compact and keeps its characters."""
    span = editable_span({})
    span.set_json("k", value)
    assert span.json("k") == value
    assert json.loads(span.attributes["k"]) == value
    span._decoded.clear()
    assert span.json("k") == value


def test_json_is_decoded_once_and_anew_after_a_change() -> None:
    """Steps share one decoded object; a replaced text is decoded again."""
    span = editable_span({"k": '{"a":1}'})
    first = span.json("k")
    assert span.json("k") is first
    span.attributes["k"] = '{"a":2}'
    assert span.json("k") == {"a": 2}


@pytest.mark.parametrize("raw", [None, 5, ("[]",), "", "{", "[1,", "[" * 100_000])
def test_what_is_no_json_is_none(raw: Any) -> None:
    """Absent, of another type, broken or too deep: no step has to catch anything."""
    assert editable_span({} if raw is None else {"k": raw}).json("k") is None


@pytest.mark.parametrize(
    ("parent", "remote", "kind", "root"),
    [
        (None, None, SpanKind.INTERNAL, True),
        (1, True, SpanKind.INTERNAL, True),
        (1, False, SpanKind.SERVER, False),
        (1, None, SpanKind.INTERNAL, False),
        (1, None, SpanKind.CLIENT, False),
        (1, None, SpanKind.SERVER, True),
        (1, None, SpanKind.CONSUMER, True),
    ],
)
def test_a_local_root_has_no_parent_in_this_process(
    parent: int | None, remote: bool | None, kind: SpanKind, root: bool
) -> None:
    """Where the source does not tell, the kind decides: who serves was asked from elsewhere."""
    span = editable_span({})
    span.parent_span_id, span.parent_is_remote, span.kind = parent, remote, kind
    assert span.is_local_root is root


def test_the_operation_tells_a_genai_span() -> None:
    """It is the attribute of that name."""
    assert editable_span({"gen_ai.operation.name": "chat"}).operation == "chat"
    assert editable_span({}).operation is None
