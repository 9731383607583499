"""Check digits, by the standards that define them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import mul

#: Multiplication in the dihedral group of order ten, and the permutation of a digit by its position
#: (Verhoeff).
_PRODUCT = tuple(
    tuple((a + b) % 5 if a < 5 and b < 5 else (a - b) % 5 if a >= 5 and b >= 5 else
          5 + (a + b) % 5 if a < 5 else 5 + (a - b) % 5 for b in range(10))
    for a in range(10)
)  # fmt: skip
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def digits(text: str) -> list[int]:
    """The values of decimal digits, of any script. Raises ``ValueError`` for another character."""
    return list(map(int, text))


def weighted(numbers: Iterable[int], weights: Sequence[int]) -> int:
    """The sum of the products, as far as both go."""
    return sum(map(mul, numbers, weights))


def luhn_sum(numbers: Sequence[int]) -> int:
    """ISO/IEC 7812-1: every second digit from the right doubled; a multiple of ten is right."""
    return sum(numbers[::-2]) + sum(each * 2 - 9 * (each > 4) for each in numbers[-2::-2])


def luhn(text: str) -> bool:
    return luhn_sum(digits(text)) % 10 == 0


def verhoeff(text: str) -> bool:
    """True if the last digit is the check digit of J. Verhoeff's scheme (1969)."""
    check = 0
    for position, digit in enumerate(reversed(digits(text))):
        permuted = digit
        for _ in range(position % 8):
            permuted = _STEP[permuted]
        check = _PRODUCT[check][permuted]
    return check == 0


def iso_7064_mod_11_10(text: str) -> bool:
    """ISO/IEC 7064, MOD 11,10: the last digit checks those before it."""
    *body, check = digits(text)
    product = 10
    for digit in body:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == check


def icao_9303(body: str) -> int | None:
    """The check digit of a machine-readable document number; None for a character that may not be in one."""
    total = 0
    for position, character in enumerate(body):
        if character.isdigit():
            value = int(character)
        elif "A" <= character <= "Z":
            value = ord(character) - 55
        else:
            return None
        total += value * (7, 3, 1)[position % 3]
    return total % 10


def iban_check_digits(number: str) -> str | None:
    """ISO 13616: the check digits that belong to the number; None for a character that may not be in one."""
    try:
        spelled = "".join(str(int(each, 36)) for each in (number[4:] + number[:2]).upper() + "00")
    except ValueError:
        return None
    return f"{98 - int(spelled) % 97:02d}"
