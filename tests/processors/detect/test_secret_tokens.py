"""Every rule finds what it is for, and the gate before the rules hides nothing from them."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect import Finding, merge
from spanwright_processors.detect.secret_checks import crc32_base62
from spanwright_processors.detect.secret_rules import Rule
from spanwright_processors.detect.secret_table import RULES
from spanwright_processors.detect.secret_tokens import at, find, find_beside_access_key
from support.samples import sample

BY_NAME = {rule.name: rule for rule in RULES}


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode().rstrip("=")


#: Contents that a check looks into; without these no sample of the rule passes it.
BEGINNINGS = {
    "jwe": encoded(b'{"alg":"RSA-OAEP","enc":"A256GCM"}'),
    "discord_bot": encoded(b"123456789012345678"),
    "encoded_private_key": encoded(b"-----BEGIN " + b"RSA PRIVATE KEY-----"),
}


def token(rule: Rule, chance: random.Random) -> str:
    """A token of the rule, with the contents that its check asks for."""
    for _ in range(100):
        text = (sample(rule.left, chance) if rule.left else "") + sample(rule.pattern(), chance)
        if beginning := BEGINNINGS.get(rule.name):
            text = beginning + text[text.find(".") :] if "." in text else beginning + text[len(beginning) :]
        if any(every(rule, text)):
            return text
    raise AssertionError(f"no sample of {rule.name}")


def every(rule: Rule, text: str) -> Iterator[Finding]:
    """The rule at every place of its literals, without a gate."""
    for literal in rule.literals:
        position = text.find(literal)
        while position >= 0:
            finding = at(text, position, rule)
            if finding is not None:
                yield finding
                if rule.name == "aws_access_key_id":
                    yield from find_beside_access_key(text, position)
            position = text.find(literal, position + 1)


def ungated(text: str) -> list[Finding]:
    return merge(finding for rule in RULES for finding in every(rule, text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_finds_its_tokens_in_any_surroundings(rule: Rule) -> None:
    """Alone, in a sentence, a setting, code, JSON, an address; whatever the random part."""
    chance = random.Random(rule.name)
    for _ in range(20):
        text = token(rule, chance)
        for before, after in (
            ("", ""),
            ("use ", " now"),
            ("KEY=", "\n"),
            ('k = "', '"'),
            ("(", ")"),
            ("x/", "&a=b"),
        ):
            found = merge(find(before + text + after))
            assert found, text
            assert found == ungated(before + text + after)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_finds_anything_in_a_word_that_holds_its_literal(rule: Rule) -> None:
    """The literals alone, and with words behind them, are not enough."""
    for literal in rule.literals:
        for text in (
            literal,
            f"{literal}something",
            f"{literal}the_long_name_of_a_thing",
            f"{literal} and more text",
        ):
            assert not list(find(text)), text


def sources() -> list[Path]:
    root = Path(pytest.__file__).parent.parent
    return sorted(root.glob("_pytest/**/*.py"))[::6]


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.name)
def test_the_gate_hides_nothing_in_source_code(path: Path) -> None:
    """Gated and ungated agree, with tokens planted at random places as well."""
    chance = random.Random(path.name)
    text = path.read_text()[:10_000]
    assert merge(find(text)) == ungated(text)
    for rule in chance.sample(RULES, 10):
        place = chance.randrange(len(text) + 1)
        text = text[:place] + token(rule, chance) + text[place:]
    assert merge(find(text)) == ungated(text)


PIECES = [
    *sorted({literal for rule in RULES for literal in rule.literals}),
    *("a1B2c3D4e5F6g7H8", "0123456789abcdef" * 2, "A2B3C4D5E6F7G2H3", "x" * 15, "x" * 16, "-" * 16, "_", "-"),
    *(".", "~", "/", "=", " ", "\n", '"', "é", "İ", "日", "\ud800", "😀", "1", "A", "12345678:"),
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_the_gate_hides_nothing_in_pieces_of_tokens(text: str) -> None:
    """Gated and ungated agree on whatever can be put together from literals, runs and separators."""
    assert merge(find(text)) == ungated(text)


@given(st.text(max_size=80), st.sampled_from(RULES), st.text(max_size=80), st.integers(0, 9))
def test_the_gate_hides_nothing_beside_any_text(before: str, rule: Rule, after: str, seed: int) -> None:
    """Gated and ungated agree whatever stands beside a token, letters of other scripts included."""
    text = before + token(rule, random.Random(seed)) + after
    assert merge(find(text)) == ungated(text)


def test_checksums_raise_the_score() -> None:
    """A token with its checksum is certain; one without may be cut or made up, and is masked nevertheless."""
    body = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5"
    for prefix in ("ghp_", "npm_"):
        [right] = find(prefix + body + crc32_base62(body))
        [wrong] = find(prefix + body + "000000")
        assert (right.score, wrong.score) == (1.0, 0.6)


def test_finds_the_secret_beside_an_access_key() -> None:
    """Forty characters of base64 near an access key are its secret; hashes are not."""
    key, secret = "AKIA" + "A2B3C4D5E6F7G2H3", "wJalrXUtnFEMIK7MDENGbPx" + "RfiCYEXAMPLEKEYab"
    text = f"id {key} and {secret}, commit {'0123456789abcdef' * 2}01234567"
    assert [text[hit.start : hit.end] for hit in merge(find(text))] == [key, secret]
