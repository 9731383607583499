"""Identifiers of India, South Korea, Nigeria, the Philippines, Thailand and Turkey."""

from __future__ import annotations

import re

from .checksums import digits, verhoeff, weighted
from .kinds import Parameters, cleaned

_GSTIN = re.compile(r"\b((?:0[1-9]|[1-3][0-7])[A-Za-z]{5}[0-9]{4}[A-Za-z]{1}[0-9A-Za-z]{1}Z[0-9A-Za-z]{1})\b")
_KOREAN_REGIONS = frozenset({*map(str, range(11, 27)), "28"})


# India
def aadhaar(text: str, parameters: Parameters) -> bool:
    """Aadhaar number: twelve digits, none below two in front, Verhoeff, not the same backwards."""
    number = cleaned(text, parameters)
    if len(number) != 12 or not number.isnumeric() or int(number[0]) < 2:
        return False
    return verhoeff(number) and number != number[::-1]


def gstin(text: str, parameters: Parameters) -> bool:
    """Goods and services tax number: state, holder's PAN, entity, Z, check character."""
    found = _GSTIN.search(text.upper())
    number = found.group(1) if found else cleaned(text.upper(), parameters)
    if len(number) != 15 or not number[:2].isdigit() or not 1 <= int(number[:2]) <= 37:
        return False
    return _is_pan(number[2:12]) and number[12].isalnum() and number[13] == "Z" and number[14].isalnum()


def _is_pan(text: str) -> bool:
    return sum(each.isalpha() for each in text[:5]) >= 3 and text[5:9].isdigit() and text[9].isalpha()


def vehicle(text: str, parameters: Parameters) -> bool | None:
    """Registration mark: a district of the state it names, or a diplomatic code after a mission's number."""
    mark = cleaned(text, parameters)
    if len(mark) < 8 or mark[:2].upper() not in parameters["two_factor_registration_prefix"]:
        return None
    return True if _is_in_district(mark, parameters) or _is_diplomatic(mark, parameters) else None


def _is_in_district(mark: str, parameters: Parameters) -> bool:
    if not mark[2].isdigit() or not mark[-4:].isnumeric() or int(mark[-4:]) == 0:
        return False
    district = mark[2:4] if mark[3].isdigit() else mark[2:3]
    known = parameters["state_rto_district_map"].get(mark[:2].upper(), "")
    return district in known or str(int(district)) in known


def _is_diplomatic(mark: str, parameters: Parameters) -> bool:
    missions = parameters["in_vehicle_foreign_mission_codes"]
    numbers = (mark.partition(code)[0] for code in parameters["in_vehicle_diplomatic_codes"] if code in mark)
    return any(each.isnumeric() and (1 <= int(each) <= 80 or int(each) in missions) for each in numbers)


# South Korea
def business(text: str, parameters: Parameters) -> bool:
    """Business registration number: weights 1, 3, 7, 1, 3, 7, 1, 3, 5, the tens of the last product added."""
    number = cleaned(text, parameters)
    if len(number) != 10 or not number.isdigit():
        return False
    numbers = digits(number)
    return -(weighted(numbers, (1, 3, 7, 1, 3, 7, 1, 3, 5)) + numbers[8] * 5 // 10) % 10 == numbers[9]


def driving_licence(text: str, parameters: Parameters) -> bool:
    number = cleaned(text, parameters)
    return len(number) == 12 and number.isdigit() and number[:2] in _KOREAN_REGIONS


def resident(text: str, parameters: Parameters) -> bool | None:
    """Resident registration number; since October 2020 it has no check digit: a wrong one proves nothing."""
    return _registration(text, parameters, 11)


def foreigner(text: str, parameters: Parameters) -> bool | None:
    """Foreigner registration number: as a resident's, with another offset."""
    return _registration(text, parameters, 13)


def _registration(text: str, parameters: Parameters, offset: int) -> bool | None:
    number = cleaned(text, parameters)
    if len(number) != 13 or not number.isdigit():
        return False
    total = weighted(digits(number[:12]), (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    is_right = (offset - total % 11) % 10 == int(number[12])
    return True if is_right and int(number[7:9]) <= 95 else None


# Nigeria
def nin(text: str, _parameters: Parameters) -> bool:
    """National identification number: eleven digits, Verhoeff."""
    return len(text) == 11 and text.isnumeric() and verhoeff(text)


# Philippines
def not_tin(text: str, parameters: Parameters) -> bool:
    """Taxpayer number: true unless its ninth digit is the weighted sum of the first eight, modulo eleven."""
    number = cleaned(text, parameters)
    if not number.isdigit() or len(number) not in (9, 12):
        return True
    numbers = digits(number)
    return weighted(numbers[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11 != numbers[8]


# Thailand
def tnin(text: str, parameters: Parameters) -> bool:
    """National identity number: weights thirteen to two, modulo eleven."""
    number = cleaned(text, parameters)
    if len(number) != 13 or not number.isdigit():
        return False
    return (11 - weighted(digits(number[:12]), range(13, 1, -1)) % 11) % 10 == int(number[12])


# Turkey
def national_id(text: str, parameters: Parameters) -> bool:
    """Identity number: the tenth digit from the odd and even places, the eleventh from the first ten."""
    number = cleaned(text, parameters)
    if len(number) != 11 or not number.isdigit() or number[0] == "0":
        return False
    numbers = digits(number)
    tenth = (sum(numbers[:9:2]) * 7 - sum(numbers[1:8:2])) % 10
    return tenth == numbers[9] and sum(numbers[:10]) % 10 == numbers[10]


def plate(text: str, parameters: Parameters) -> bool | None:
    """Licence plate: begins with one of the 81 provinces."""
    province = cleaned(text, parameters)[:2]
    return 1 <= int(province) <= 81 if province.isdigit() and len(cleaned(text, parameters)) >= 3 else None
