"""Identifiers of Finland, Germany, Italy, Poland, Spain and Sweden."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from .checksums import digits, icao_9303, iso_7064_mod_11_10, luhn, weighted
from .kinds import Parameters, cleaned

_CENTURIES = {"+": 1800, **dict.fromkeys("-YXWVU", 1900)}
_FINNISH_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_SPANISH_CHECK = "TRWAGMYFPDXBNJZSQVHLCKE"
_HEALTH_INSURANCE = re.compile(r"[A-Z]\d{9}$")
_SOCIAL_SECURITY = re.compile(r"\d{8}[A-Z]\d{3}$")
_VAT_SEPARATORS = re.compile(r"[\s.\-]")
#: Value of a character at an odd place of an Italian fiscal code (decree of 23 December 1976), by its plain
#: value.
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


# Finland
def henkilotunnus(text: str, _parameters: Parameters) -> bool:
    """Personal identity code: a date, and a check character modulo 31."""
    if len(text) != 11:
        return False
    try:
        date(_CENTURIES.get(text[6], 2000) + int(text[4:6]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return False
    return _FINNISH_CHECK[int(text[:6] + text[7:10]) % 31] == text[-1].upper()


# Germany
def bsnr(text: str, _parameters: Parameters) -> bool | None:
    """Number of a doctor's practice: nine digits, not all zero; it has no check digit."""
    text = text.strip()
    return None if len(text) == 9 and text.isdigit() and text != "000000000" else False


def health_insurance(text: str, _parameters: Parameters) -> bool:
    """Health insurance number: the letter as two digits, weights 1 and 2, digits of the products added."""
    text = text.upper().strip()
    if len(text) != 10 or not _HEALTH_INSURANCE.match(text):
        return False
    return _sum_of_digits(_spelled(text[0]) + text[1:9], (1, 2) * 5) % 10 == int(text[9])


def _spelled(letter: str) -> str:
    return f"{ord(letter) - 64:02d}"


def _sum_of_digits(text: str, weights: tuple[int, ...]) -> int:
    return sum(sum(divmod(digit * weight, 10)) for digit, weight in zip(digits(text), weights, strict=True))


def id_card(text: str, _parameters: Parameters) -> bool | None:
    """Identity card: ICAO 9303 check digit; the old form, T and eight digits, has none."""
    text = text.upper().strip()
    if len(text) != 9:
        return False
    if text[0] == "T" and text[1:].isdigit():
        return None
    return text[-1].isdigit() and icao_9303(text[:-1]) == int(text[-1])


def passport(text: str, _parameters: Parameters) -> bool:
    """Passport: ICAO 9303 check digit, and no letter that could be taken for a digit or make a word."""
    text = text.upper().strip()
    if len(text) != 9 or not text[-1].isdigit() or set(text[:-1]) & set("ABDEIOQSU"):
        return False
    return icao_9303(text[:-1]) == int(text[-1])


def lanr(text: str, _parameters: Parameters) -> bool:
    """Number of a doctor: the seventh digit completes the weighted sum to a multiple of ten."""
    text = text.strip()
    return len(text) == 9 and text.isdigit() and -weighted(digits(text[:6]), (4, 9) * 3) % 10 == int(text[6])


def social_security(text: str, _parameters: Parameters) -> bool:
    """Pension insurance number: date of birth (day may be raised by 50), letter, check digit."""
    text = text.upper().strip()
    if len(text) != 12 or not _SOCIAL_SECURITY.match(text):
        return False
    day, month = int(text[2:4]), int(text[4:6])
    if not (1 <= day <= 31 or 51 <= day <= 81) or not 1 <= month <= 12:
        return False
    number = text[:8] + _spelled(text[8]) + text[9:11]
    return _sum_of_digits(number, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)) % 10 == int(text[11])


def tax_id(text: str, _parameters: Parameters) -> bool:
    """Tax identification number: no digit more than three times among the first ten; ISO 7064 MOD 11,10."""
    if len(text) != 11 or not text.isdigit() or text[0] == "0":
        return False
    if max(Counter(digits(text[:10])).values()) > 3:
        return False
    return iso_7064_mod_11_10(text)


def vat_id(text: str, parameters: Parameters) -> bool | None:
    """VAT number: ISO 7064 MOD 11,10. A wrong check digit counts only where strictness is asked for."""
    text = _VAT_SEPARATORS.sub("", text.upper())
    if len(text) != 11 or not text.startswith("DE") or not text[2:].isdigit():
        return False
    if iso_7064_mod_11_10(text[2:]):
        return True
    return False if parameters.get("strict_checksum") else None


# Italy
def fiscal_code(text: str, _parameters: Parameters) -> bool | None:
    """Fiscal code: its last letter; a wrong one leaves the pattern's score."""
    body, check = text.upper()[:-1], text.upper()[-1]
    values = [int(each) if each.isdigit() else ord(each) - 65 for each in body]
    total = sum(_ODD[value] for value in values[::2]) + sum(values[1::2])
    return True if chr(65 + total % 26) == check else None


def italian_vat(text: str, parameters: Parameters) -> bool:
    """Partita IVA: Luhn, but not all zero."""
    number = cleaned(text, parameters)
    return number != "0" * 11 and luhn(number)


# Poland
def pesel(text: str, _parameters: Parameters) -> bool:
    """PESEL: the last digit completes the weighted sum to a multiple of ten."""
    if len(text) != 11 or not text.isdigit():
        return False
    numbers = digits(text)
    return -weighted(numbers, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10 == numbers[10]


# Spain
def nif(text: str, parameters: Parameters) -> bool:
    """NIF: the letter is the number modulo 23."""
    text = cleaned(text, parameters).upper()
    number = int("".join(each for each in text if each.isdigit()))
    return _SPANISH_CHECK[number % 23] == text[-1]


def nie(text: str, parameters: Parameters) -> bool:
    """NIE: X, Y, Z stand for 0, 1, 2; the letter is the number modulo 23."""
    text = cleaned(text, parameters).upper()
    if not text[1:-1].isdigit() or text[:1] not in "XYZ" or not 8 <= len(text) <= 9:
        return False
    return _SPANISH_CHECK[int(f"{'XYZ'.index(text[0])}{text[1:-1]}") % 23] == text[-1]


# Sweden
def organisation(text: str, _parameters: Parameters) -> bool:
    """Organisation number: third digit at least two, Luhn."""
    number = "".join(each for each in text if each.isdigit())
    return len(number) == 10 and int(number[2]) >= 2 and luhn(number)


def personal(text: str, _parameters: Parameters) -> bool:
    """Personal number, with or without century: month, day (raised by 60 for co-ordination numbers), Luhn."""
    number = "".join(each for each in text if each.isdigit())[-10:]
    if len(number) != 10:
        return False
    month, day = int(number[2:4]), int(number[4:6])
    return 1 <= month <= 12 and 1 <= day - 60 * (day >= 61) <= 31 and luhn(number)
