"""Made-up identifiers, right and wrong ones, from a seeded generator."""

from __future__ import annotations

import string
from random import Random

_COUNTRIES = ("GB", "DE", "FR", "NL", "ES", "IT", "CH", "BE", "PL", "SE")
_LENGTHS = (22, 22, 27, 18, 24, 27, 21, 16, 28, 24)
_NAMES = ("ana", "j.doe", "o'brien", "li_wei", "first+tag", "zoë", "m-k", "x", "Priya.Raman", "no.reply")
_HOSTS = (
    "example.com", "mail.example.co.uk", "пример.рф", "xn--e1afmkfd.xn--p1ai", "foo.bar.museum", "acme.local",
    "host", "a.b.ck", "www.ck", "uni-köln.de", "example.c", "sub.example.travel",
)  # fmt: skip
_PATHS = ("", "/", "/a/b?c=d&e=1.2", "/~u/#frag", "/ä", "/x.html", ":8080/")
_SCHEMES = ("http://", "https://", "", "", "www.", "ftp://", "HTTP://WWW.")


def digits(random: Random, count: int) -> str:
    return "".join(random.choices(string.digits, k=count))


def letters(random: Random, count: int) -> str:
    return "".join(random.choices(string.ascii_uppercase, k=count))


def grouped(random: Random, text: str, sizes: tuple[int, ...]) -> str:
    """The text in groups of these sizes, joined by one separator, or by none."""
    separator = random.choice(("-", " ", "", "", ".", "\u00a0"))
    parts, start = [], 0
    for size in sizes:
        parts.append(text[start : start + size])
        start += size
    return separator.join([*parts, text[start:]]).strip(separator or None)


def card(random: Random) -> str:
    prefix = random.choice(("4", "51", "55", "34", "37", "6011", "3528", "30", "1", "62"))
    body = prefix + digits(random, random.choice((15, 14, 13, 18)) - len(prefix))
    doubled = [int(each) * 2 if index % 2 == 0 else int(each) for index, each in enumerate(reversed(body))]
    check = -sum(each // 10 + each % 10 for each in doubled) % 10
    number = body + str(check if random.random() < 0.8 else random.randrange(10))
    return grouped(random, number, (4, 4, 4))


def iban(random: Random) -> str:
    country, length = random.choice(list(zip(_COUNTRIES, _LENGTHS, strict=True)))
    body = digits(random, length - 4)
    if country in ("GB", "NL"):
        body = letters(random, 4) + body[4:]
    spelled = "".join(str(int(each, 36)) for each in body + country + "00")
    check = 98 - int(spelled) % 97 if random.random() < 0.8 else random.randrange(100)
    number = f"{country}{check:02d}{body}"
    if random.random() < 0.3:
        number = " ".join(number[start : start + 4] for start in range(0, len(number), 4))
    return number.lower() if random.random() < 0.15 else number


def ssn(random: Random) -> str:
    area = random.choice(("536", "078", "000", "666", "912", "123", digits(random, 3)))
    return grouped(random, area + digits(random, 6), (3, 2))


def phone(random: Random) -> str:
    kind = random.randrange(7)
    if kind == 0:
        return f"({random.choice(('415', '212', '650'))}) 555-{digits(random, 4)}"
    if kind == 1:
        return f"+1 {random.randrange(200, 999)}-{digits(random, 3)}-{digits(random, 4)}"
    if kind == 2:
        area = random.choice(("44 20", "49 30", "33 1", "91 98", "972 3", "55 11", "61 2"))
        return f"+{area} {digits(random, 8)}"
    if kind == 3:
        return f"0{random.randrange(20, 99)} {digits(random, 4)} {digits(random, 4)}"
    if kind == 4:
        return grouped(random, "650253" + digits(random, 4), (3, 3))
    if kind == 5:
        return f"{random.choice(('011 44', '0044', '00 49'))} {digits(random, 9)}"
    return f"415-253-{digits(random, 4)} {random.choice(('ext. 12', 'x345', '#9', 'ext 1'))}"


def email(random: Random) -> str:
    return f"{random.choice(_NAMES)}@{random.choice(_HOSTS)}"


def url(random: Random) -> str:
    quote = random.choice(("", "", '"', "'"))
    return f"{quote}{random.choice(_SCHEMES)}{random.choice(_HOSTS)}{random.choice(_PATHS)}{quote}"


def address(random: Random) -> str:
    """An IP or MAC address."""
    kind = random.randrange(6)
    if kind == 0:
        return ".".join(str(random.randrange(300)) for _ in range(4)) + random.choice(
            ("", "/24", "/33", ":80")
        )
    if kind == 1:
        return ":".join(f"{random.randrange(65536):x}" for _ in range(random.choice((8, 8, 7))))
    if kind == 2:
        groups = [f"{random.randrange(65536):x}" for _ in range(random.randrange(1, 5))]
        return "::".join((":".join(groups[:2]), ":".join(groups[2:]))) + random.choice(("", "/64", "%eth0"))
    if kind == 3:
        return random.choice(
            ("::1", "::", "::ffff:10.0.0.1", "fe80::1%lo0", "64:ff9b::192.0.2.33", "1::2::3")
        )
    octets = [f"{random.randrange(256):02X}" for _ in range(6)]
    separator = random.choice((":", "-"))
    if kind == 4:
        return separator.join(octets)
    return f"{octets[0]}{octets[1]}.{octets[2]}{octets[3]}.{octets[4]}{octets[5]}"


def date(random: Random) -> str:
    day, month, year = random.randrange(1, 32), random.randrange(1, 13), random.randrange(1950, 2030)
    name = random.choice(("Jan", "FEB", "mar", "Oct", "DEC"))
    forms = (
        f"{year}-{month:02d}-{day:02d}",
        f"{month}/{day}/{year}",
        f"{day:02d}.{month:02d}.{year % 100:02d}",
        f"{day}-{name}-{year}",
        f"{name}-{year % 100:02d}",
        f"{month:02d}/{year}",
        f"{month}/{year % 100:02d}",
        f"{year}-{month:02d}-{day:02d}T{random.randrange(24):02d}:15:07.{digits(random, 3)}Z",
        f"{day:02d}-{month:02d}-{year}",
        f"{year}/{month}/{day}",
        f"{year}-{month:02d}-{day:02d} 08:15",
    )
    return random.choice(forms)


def number(random: Random) -> str:
    """Account, licence, passport and other numbers without a form of their own."""
    forms = (
        digits(random, random.randrange(1, 20)),
        letters(random, 1) + digits(random, random.randrange(3, 14)),
        letters(random, 2) + digits(random, random.randrange(3, 9)),
        digits(random, 8) + letters(random, 2),
        f"9{digits(random, 2)}-7{digits(random, 1)}-{digits(random, 4)}",
        f"{digits(random, 3)}-{digits(random, 6)}",
        grouped(random, digits(random, 10), (3, 3)),
        f"{random.uniform(-1e6, 1e6):.{random.randrange(7)}f}",
        f"{letters(random, 2)}{digits(random, 7)}",
        f"v{random.randrange(9)}.{random.randrange(20)}.{random.randrange(9)}",
    )
    return random.choice(forms)


def token(random: Random) -> str:
    """UUIDs, hashes, coins' addresses and the like."""
    hexadecimal = f"{random.getrandbits(128):032x}"
    forms = (
        "-".join(
            (hexadecimal[:8], hexadecimal[8:12], hexadecimal[12:16], hexadecimal[16:20], hexadecimal[20:])
        ),
        hexadecimal,
        hexadecimal[:7],
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNL" + random.choice("yz"),
        "req_" + hexadecimal[:12],
        "".join(random.choices(string.ascii_letters + string.digits + "+/", k=random.randrange(20, 200))),
    )
    return random.choice(forms)


MAKERS = (card, iban, ssn, phone, email, url, address, date, number, token)


def identifier(random: Random) -> str:
    return random.choice(MAKERS)(random)
