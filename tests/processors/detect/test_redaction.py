"""Texts, JSON and nested values without what the policy masks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spanwright_processors.detect import Detector, Entity, FindingCache
from spanwright_processors.detect.found import Found
from spanwright_processors.detect.policy import Action, Policy
from spanwright_processors.detect.redaction import Redactor
from spanwright_processors.detect.replacement import OVERSIZE
from spanwright_processors.detect.trace_memory import TraceNames
from support.scanners import NATIVE, PURE

KEY = b"0123456789abcdef"
PLANTED = {
    "john.doe@example.com": "[EMAIL]",
    "4242 4242 4242 4242": "[CARD]",
    "+1 415-555-2671": "[PHONE]",
    "GB29 NWBK 6016 1331 9268 19": "[IBAN]",
    "203.0.113.77": "[IP]",
    "123-45-6789": "[SSN]",
    "ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2": "[SECRET]",
    "sk-proj-abcdEFGH1234567890abcd": "[SECRET]",
}
# Without digits, which glued to an address make it a part of something else.
noise = st.text(st.characters(exclude_categories=["Nd"]), max_size=20)
planted = st.builds(
    lambda before, value, after: f"{before} {value} {after}", noise, st.sampled_from(list(PLANTED)), noise
)
leaves = st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | noise | planted
keys = st.sampled_from(["content", "text", "items", "note", "名前", "a b", "parts", "role"])
documents = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(keys, inner, max_size=4)
        | inner.map(lambda value: json.dumps([value]))
    ),
    max_leaves=12,
)
layouts = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def redactor(
    policy: Policy | None = None, cache_bytes: int = 0, detector: Detector | None = None
) -> Redactor:
    return Redactor(detector or NATIVE, FindingCache(cache_bytes), policy or Policy(key=lambda: KEY))


def masked(value: Any, key: str = "", policy: Policy | None = None) -> Any:
    """The same with the native scanner, where there is one, and without it."""
    native = redactor(policy).value(key, value, Found(TraceNames()))
    pure = redactor(policy, detector=PURE).value(key, value, Found(TraceNames()))
    assert repr(native) == repr(pure)
    return native


@settings(max_examples=200, deadline=None)
@given(documents, layouts)
@example(['["[2293871694816220]"]'], {})
def test_json_stays_valid_and_holds_nothing_planted(document: Any, layout: dict[str, Any]) -> None:
    """Valid JSON in, valid JSON out, at any nesting and spelling, without any of the planted values."""
    text = json.dumps([document], **layout)
    result = masked(text)
    decoded = json.loads(result)
    assert _shape(decoded) == _shape(json.loads(text))
    everything = json.dumps(_unwrapped(decoded), ensure_ascii=False)
    assert not [value for value in PLANTED if value in everything]


def _unwrapped(node: Any) -> Any:
    """``node`` with JSON inside strings decoded."""
    if isinstance(node, str) and node.lstrip().startswith(("[", "{")):
        try:
            return _unwrapped(json.loads(node))
        except ValueError:
            return node
    if isinstance(node, list):
        return [_unwrapped(item) for item in node]
    if isinstance(node, dict):
        return {key: _unwrapped(item) for key, item in node.items()}
    return node


def _shape(node: Any) -> Any:
    if isinstance(node, list):
        return [_shape(item) for item in node]
    if isinstance(node, dict):
        return {key: _shape(item) for key, item in node.items()}
    return str if isinstance(node, str) or _is_long(node) else node


def _is_long(node: Any) -> bool:
    """True for a number that a card's may be, which becomes a string."""
    return isinstance(node, int) and abs(node) > 10**12


@settings(max_examples=200, deadline=None)
@given(documents, layouts)
def test_masking_is_idempotent(document: Any, layout: dict[str, Any]) -> None:
    """What was masked is not changed by masking it again."""
    once = masked(json.dumps(document, **layout))
    assert masked(once) == once


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab @.:/-=+0123456789'\n[]{}\"\\,Im(")), st.sampled_from(list(PLANTED))
)
@example("[", "4242 4242 4242 4242")
@example('{"a', "john.doe@example.com")
def test_masking_text_is_idempotent(text: str, value: str) -> None:
    """Also for text that is nearly JSON, and for values glued to others."""
    for glued in (text + value, value + text, f"{text} {value} {text}", f"{value}{value}"):
        once = masked(glued)
        assert masked(once) == once


@settings(max_examples=200, deadline=None)
@given(documents, layouts)
def test_everything_else_is_byte_identical(document: Any, layout: dict[str, Any]) -> None:
    """Between the placeholders every byte is as it was."""
    text = json.dumps(document, **layout)
    result, position = masked(text), 0
    for piece in _pieces(result):
        found = text.find(piece, position)
        assert found >= 0
        position = found + len(piece)


def _pieces(text: str) -> list[str]:
    for placeholder in {*PLANTED.values(), "[NAME]"}:
        text = text.replace(placeholder, "\0")
    return text.split("\0")


@pytest.mark.parametrize(("value", "placeholder"), PLANTED.items())
def test_placeholders(value: str, placeholder: str) -> None:
    """Each type has its word, in text and in JSON."""
    assert masked(f"it is {value}, yes") == f"it is {placeholder}, yes"
    assert masked(json.dumps({"a": value})) == json.dumps({"a": placeholder})


def test_escaped_addresses_are_found() -> None:
    """Escapes do not hide anything, whether the JSON is whole, cut, or inside another string."""
    text = r'{"note": "john.doe\u0040example.com \u00e9"}'
    assert masked(text) == r'{"note": "[EMAIL] \u00e9"}'
    assert masked(json.dumps({"arguments": text})) == json.dumps({"arguments": r'{"note": "[EMAIL] \u00e9"}'})
    assert "example" not in masked(text[:-10])
    assert "Priya" not in masked('{"full_name": "Priya Raman", "x": [1')
    assert "Priya" not in masked(r'{"t": "Hello\nI\u0027m Priya Raman, bye", "x')


def test_message_parts() -> None:
    """The text of messages, tool arguments as JSON and as text; roles, tool names and most ids stay."""
    messages = [
        {"role": "user", "parts": [{"type": "text", "content": "I'm Priya, mail a.b@example.com"}]},
        {
            "role": "assistant",
            "parts": [
                {
                    "type": "tool_call",
                    "id": "call_4155552671",
                    "name": "find_customer",
                    "arguments": {"customer": {"name": "Priya Raman"}, "order_id": "4242424242424242"},
                },
                {"type": "tool_call", "id": "x", "name": "f", "arguments": '{"customer_name":"Priya Raman"}'},
            ],
        },
    ]
    result = json.loads(masked(json.dumps(messages), "gen_ai.input.messages"))
    assert result[0]["parts"][0]["content"] == "I'm [NAME], mail [EMAIL]"
    call, other = result[1]["parts"]
    assert (call["id"], call["name"]) == ("call_4155552671", "find_customer")
    assert call["arguments"] == {"customer": {"name": "[NAME]"}, "order_id": "[CARD]"}
    assert other["arguments"] == '{"customer_name":"[NAME]"}'


@pytest.mark.parametrize(
    ("document", "result"),
    [
        ({"phone": 4155552671}, {"phone": "[PHONE]"}),
        ({"card_number": 4242424242424242}, {"card_number": "[CARD]"}),
        ({"x": 4242424242424242}, {"x": "[CARD]"}),
        ({"id": 4242424242424242}, {"id": 4242424242424242}),
        ({"time": 1732356000123456789, "score": 0.4242424242424242}, None),
        ({"user_id": "a.b@example.com"}, {"user_id": "[EMAIL]"}),
        ({"a.b@example.com": 1}, {"[EMAIL]": 1}),
        (
            {"password": "hunter22", "token_count": 12345678},
            {"password": "[SECRET]", "token_count": 12345678},
        ),
        (
            {"x": ["--id", {"id": "1"}, "call me: 4155552671"]},
            {"x": ["--id", {"id": "1"}, "call me: [PHONE]"]},
        ),
    ],
)
def test_keys_numbers_and_ids(document: Any, result: Any) -> None:
    """Numbers by their key or a card's check digit; ids only for addresses and secrets; keys likewise."""
    assert json.loads(masked(json.dumps(document))) == (result or document)
    assert masked(document) == (result or document)


def test_base64_and_data_uris_stay() -> None:
    """Long base64 is not text."""
    image = "iVBORw0KGgo4155552671" * 40
    for value in (image, f"data:image/png;base64,{image}=="):
        assert masked(json.dumps([{"type": "blob", "content": value}])) == json.dumps(
            [{"type": "blob", "content": value}]
        )


def test_duplicate_keys_are_both_masked() -> None:
    """What a decoder would drop is masked as well: it is in the bytes."""
    assert masked('{"a": "a.b@example.com", "a": "x"}') == '{"a": "[EMAIL]", "a": "x"}'


def test_nested_values_keep_their_types_and_identity() -> None:
    """Lists stay lists, tuples tuples; what does not change is the same object."""
    value = {"a": ("x", "a.b@example.com"), "b": [1, None, {"c": "y"}]}
    result = masked(value)
    assert result == {"a": ("x", "[EMAIL]"), "b": [1, None, {"c": "y"}]}
    assert result["b"] is value["b"]
    clean = {"a": ["b", {"c": 1}]}
    assert masked(clean) is clean


def test_bytes_are_read_as_text() -> None:
    """Bytes that are UTF-8 are masked, others stay."""
    assert masked(b"mail a.b@example.com") == b"mail [EMAIL]"
    assert masked(b"\xff\xfe\x00") == b"\xff\xfe\x00"


def test_too_long_and_too_deep_values_go() -> None:
    """What is too long or too deep to look at is replaced as a whole and counted."""
    found = Found(TraceNames())
    assert redactor(Policy(max_bytes=2000)).value("", "é" * 1001, found) == OVERSIZE
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    assert OVERSIZE in repr(redactor().value("", deep, found))
    assert found.dropped == {"oversize": 2}


def test_json_too_deep_to_decode_is_read_as_text() -> None:
    """Nesting beyond Python's recursion limit costs nothing but the structure."""
    assert masked("[" * 100_000 + '"a.b@example.com"').endswith('"[EMAIL]"')


def test_pseudonyms_agree_for_spellings_of_one_value() -> None:
    """The same value gives the same token, another one another, under one key."""
    policy = Policy(actions=dict.fromkeys(Entity, Action.PSEUDONYM), key=lambda: KEY)
    first, second, other = (
        masked(text, policy=policy) for text in ("A.B@example.com", "a.b@EXAMPLE.com", "c@example.com")
    )
    assert first == second != other
    assert masked(first, policy=policy) == first
    assert masked("+1 415-555-2671", policy=policy) == masked("+1 (415) 555-2671", policy=policy)
    another = Policy(actions=policy.actions, key=lambda: b"another key here")
    assert masked("a.b@example.com", policy=another) != first


def test_keep_reports_only() -> None:
    """What is kept is found, not changed, and not called masked."""
    found = Found(TraceNames())
    policy = Policy(actions={Entity.IP_ADDRESS: Action.KEEP})
    assert redactor(policy).text("", "from 203.0.113.7", found) == "from 203.0.113.7"
    assert found.types == {Entity.IP_ADDRESS}
    assert not found.masked


def test_allowed_values_and_low_scores_do_not_count() -> None:
    """The allow list is case-insensitive; the threshold is on the score."""
    policy = Policy(allow=frozenset({"help@example.com"}), min_score=0.8)
    assert masked("Help@Example.com a.b@example.com", policy=policy) == "Help@Example.com [EMAIL]"
    assert masked("I'm Priya", policy=policy) == "I'm Priya"


def test_cache_does_not_change_results() -> None:
    """With and without the cache, first and again, the result is the same."""
    text = json.dumps([{"content": "I'm Priya, mail a.b@example.com. " * 20}] * 3)
    cached = redactor(cache_bytes=1_000_000)
    results = {cached.text("", text, Found(TraceNames())) for _ in range(3)}
    assert results == {masked(text)}
