"""Texts as they stand in GenAI spans: prompts, retrieved chunks, JSON, code, logs, in several languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

from .identifiers import identifier, phone

_ENGLISH = (
    "The customer writes that the headset pairs but drops the call after two minutes.",
    "She tried another laptop, and asks to be called back today.",
    "Please answer in at most three sentences, and quote the article you used.",
    "I don't know whether that's covered; it'll depend on the plan (see section 4.2).",
    "Hold the power button for 10 seconds until the light turns amber, then open the companion app.",
    "As of Q3 2024, revenue grew 12.5% to $1,234,567.89; costs fell by 3 to 4 percent.",
    "Refunds are issued within 5-7 business days, e.g. to the card the order was paid with.",
    "Figure 3.1 shows p < 0.05 for n=120 (cf. pp. 12-15).",
)
_OTHERS = (
    "Der Kunde schreibt, dass sich das Gerät nach 2 Minuten abschaltet; er bittet um Rückruf.",
    "Le client demande un remboursement ; la garantie couvre 24 mois à compter de l'achat.",
    "El cliente dice que la aplicación se cierra sola. ¿Qué puedo hacer?",
    "お客様は、2分後に通話が切れると書いています。",
    "客户写道,耳机在两分钟后断开连接。",
    "Клиент пишет, что гарнитура отключается через 2 минуты.",
    "يكتب العميل أن السماعة تنقطع بعد ٢ دقيقة.",
    "ग्राहक लिखता है कि हेडसेट २ मिनट बाद बंद हो जाता है।",
    "Müşteri kulaklığın 2 dakika sonra kapandığını yazıyor. İade mümkün mü?",
)
#: What may stand before an identifier: words that Presidio weighs, and words that it does not.
_CUES = (
    "My phone number is", "call me at", "email:", "e-mail", "SSN", "social security number:", "ssn#",
    "account", "acct no.", "bank", "driver license", "license:", "DL", "passport", "passport#", "card",
    "credit card number", "visa", "iban", "IBAN:", "the wallet", "bitcoin", "ip", "IP address", "mac",
    "date of birth:", "born", "birthday", "tax id", "itin", "nhs", "url", "website", "uuid",
    "medical license", "DEA", "order", "ticket", "invoice no", "ref:", "id=", "is", "the", "", "", "",
    "customer:account", "her number (cell)", "phone/fax", "to account:the",
    "national health service number is, as she said yesterday evening,",
)  # fmt: skip
_KEYS = (
    "content",
    "id",
    "email",
    "phone",
    "created_at",
    "account",
    "card_number",
    "note",
    "url",
    "ip",
    "total",
    "name",
)
_CODE = (
    "def total(items):\n    return sum(item.price for item in items)\n",
    "for i in range(0, 10):\n    print(f'{i:02d}: {values[i].strip()}')\n",
    "const url = new URL(window.location.href); // see https://docs.example.com/a.b\n",
    "if (node->next != NULL && ++count >= 0x7fff) { return x::y(a[::2]); }\n",
    "SELECT id, email FROM users WHERE created_at > '2024-01-01' AND id IN (1, 22, 333);\n",
    "self.seekable = true\nassert obj.is_active is False\n",
)
_LEVELS = ("INFO", "WARN", "ERROR", "DEBUG")


def _sentence(random: Random) -> str:
    return random.choice(_ENGLISH if random.random() < 0.75 else _OTHERS)


def _mention(random: Random) -> str:
    end = random.choice((".", ",", "", ";", ")", "!", "\n", '"'))
    return f"{random.choice(_CUES)} {identifier(random)}{end}"


def prose(random: Random, size: int) -> str:
    """Sentences in several languages, every fourth with an identifier."""
    return _filled(size, lambda: _mention(random) if random.random() < 0.25 else _sentence(random), " ")


def english(random: Random, size: int) -> str:
    """English sentences, one in eight with a telephone number or another identifier."""

    def piece() -> str:
        if random.random() < 0.06:
            return f"{random.choice(_CUES)} {phone(random)}."
        return _mention(random) if random.random() < 0.06 else random.choice(_ENGLISH)

    return _filled(size, piece, " ")


def ordinary(random: Random, size: int) -> str:
    """English sentences with figures, dates and names of things, and nothing in them that is anybody's."""
    return _filled(size, lambda: random.choice(_ENGLISH), " ")


def dense(random: Random, size: int) -> str:
    """Hardly anything but identifiers."""
    return _filled(size, lambda: _mention(random), random.choice((" ", "\n", ", ", "|", "\t", "")))


def document(random: Random, size: int) -> str:
    """A JSON document, as tools take and give it."""
    return json.dumps(
        _value(random, size), indent=random.choice((None, None, 2)), ensure_ascii=random.random() < 0.5
    )[: max(size, 10)]


def _value(random: Random, size: int) -> object:
    if size < 80:
        return random.choice(
            (identifier(random), _sentence(random), random.randrange(10**9), random.random(), None, True)
        )
    parts = random.randrange(2, 6)
    values = [_value(random, size // parts) for _ in range(parts)]
    return values if random.random() < 0.3 else dict(zip(random.sample(_KEYS, parts), values, strict=True))


def messages(random: Random, size: int) -> str:
    """Chat messages as a span holds them."""
    turns: list[dict[str, object]] = []
    while sum(len(str(turn)) for turn in turns) < size:
        text = english(random, min(800, size))
        turns.append(
            {"role": random.choice(("user", "assistant")), "parts": [{"type": "text", "content": text}]}
        )
    return json.dumps(turns)


def code(random: Random, size: int) -> str:
    return _filled(
        size,
        lambda: random.choice(_CODE) if random.random() < 0.8 else f"x = {identifier(random)!r}\n",
        "",
    )


def log(random: Random, size: int) -> str:
    def line() -> str:
        day = f"2024-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"
        moment = f"{day}T{random.randrange(24):02d}:07:{random.randrange(60):02d}.123Z"
        request = (
            f"GET /v1/items/{random.randrange(10**6)}?page={random.randrange(9)} {random.randrange(200, 505)}"
        )
        extra = identifier(random) if random.random() < 0.3 else f"took={random.random() * 100:.3f}ms"
        return f"{moment} {random.choice(_LEVELS)} [worker-{random.randrange(16)}] {request} {extra}"

    return _filled(size, line, "\n")


def _filled(size: int, piece: Callable[[], str], separator: str) -> str:
    pieces, length = [], 0
    while length < size:
        pieces.append(piece())
        length += len(pieces[-1]) + len(separator)
    return separator.join(pieces)[: max(size, 10)]


KINDS = (prose, english, dense, document, messages, code, log)


def corpus(count: int, seed: int = 20261123, largest: int = 32_000) -> Iterator[str]:
    """Texts of 10 to ``largest`` characters, of every kind in turn; short ones are the most frequent."""
    random = Random(seed)
    for index in range(count):
        size = int(10 * (largest / 10) ** (random.random() ** 1.6))
        yield KINDS[index % len(KINDS)](random, size)
