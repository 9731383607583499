"""What detection finds, and the one rule for findings that overlap."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple


class Entity(StrEnum):
    """The types of personal data and secrets found. The order breaks ties: the more specific comes first."""

    SECRET = "SECRET"
    EMAIL_ADDRESS = "EMAIL_ADDRESS"
    CREDIT_CARD = "CREDIT_CARD"
    IBAN_CODE = "IBAN_CODE"
    CRYPTO = "CRYPTO"
    US_SSN = "US_SSN"
    PHONE_NUMBER = "PHONE_NUMBER"
    IP_ADDRESS = "IP_ADDRESS"
    MAC_ADDRESS = "MAC_ADDRESS"
    UK_NHS = "UK_NHS"
    US_ITIN = "US_ITIN"
    MEDICAL_LICENSE = "MEDICAL_LICENSE"
    US_PASSPORT = "US_PASSPORT"
    US_DRIVER_LICENSE = "US_DRIVER_LICENSE"
    US_BANK_NUMBER = "US_BANK_NUMBER"
    PERSON = "PERSON"

    # That of Enum is written in Python, and findings are looked up by their type all the time.
    __hash__ = str.__hash__


#: The word of a type in a placeholder: ``[EMAIL]``, or ``[EMAIL_3f2a91c0]`` for a pseudonym. Types that are
#: not here go by their own name.
PLACEHOLDER_WORDS: dict[str, str] = {
    Entity.SECRET: "SECRET",
    Entity.EMAIL_ADDRESS: "EMAIL",
    Entity.CREDIT_CARD: "CARD",
    Entity.IBAN_CODE: "IBAN",
    Entity.US_SSN: "SSN",
    Entity.PHONE_NUMBER: "PHONE",
    Entity.IP_ADDRESS: "IP",
    Entity.PERSON: "NAME",
    Entity.CRYPTO: "CRYPTO",
    Entity.MAC_ADDRESS: "MAC",
    Entity.UK_NHS: "NHS_NUMBER",
    Entity.US_ITIN: "ITIN",
    Entity.MEDICAL_LICENSE: "MEDICAL_LICENSE",
    Entity.US_PASSPORT: "PASSPORT",
    Entity.US_DRIVER_LICENSE: "DRIVER_LICENSE",
    Entity.US_BANK_NUMBER: "BANK_ACCOUNT",
    # Presidio's types
    "DATE_TIME": "DATE",
    "NRP": "GROUP",
}
#: The type of what an application gave to be masked: looked for whatever types are.
GIVEN = "GIVEN"
_RANK: dict[str, int] = {entity: rank for rank, entity in enumerate(Entity)}


class Finding(NamedTuple):
    """``type`` at ``text[start:end]``, with a score from 0 (a guess) to 1 (its checksum says so)."""

    type: str
    start: int
    end: int
    score: float


_position = itemgetter(1, 2)  # start, end


def _precedence(finding: Finding) -> tuple[float, int, int]:
    rank = _RANK.get(finding.type, len(_RANK))
    return (-finding.score, finding.start - finding.end, rank)


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in order of position, those that overlap made one.

    The one covers all of them, so that no rest of a loser is left readable; its type and score are those of
    the highest score, then of the longest, then of the type that stands first in ``Entity``.
    """
    ordered = sorted(findings, key=_position)
    if all(before[2] <= after[1] for before, after in pairwise(ordered)):
        return ordered
    merged: list[Finding] = []
    for finding in ordered:
        if not merged or finding.start >= merged[-1].end:
            merged.append(finding)
            continue
        last = merged[-1]
        if (
            finding[0] == last[0] and finding[2] <= last[2]
        ):  # as nearly always: found twice, one way or another
            if finding[3] > last[3]:
                merged[-1] = last._replace(score=finding[3])
            continue
        winner = min(last, finding, key=_precedence)
        merged[-1] = Finding(winner.type, last.start, max(last.end, finding.end), winner.score)
    return merged
