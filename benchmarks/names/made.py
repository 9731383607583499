"""Texts made from patterns and names of many origins, and traces in which a name comes again."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

_GIVEN = (
    "Abebe", "Adriana", "Akira", "Aleksandr", "Amina", "Ana", "Anders", "Arjun", "Astrid", "Bao", "Boris",
    "Bronwyn", "Catarina", "Chidi", "Dagmar", "Deepak", "Diego", "Eilidh", "Emeka", "Esra", "Farid",
    "Freya", "Giorgos", "Hana", "Henrik", "Ibrahim", "Ilse", "Jamal", "Jana", "Kwame", "Lakshmi", "Leila",
    "Linnea", "Magnus", "Malia", "Mateo", "Mirjam", "Naveen", "Nkechi", "Oksana", "Omar", "Paolo",
    "Ravi", "Rhys", "Sakura", "Sergei", "Shanice", "Tariq", "Tuan", "Ursula", "Valentina", "Xavier",
    "Yael", "Yuki", "Zeynep", "Grace", "Mark", "Hope", "Will", "Rose",
)  # fmt: skip
_FAMILY = (
    "Abdullahi", "Andersen", "Banerjee", "Bergström", "Bianchi", "Castillo", "Chaudhry", "Dvořák", "Ekström",
    "Fernandes", "Fitzgerald", "Goldstein", "Gupta", "Haddad", "Ivanova", "Jimenez", "Kaplan", "Kobayashi",
    "Kovács", "Larsen", "Levi", "MacDonald", "Mbeki", "Morales", "Nakamura", "Nyong'o", "O'Brien", "Oyelaran",
    "Papadopoulos", "Park", "Patel", "Quinn", "Reyes", "Rossi", "Saito", "Schäfer", "Singh", "Smith-Jones",
    "Sokolov", "Tran", "Ueda", "van der Meer", "Volkov", "Wagner", "Watanabe", "Yeo", "Young", "Zhou",
    "Baker", "Stone",
)  # fmt: skip
#: ``{}`` is the whole name, ``{given}`` and ``{family}`` its parts.
_CUED = (
    "Hi, I'm [[{}]] and I need help with my order.",
    "My name is [[{}]]. Where is my parcel?",
    "Hello, this is [[{}]] speaking, the line is very bad.",
    "Dear [[{given}]],\nyour ticket was closed.",
    "Hi [[{given}]], thanks for waiting!",
    "Best regards,\n[[{}]]",
    "Mr. [[{family}]] has two open invoices.",
    "Mrs. [[{family}]] wants to return the lamp.",
    "Dr. [[{}]] prescribed it in May.",
    "Name: [[{}]]\nCity: unknown",
    "Thanks, [[{given}]].",
)
_CUED_ELSEWHERE = (
    "Mein Name ist [[{}]], ich warte auf eine Antwort.",
    "Je m'appelle [[{}]] et j'ai une question.",
    "Me llamo [[{}]] y tengo una pregunta.",
    "Mi chiamo [[{}]] e ho una domanda.",
    "Meu nome é [[{}]] e tenho uma dúvida.",
    "Mijn naam is [[{}]] en ik heb een vraag.",
)
_BARE = (
    "The parcel for [[{}]] has not left the warehouse.",
    "Yesterday [[{}]] asked for a refund of the second lamp.",
    "Please tell [[{given}]] that the meeting is moved.",
    "The report by [[{}]] is attached.",
    "It was [[{given}]] who changed the password.",
)
_KEYED = (
    '{{"customer_name": "[[{}]]", "order": "A-17"}}',
    '{{"user": {{"name": "[[{}]]", "email": "x@example.com"}}}}',
    '{{"firstName": "[[{given}]]", "lastName": "[[{family}]]"}}',
)
#: What a trace holds one after the other: the introduction, and what comes after it.
_AGAIN = (
    (
        "Hi, my name is [[{}]] and my headset is broken.",
        "I am sorry to hear that, [[{given}]]. I have opened a ticket.",
        "The ticket of [[{}]] is waiting for parts; [[{family}]] was told so.",
        '{{"note": "spoke to [[{given}]] at noon"}}',
    ),
    (
        '{{"customer": {{"name": "[[{}]]", "email": "x@example.com"}}}}',
        "[[{given}]]'s order left the warehouse on Monday.",
        "Order of [[{}]]: two lamps, paid.",
    ),
)


def _filled(pattern: str, given: str, family: str) -> str:
    return pattern.format(f"{given} {family}", given=given, family=family)


def made(kind: str, count: int) -> Iterator[str]:
    """``count`` texts of a kind: ``cued``, ``cued elsewhere`` (in other languages), ``bare`` or ``keyed``."""
    random = Random(f"names {kind}")
    patterns = {"cued": _CUED, "cued elsewhere": _CUED_ELSEWHERE, "bare": _BARE, "keyed": _KEYED}[kind]
    for number in range(count):
        yield _filled(patterns[number % len(patterns)], random.choice(_GIVEN), random.choice(_FAMILY))


def traces(count: int) -> Iterator[tuple[str, ...]]:
    """``count`` traces, each the texts of its spans in the order in which they end."""
    random = Random("names traces")
    for number in range(count):
        given, family = random.choice(_GIVEN), random.choice(_FAMILY)
        patterns = _AGAIN[number % len(_AGAIN)]
        yield tuple(_filled(pattern, given, family) for pattern in patterns)
