"""Ids that are somebody's numbers or keys, and the many more that are nobody's."""

from __future__ import annotations

import base64
import string
from collections.abc import Callable
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanwright_processors.detect.engine import Detector
from spanwright_processors.detect.id_text import is_nobodys

DETECTOR = Detector()


def found(text: str) -> list[tuple[str, str]]:
    return sorted({(str(each.type), text[each.start : each.end]) for each in DETECTOR.find_in_id(text)})


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("+14155552671", "PHONE_NUMBER", "+14155552671"),
        ("whatsapp:+49 30 2345678", "PHONE_NUMBER", "+49 30 2345678"),
        ("sms:4155552671", "PHONE_NUMBER", "4155552671"),
        ("tel=0041446681800:7", "PHONE_NUMBER", "0041446681800"),
        ("(415) 555-2671", "PHONE_NUMBER", "(415) 555-2671"),
        ("session-415-253-2671", "PHONE_NUMBER", "415-253-2671"),
        ("a.b@example.com:42", "EMAIL_ADDRESS", "a.b@example.com"),
        ("491701234567@s.whatsapp.net", "EMAIL_ADDRESS", "491701234567@s.whatsapp.net"),
        ("4242424242424242", "CREDIT_CARD", "4242424242424242"),
        ("card/4242-4242-4242-4242", "CREDIT_CARD", "4242-4242-4242-4242"),
        ("123-45-6789", "US_SSN", "123-45-6789"),
        ("DE89370400440532013000", "IBAN_CODE", "DE89370400440532013000"),
        ("ghp_" + "a1B2" * 9, "SECRET", "ghp_" + "a1B2" * 9),
        ("cache:sk-proj-" + "a1B2" * 12, "SECRET", "sk-proj-" + "a1B2" * 12),
    ],
)
def test_what_shows_what_it_is_is_found(text: str, entity: str, value: str) -> None:
    """A + or the usual groups, a word before it, check digits, the form of a key."""
    assert not is_nobodys(text)
    assert (entity, value) in found(text)


def _base62(random: Random, length: int) -> str:
    return "".join(random.choices(string.ascii_letters + string.digits, k=length))


def _hexadecimal(random: Random, length: int) -> str:
    return "".join(random.choices("0123456789abcdef", k=length))


def _uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128)))


def _number(least: float, most: float) -> Callable[[Random], str]:
    return lambda random: str(random.randrange(int(least), int(most)))


_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
IDS: dict[str, Callable[[Random], str]] = {
    "UUID": _uuid,
    "UUID in capitals": lambda random: _uuid(random).upper(),
    "two UUIDs": lambda random: f"{_uuid(random)}:{_uuid(random)}",
    "tenant and UUID": lambda random: f"tenant-{random.randrange(1000)}/{_uuid(random)}",
    "hash of 7": lambda random: _hexadecimal(random, 7),
    "hash of 24": lambda random: _hexadecimal(random, 24),
    "hash of 32": lambda random: _hexadecimal(random, 32),
    "hash of 40": lambda random: _hexadecimal(random, 40).upper(),
    "hash of 64": lambda random: f"sha256:{_hexadecimal(random, 64)}",
    "ULID": lambda random: "01" + "".join(random.choices(_ULID, k=24)),
    "KSUID": lambda random: _base62(random, 27),
    "Nano ID": lambda random: "".join(random.choices(f"{string.ascii_letters}{string.digits}_-", k=21)),
    "Base64": lambda random: base64.b64encode(random.randbytes(16)).decode(),
    "integer of 6": _number(1e5, 1e6),
    "integer of 10": _number(1e9, 1e10),
    "integer of 12": _number(1e11, 1e12),
    "snowflake": _number(1e17, 1e19),
    "seconds": _number(1.5e9, 1.8e9),
    "milliseconds": _number(1.5e12, 1.8e12),
    "microseconds": _number(1.5e15, 1.8e15),
    "nanoseconds": _number(1.5e18, 1.8e18),
    "time with fraction": lambda random: f"C0{_base62(random, 8)}-{random.uniform(1.5e9, 1.8e9):.6f}",
    "time": lambda random: f"2026-11-{random.randrange(1, 29):02}T12:07:{random.randrange(60):02}.123456Z",
    "day and number": lambda random: f"2026-11-{random.randrange(1, 29):02}-{random.randrange(10_000):04}",
    "user and number": lambda random: f"user:{random.randrange(10**8)}:conv:{random.randrange(10**6)}",
    "order": lambda random: f"ORD-{random.randrange(10**4):04}-{random.randrange(10**6):06}",
    "OpenAI's chat": lambda random: f"chatcmpl-{_base62(random, 29)}",
    "OpenAI's response": lambda random: f"resp_{_hexadecimal(random, 50)}",
    "OpenAI's call": lambda random: f"call_{_base62(random, 24)}",
    "OpenAI's thread": lambda random: f"thread_{_base62(random, 24)}",
    "OpenAI's fingerprint": lambda random: f"fp_{_hexadecimal(random, 10)}",
    "Anthropic's message": lambda random: f"msg_01{_base62(random, 22)}",
    "Anthropic's tool use": lambda random: f"toolu_01{_base62(random, 22)}",
    "Bedrock's tool use": lambda random: f"toolu_bdrk_01{_base62(random, 22)}",
    "request": lambda random: f"req_011{_base62(random, 21)}",
    "OpenRouter's": lambda random: f"gen-{random.randrange(10**9, 2 * 10**9)}-{_base62(random, 20)}",
    "Stripe's": lambda random: f"pi_{_base62(random, 24)}",
    "Twilio's": lambda random: f"CA{_hexadecimal(random, 32)}",
    "pod": lambda random: f"api-{_hexadecimal(random, 10)}-{_base62(random, 5).lower()}",
    "ARN": lambda random: (
        f"arn:aws:bedrock:us-east-1:{random.randrange(10**11, 10**12)}:inference-profile/a.b-v1:0"
    ),
    "resource": lambda random: f"projects/{random.randrange(10**11, 10**12)}/locations/us-central1/a",
    "host": lambda random: f"ip-10-{random.randrange(256)}-{random.randrange(256)}-7.ec2.internal",
    "address": lambda random: ".".join(str(random.randrange(256)) for _ in range(4)),
    "version": lambda random: f"1.{random.randrange(40)}.{random.randrange(4000)}+{_hexadecimal(random, 7)}",
    "model": lambda random: random.choice(("gpt-4o-2024-08-06", "claude-3-5-sonnet-20241022", "o3")),
}
#: Such numbers are a card's or a telephone's as often as not: the share that chance makes one.
DOUBTFUL: dict[str, tuple[Callable[[Random], str], float]] = {
    "integer of 16": (_number(1e15, 1e16), 0.05),
    "four groups of four": (
        lambda random: "-".join(f"{random.randrange(10**4):04}" for _ in range(4)),
        0.05,
    ),
    "groups of a telephone number": (
        lambda random: (
            f"{random.randrange(1000):03}-{random.randrange(1000):03}-{random.randrange(10**4):04}"
        ),
        0.5,
    ),
}
COUNT = 300


@pytest.mark.parametrize("kind", IDS)
def test_ids_of_all_kinds_stay(kind: str) -> None:
    """Not one of them is taken for somebody's number."""
    random = Random(kind)
    ids = [IDS[kind](random) for _ in range(COUNT)]
    assert [(id_, found(id_)) for id_ in ids if found(id_)] == []


@pytest.mark.parametrize("kind", DOUBTFUL)
def test_doubtful_ids_are_taken_by_chance_only(kind: str) -> None:
    """Digits in the form of a card or telephone number are one: these are what it costs."""
    make, share = DOUBTFUL[kind]
    random = Random(kind)
    assert sum(bool(found(make(random))) for _ in range(1000)) <= 1000 * share


@given(text=st.text(max_size=60))
def test_what_is_nobody_s_holds_nothing(text: str) -> None:
    """The quick answer and the whole one agree."""
    if is_nobodys(text):
        assert DETECTOR.find_identifying(text) == []
        assert list(DETECTOR._ids.find(text, text.lower())) == []


def test_types_that_are_not_wanted_are_not_looked_for() -> None:
    """As in text."""
    assert Detector(("EMAIL_ADDRESS",)).find_in_id("+14155552671") == []
