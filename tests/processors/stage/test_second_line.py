"""The Collector's redaction gets what a pattern alone can tell, and nothing that it would spoil."""

from __future__ import annotations

import re

import pytest
from spanwright_processors.detect.policy import Action
from spanwright_processors.masking.settings import MaskSettings, Preset
from spanwright_processors.stage.second_line import redaction_processor


def blocks(settings: MaskSettings, text: str) -> bool:
    """As the processor does it: a match counts unless an allowed value fits it."""
    section = redaction_processor(settings)
    found = [match.group() for one in section["blocked_values"] for match in re.finditer(one, text)]
    return any(not any(re.search(one, match) for one in section["allowed_values"]) for match in found)


@pytest.mark.parametrize(
    "text",
    [
        "mail jane.doe+x@mail.example.co.uk now",
        r"jane.doe\u0040example.com",
        "https://a.example/?u=jane%40example.com",
        "card 4111 1111 1111 1111",
        "amex 3782-822463-10005",
        "IBAN DE89 3704 0044 0532 0130 00.",
        "DE89370400440532013000",
        "ssn 078-05-1120",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA",
        "sk-proj-" + "aB3dE6gH9jK2mN5pQ8sT1vW4",
        "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zC0fG3hJ6",
    ],
)
def test_what_the_stage_should_never_have_let_through(text: str) -> None:
    """Personal data and secrets that need no context."""
    assert blocks(MaskSettings(), text)


@pytest.mark.parametrize(
    "text",
    [
        "[EMAIL] and [CARD] and [SECRET_3f2a91c0]",
        "git@example.com:shop/bot.git",
        "logo@2x.png",
        "0af7651916cd43dd8448eb211c80319c",
        "4111111111111111",
        "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b",
        "2026-11-23T15:00:00Z 1732375200000000000",
        "task-force-1234567890-abcdefghij",
        "/usr/lib/python3.11/site-packages/risk-model/x.py:123",
        "iVBORw0KGgo" + "xAKIA" + "A2B3C4D5E6F7G2H3" + "LTAIaB3dE6gH9jK2mN5p" * 3,
    ],
)
def test_what_it_leaves_alone(text: str) -> None:
    """Placeholders, ids, hashes, paths; and a card's digits without groups, which are more often an id."""
    assert not blocks(MaskSettings(), text)


def test_it_follows_the_policy() -> None:
    """What is kept or not looked for is not redacted either; allowed values stay."""
    address = "jane@example.com"
    assert not blocks(MaskSettings(actions={"EMAIL_ADDRESS": Action.KEEP}), address)
    assert not blocks(MaskSettings(entities=("CREDIT_CARD",)), address)
    assert not blocks(MaskSettings(allow=("Jane@example.com",)), address)
    assert not blocks(MaskSettings(preset=Preset.OFF), address)
    assert redaction_processor(MaskSettings(preset=Preset.OFF))["blocked_values"] == []


def test_the_collector_can_look_for_letters() -> None:
    """Go's expressions are slow where a pattern may begin anywhere: five do, of more than a hundred."""
    patterns = redaction_processor(MaskSettings())["blocked_values"]
    slow = [one for one in patterns if not re.match(r"(?:\(\?:)?(?:[A-Za-z0-9_-]|\\\.|/){2,}", one)]
    assert len(patterns) > 100
    assert len(slow) == 5


def test_patterns_are_in_the_syntax_of_the_collector() -> None:
    """No look-around, no back reference, no count over 1,000. The Collector reads them in its own tests."""
    for pattern in redaction_processor(MaskSettings())["blocked_values"]:
        assert not re.search(r"\(\?[=!<>]|\\[1-9]|\(\?P", pattern), pattern
        assert all(int(number) <= 1000 for number in re.findall(r"[{,](\d+)[},]", pattern)), pattern
