"""Personal data and secrets to plant: seeded, each value there once, valid by the standard of its kind.

Nothing here is shared with detection: checksums are computed anew, so that a mistake there is not repeated.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_ALPHANUMERIC = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"
_BASE32 = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class Planted:
    """One value that must not leave. ``needles``: what tells of it, wholly or in its unmistakable part."""

    kind: str
    text: str
    needles: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The value as people write it, with the cue that a name and a bare number need."""
        return _SENTENCES[self.kind].format(self.text)


_SENTENCES = {
    "email": "Please answer to {} today.",
    "phone": "My phone number is {}.",
    "card": "The card is {}, valid until 08/29.",
    "iban": "Refund it to {} then.",
    "ipv4": "It came from {} at night.",
    "ipv6": "The other host was [{}] then.",
    "ssn": "My SSN is {}.",
    "secret": "We used {} for it.",
    "name": "My name is {}.",
}


class Values:
    """Makes values of any kind, none of them twice."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._made: set[str] = set()

    def group(self) -> list[Planted]:
        """One value of each kind."""
        return [self._one(kind, make) for kind, make in _MAKERS.items()]

    def _one(self, kind: str, make: Callable[[random.Random], tuple[str, ...]]) -> Planted:
        while True:
            text, *parts = make(self._random)
            if self._made.isdisjoint((text, *parts)):
                self._made.update((text, *parts))
                return Planted(kind, text, (text, *parts))


def groups(count: int, seed: int = 20261123) -> Iterator[list[Planted]]:
    """``count`` groups, each with one value of each of the nine kinds."""
    values = Values(seed)
    return (values.group() for _ in range(count))


KINDS = tuple(_SENTENCES)


def _word(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choice(_CONSONANTS) + chance.choice(_VOWELS) for _ in range(syllables))


def _characters(chance: random.Random, alphabet: str, length: int) -> str:
    return "".join(chance.choices(alphabet, k=length))


def _token(chance: random.Random, length: int) -> str:
    """Letters and digits, certainly both."""
    return f"{_characters(chance, _ALPHANUMERIC, length - 2)}{chance.choice('abc')}{chance.choice('789')}"


def _digits(chance: random.Random, length: int) -> str:
    return _characters(chance, string.digits, length)


def _email(chance: random.Random) -> tuple[str, ...]:
    local = chance.choice(
        [
            f"{_word(chance, 3)}.{_word(chance, 4)}",
            f"{_word(chance, 5)}+{_word(chance, 2)}",
            f"{_word(chance, 4)}_{_digits(chance, 3)}",
            f"{_word(chance, 2).upper()}-{_word(chance, 4)}",
        ]
    )
    domain = f"{_word(chance, 4)}.{chance.choice(['com', 'org', 'co.uk', 'de', 'io', 'museum'])}"
    return f"{local}@{domain}", local


def _phone(chance: random.Random) -> tuple[str, ...]:
    area = chance.choice(["212", "415", "312", "206", "617", "305", "702", "503"])
    exchange, line = (
        f"{chance.choice('235678')}{chance.choice('02345678')}{_digits(chance, 1)}",
        _digits(chance, 4),
    )
    british = f"7{chance.choice(['400', '856', '973'])} {_digits(chance, 6)}"
    german = f"30 {chance.choice('23456789')}{_digits(chance, 6)}"
    return (
        chance.choice(
            [
                f"+1 {area}-{exchange}-{line}",
                f"({area}) {exchange}-{line}",
                f"{area}-{exchange}-{line}",
                f"+1{area}{exchange}{line}",
                f"+44 {british}",
                f"+49 {german}",
            ]
        ),
    )


def luhn_digit(number: str) -> str:
    """The check digit that follows ``number`` (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(number))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _card(chance: random.Random) -> tuple[str, ...]:
    prefix, length = chance.choice(
        [("4", 16), ("51", 16), ("55", 16), ("2223", 16), ("34", 15), ("6011", 16)]
    )
    number = prefix + _digits(chance, length - len(prefix) - 1)
    number += luhn_digit(number)
    if length == 15:
        return number, number
    separator = chance.choice(["", " ", "-"])
    return separator.join(number[at : at + 4] for at in range(0, 16, 4)), number


def iban_digits(country: str, account: str) -> str:
    """The two check digits of an account number (ISO 13616, ISO 7064 MOD 97-10)."""
    number = "".join(str(int(character, 36)) for character in f"{account}{country}00")
    return f"{98 - int(number) % 97:02}"


def _iban(chance: random.Random) -> tuple[str, ...]:
    country, account = chance.choice(
        [
            ("DE", _digits(chance, 18)),
            ("GB", _characters(chance, string.ascii_uppercase, 4) + _digits(chance, 14)),
            ("FR", _digits(chance, 23)),
            ("NL", _characters(chance, string.ascii_uppercase, 4) + _digits(chance, 10)),
            ("ES", _digits(chance, 20)),
        ]
    )
    number = f"{country}{iban_digits(country, account)}{account}"
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return chance.choice([number, grouped]), number


def _ipv4(chance: random.Random) -> tuple[str, ...]:
    while True:
        address = IPv4Address(chance.getrandbits(32))
        if address.is_global and len(str(address)) >= 12:
            return (str(address),)


def _ipv6(chance: random.Random) -> tuple[str, ...]:
    address = IPv6Address((0x2001 << 112) + chance.getrandbits(112))
    return (chance.choice([address.compressed, address.exploded]),)


def _ssn(chance: random.Random) -> tuple[str, ...]:
    area = chance.choice([chance.randrange(1, 666), chance.randrange(667, 900)])
    return (f"{area:03}-{chance.randrange(1, 100):02}-{chance.randrange(1, 10_000):04}",)


def _secret(chance: random.Random) -> tuple[str, ...]:
    return chance.choice(_SECRETS)(chance)


def _simple(prefix: str, length: int, alphabet: str = "") -> Callable[[random.Random], tuple[str, ...]]:
    def make(chance: random.Random) -> tuple[str, ...]:
        body = _characters(chance, alphabet, length) if alphabet else _token(chance, length)
        return prefix + body, body

    return make


def _two_parts(chance: random.Random) -> tuple[str, ...]:
    body = _characters(chance, _HEX, 32)
    return f"lsv2_pt_{body}_{_characters(chance, _HEX, 10)}", body


def _jwt(chance: random.Random) -> tuple[str, ...]:
    payload, signature = _token(chance, 60), _token(chance, 43)
    return f"eyJ{_token(chance, 33)}.eyJ{payload}.{signature}", payload, signature


def _connection(chance: random.Random) -> tuple[str, ...]:
    password = _token(chance, 14)
    return f"postgresql://{_word(chance, 3)}:{password}@db.{_word(chance, 3)}.internal:5432/app", password


def _assigned(chance: random.Random) -> tuple[str, ...]:
    password = _token(chance, 16)
    return f"{chance.choice(['password=', 'api_key: ', 'DB_PASSWORD='])}{password}", password


def _private_key(chance: random.Random) -> tuple[str, ...]:
    body = _token(chance, 64)
    return f"-----BEGIN PRIVATE KEY----- {body} -----END PRIVATE KEY-----", body


_SECRETS: tuple[Callable[[random.Random], tuple[str, ...]], ...] = (
    _simple("sk-proj-", 48),
    _simple("sk-ant-api03-", 80),
    _simple("AIza", 35),
    _simple("hf_", 34, string.ascii_letters),
    _simple("gsk_", 52),
    _simple("xai-", 64),
    _simple("AKIA", 16, _BASE32),
    _simple("ghp_", 36),
    _simple("github_pat_", 60),
    _simple("glpat-", 20),
    _simple("npm_", 36),
    _simple("xoxb-", 40),
    _simple("sk_live_", 24),
    _simple("dop_v1_", 64, _HEX),
    _two_parts,
    _simple("hvs.", 40),
    _jwt,
    _connection,
    _assigned,
    _private_key,
)


def _name(chance: random.Random) -> tuple[str, ...]:
    given, family = _word(chance, 3).capitalize(), _word(chance, 5).capitalize()
    return f"{given} {family}", family


_MAKERS: dict[str, Callable[[random.Random], tuple[str, ...]]] = {
    "email": _email,
    "phone": _phone,
    "card": _card,
    "iban": _iban,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "ssn": _ssn,
    "secret": _secret,
    "name": _name,
}
