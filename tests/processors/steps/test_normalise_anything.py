"""Normalising spans of any attributes at all."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.trace import SpanKind
from spanwright_processors.dialects.originals import Originals
from spanwright_processors.dialects.table import Rule, builtin_tables
from spanwright_processors.span import EditableSpan
from spanwright_processors.steps.normalise import Normalise, NormaliseSettings
from spanwright_semconv import violations
from support.editable import editable_span


def normalised(span: EditableSpan, originals: Originals = Originals.REPLACE) -> EditableSpan:
    Normalise(NormaliseSettings(originals=originals))(span)
    return span


def state(span: EditableSpan) -> Any:
    return copy.deepcopy((span.name, span.kind, span.attributes))


def foreign(attributes: dict[str, Any], scope: str, **more: Any) -> EditableSpan:
    span = editable_span(attributes, **more)
    span.scope_name = scope
    return span


def pattern(key: str) -> str:
    return ".".join("*" if part.isdigit() else part for part in key.split("."))


def known_keys() -> list[str]:
    """An attribute for every entry of every table, and some that no table knows."""
    keys = {key for table in builtin_tables() for key in table.exact}
    families = {
        f"{family}0{ending or '.role'}" for table in builtin_tables() for family, ending, _ in table.families
    }
    official = {"gen_ai.request.model", "gen_ai.usage.input_tokens", "gen_ai.tool.definitions", "server.port"}
    return sorted(keys | families | official | {"gen_ai.nothing", "mcp.nothing", "other"})


VALUES = st.one_of(
    st.integers(-5, 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.sampled_from(
        ["LLM", "chat", "tool", "openai", "stop", "", "{", "[]", '{"role":"user","content":"hi"}']
    ),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.lists(st.text(max_size=4), max_size=3).map(tuple),
    st.dictionaries(st.sampled_from(["role", "content", "model", "input_tokens"]), st.integers(), max_size=2),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    ["role", "content", "type", "text", "message", "parts", "tool_calls", "id", "name"]
                ),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=8,
    ).map(json.dumps),
)
SPANS = st.builds(
    lambda attributes, scope, name, kind: foreign(attributes, scope, name=name, kind=kind),
    st.dictionaries(st.sampled_from(known_keys()), VALUES, max_size=12),
    st.sampled_from(["x", *(scope for table in builtin_tables() for scope in table.scopes)]),
    st.sampled_from(["chat m", "openai.chat", "running tools", "a.tool", "x"]),
    st.sampled_from([SpanKind.INTERNAL, SpanKind.CLIENT]),
)


@settings(max_examples=600, deadline=None)
@given(SPANS, st.sampled_from(Originals))
def test_any_attributes_at_all(span: EditableSpan, originals: Originals) -> None:
    """Whatever stands there: nothing raises, twice is once, and without originals the registry holds."""
    normalised(span, originals=originals)
    before = state(span)
    assert state(normalised(span, originals=originals)) == before
    if originals is Originals.REPLACE:
        assert violations(span) == []


TOKENS = st.integers(10**5, 10**6).map(lambda number: f"v{number}")


@settings(max_examples=600, deadline=None)
@given(
    st.dictionaries(st.sampled_from(known_keys()), TOKENS, max_size=12),
    st.sampled_from(["x", *(scope for table in builtin_tables() for scope in table.scopes)]),
)
def test_no_text_is_lost(attributes: dict[str, str], scope: str) -> None:
    """Every word of every attribute is on the span afterwards, or its attribute is named as dropped."""
    tables = {key: rule for table in builtin_tables() for key, rule in table.exact.items()}
    span = normalised(foreign(dict(attributes), scope, name="x"))
    dropped = span.attributes.get("spanwright.original.dropped_keys", ())
    kept = json.dumps([span.name, span.attributes], default=str)
    for key, word in attributes.items():
        if pattern(key) not in dropped and not is_user(tables.get(key)):
            assert word in kept, key


def is_user(rule: Rule | None) -> bool:
    return rule is not None and "user.id" in rule.targets
