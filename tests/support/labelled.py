"""Texts with numbers and addresses whose places and types are known, and texts that hold none of them."""

from __future__ import annotations

import string
from collections.abc import Iterator
from random import Random
from typing import NamedTuple
from uuid import UUID

from support.planted import groups

from benchmarks.texts import _CODE, _ENGLISH, _OTHERS

#: The types by the kinds of ``planted``.
TYPES = {
    "email": "EMAIL_ADDRESS",
    "phone": "PHONE_NUMBER",
    "card": "CREDIT_CARD",
    "iban": "IBAN_CODE",
    "ipv4": "IP_ADDRESS",
    "ipv6": "IP_ADDRESS",
    "ssn": "US_SSN",
}
#: How they stand where nothing says what they are.
_FRAMES = (
    "{}", "value: {}", "The record says {} and nothing else.", "({})", "{}, thanks", "see {}.", '"{}"',
    "id={} status=ok", "- {}\n- other",
)  # fmt: skip
_NUMBERS = (
    "created {}", "id {} was seen", "ref={}", "{}", "order {} shipped", "took {} ms", "x={}, y=2",
)  # fmt: skip


class Labelled(NamedTuple):
    """``places``: type, start and end of each value."""

    text: str
    places: tuple[tuple[str, int, int], ...]


def labelled(count: int = 150, seed: int = 5) -> Iterator[Labelled]:
    """``count`` values of each kind, each with a cue and without one, then texts that hold none."""
    random = Random(seed)
    for group in groups(count):
        for value in group:
            if value.kind in TYPES:
                for text in (value.sentence, random.choice(_FRAMES).format(value.text)):
                    start = text.index(value.text)
                    yield Labelled(text, ((TYPES[value.kind], start, start + len(value.text)),))
    for text in (*_ENGLISH, *_OTHERS, *_CODE):
        yield Labelled(text, ())
    for _ in range(10 * count):
        yield Labelled(random.choice(_NUMBERS).format(_nobodys(random)), ())


def _nobodys(random: Random) -> str:
    """Numbers and ids as they stand in logs, JSON and prompts."""
    hexadecimal = f"{random.getrandbits(128):032x}"
    day = f"2026-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
    return random.choice(
        (
            str(UUID(hexadecimal)),
            hexadecimal[: random.choice((7, 12, 32))],
            str(random.randrange(10 ** random.randrange(4, 13))),
            str(random.randrange(int(1.5e9), int(1.8e9))),
            str(random.randrange(int(1.5e12), int(1.8e12))),
            str(random.randrange(int(1.5e15), int(1.8e15))),
            str(random.randrange(int(1.5e18), int(1.8e18))),
            str(random.randrange(10**17, 10**19)),
            f"{random.uniform(0, 99_999):.{random.randrange(7)}f}",
            f"{day} {random.randrange(24):02}:{random.randrange(60):02}",
            f"{day}-{random.randrange(10_000):04}",
            f"{random.randrange(9)}.{random.randrange(40)}.{random.randrange(4000)}",
            "".join(random.choices(string.ascii_letters + string.digits, k=24)),
            f"ORD-{random.randrange(10**4):04}-{random.randrange(10**6):06}",
        )
    )
