"""Identifiers of Australia, Canada, Singapore, South Africa, the United Kingdom and the United States."""

from __future__ import annotations

import re
from datetime import date

from .checksums import digits, luhn, luhn_sum, weighted
from .kinds import Parameters, cleaned

_SURNAME = re.compile(r"[A-Z]+9*$")
_UEN_TYPES = frozenset(
    {
        "LP", "LL", "FC", "PF", "RF", "MQ", "MM", "NB", "CC", "CS", "MB", "FM", "GS", "DP", "CP", "NR",
        "CM", "CD", "MD", "HS", "VH", "CH", "MH", "CL", "XL", "CX", "HC", "RP", "TU", "TC", "FB", "FN",
        "PA", "PB", "SS", "MC", "SM", "GA", "GB"
    }
)  # fmt: skip
_UEN_CHARACTERS = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
_PROVINCES = frozenset({"GP", "ZN", "WP", "EC", "NC", "FS", "LP", "MP", "NW"})
_COMPANY_PREFIXES = ("CK", "NR", "K", "T", "W", "B", "M", "N")
_LICENCE = re.compile(r"\d{6,10}[A-Z0-9]{2,5}")


def _blankless(text: str, parameters: Parameters) -> list[int]:
    return digits("".join(each for each in cleaned(text, parameters) if not each.isspace()))


# Australia
def abn(text: str, parameters: Parameters) -> bool:
    """Business number: one off the first digit, weighted sum a multiple of 89."""
    first, *rest = _blankless(text, parameters)
    return weighted([first - 1, *rest], (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0


def acn(text: str, parameters: Parameters) -> bool:
    """Company number: the last digit completes the weighted sum to a multiple of ten."""
    numbers = _blankless(text, parameters)
    return -weighted(numbers, (8, 7, 6, 5, 4, 3, 2, 1)) % 10 == numbers[-1]


def medicare(text: str, parameters: Parameters) -> bool:
    """Medicare number: the ninth digit is the weighted sum of the first eight, modulo ten."""
    numbers = _blankless(text, parameters)
    return weighted(numbers, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == numbers[8]


def tfn(text: str, parameters: Parameters) -> bool:
    """Tax file number: weighted sum a multiple of eleven."""
    return weighted(_blankless(text, parameters), (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


# Canada
def not_sin(text: str, _parameters: Parameters) -> bool:
    """Social insurance number: true if its Luhn check digit is wrong."""
    return not luhn("".join(each for each in text if each.isdigit()))


# Singapore
def uen(text: str, _parameters: Parameters) -> bool:
    """Unique entity number of a business, a local company or another entity, each with its check letter."""
    text = text.upper()
    body, check = text[:-1], text[-1]
    if len(text) == 9:
        return "XMKECAWLJDB"[weighted(digits(body), (10, 4, 9, 3, 8, 2, 7, 1)) % 11] == check
    if len(text) != 10:
        return False
    if text[0].isalpha():
        return text[0] in "TSR" and text[3:5] in _UEN_TYPES and _uen_letter(body) == check
    if int(text[:4]) > date.today().year:
        return False
    return "ZKCMDNERGWH"[weighted(digits(body), (10, 8, 6, 4, 9, 7, 5, 3, 1)) % 11] == check


def _uen_letter(body: str) -> str:
    values = [_UEN_CHARACTERS.index(each) for each in body]
    return _UEN_CHARACTERS[(weighted(values, (4, 3, 5, 3, 10, 2, 2, 5, 7)) - 5) % 11]


# United Kingdom
def nhs(text: str, parameters: Parameters) -> bool:
    """NHS number: weights ten to one, a multiple of eleven."""
    return weighted(digits(cleaned(text, parameters)), range(10, -1, -1)) % 11 == 0


def driving_licence(text: str, _parameters: Parameters) -> bool | None:
    """GB driver number: the surname's five characters, filled up with nines, are not all nines."""
    surname = text.upper()[:5]
    return None if surname != "99999" and _SURNAME.match(surname) else False


def vehicle(text: str, parameters: Parameters) -> bool | None:
    """Registration mark of the current scheme: its age identifier is of a half-year since 2001."""
    mark = cleaned(text, parameters)
    if len(mark) != 7 or not mark[:2].isalpha() or not mark[2:4].isdigit():
        return None
    age = int(mark[2:4])
    return 2 <= age <= 29 or 51 <= age <= 79


# United States
def routing_number(text: str, parameters: Parameters) -> bool:
    """ABA routing number: weights 3, 7, 1, a multiple of ten."""
    return weighted(digits(cleaned(text, parameters)), (3, 7, 1) * 3) % 10 == 0


def dea(text: str, parameters: Parameters) -> bool:
    """DEA registration: digits 1, 3, 5 and twice 2, 4, 6 add up to the last digit, modulo ten."""
    *numbers, check = digits(cleaned(text, parameters)[2:])
    return (2 * sum(numbers[-1::-2]) + sum(numbers[-2::-2]) - check) % 10 == 0


def npi(text: str, parameters: Parameters) -> bool:
    """National provider identifier: Luhn with the issuer's prefix 80840."""
    return luhn("80840" + cleaned(text, parameters))


def not_npi(text: str, parameters: Parameters) -> bool:
    """True if all digits before the check digit are the same."""
    number = cleaned(text, parameters)
    return len(set(number[:-1] or number)) == 1


def not_ssn(text: str, _parameters: Parameters) -> bool:
    """True for numbers never given out: areas 000 and 666, group 00, serial 0000, advertised ones."""
    if len({"-", ".", " "} & set(text)) > 1:
        return True
    number = "".join(each for each in text if each.isdigit())
    return (
        number == number[0] * len(number)
        or number[3:5] == "00"
        or number[5:] == "0000"
        or number[:3] in ("000", "666")
        or number in ("123456789", "987654320", "078051120")
    )


# South Africa
def company(text: str, _parameters: Parameters) -> bool:
    """Company registration: year/sequence/kind, or prefix, year/sequence; no year to come."""
    year, *rest = text.upper().split("/")
    if len(rest) == 2 and year.isdigit():
        return len(year) == 4 and _are_digits(rest[0], 6) and _are_digits(rest[1], 2) and _has_been(year)
    if len(rest) != 1 or not _are_digits(rest[0], 6):
        return False
    years = (year[len(prefix) :] for prefix in _COMPANY_PREFIXES if year.startswith(prefix))
    return any(_are_digits(each, 4) and _has_been(each) for each in years)


def _are_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isdigit()


def _has_been(year: str) -> bool:
    return 1800 <= int(year) <= date.today().year


def licence(text: str, _parameters: Parameters) -> bool:
    """Driving licence: ten to fourteen characters, one a letter."""
    text = text.upper()
    return (
        10 <= len(text) <= 14
        and _LICENCE.fullmatch(text) is not None
        and re.search("[A-Z]", text) is not None
    )


def id_number(text: str, _parameters: Parameters) -> bool:
    """Identity number: date of birth, citizenship, Luhn check digit."""
    return (
        _are_digits(text, 13)
        and _was_born(text[:6])
        and text[10] in "012"
        and text[11] in "89"
        and luhn_sum(digits(text)) % 10 == 0
    )


def _was_born(text: str) -> bool:
    today = date.today()
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    try:
        born = date((1900 if year > today.year % 100 else 2000) + year, month, day)
    except ValueError:
        return False
    return born <= today


def traffic_register(text: str, parameters: Parameters) -> bool:
    """Traffic register number: thirteen digits that are no identity number."""
    return _are_digits(text, 13) and not id_number(text, parameters)


def income_tax(text: str, _parameters: Parameters) -> bool:
    return _are_digits(text, 10) and text[0] in "01239"


def plate(text: str, parameters: Parameters) -> bool:
    """Licence plate: ends in a province, with a letter before it."""
    text = cleaned(text, parameters).upper()
    return len(text) >= 5 and text[-2:] in _PROVINCES and any(each.isalpha() for each in text[:-2])


def passport(text: str, _parameters: Parameters) -> bool:
    text = text.upper()
    return len(text) == 9 and text[0] in "ADMT" and text[1:].isdigit()


def vat(text: str, _parameters: Parameters) -> bool:
    return _are_digits(text, 10) and text.startswith("4")
