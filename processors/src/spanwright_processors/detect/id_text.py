"""What an id may hold that is somebody's: some applications take a customer's telephone number for one.

Ids are random, and random digits look like numbers of all kinds, so that less counts here than in text: a
telephone number with its +, its usual groups, or a word before it that says so; a card number with issuer and
check digit; a social security number in groups; an IBAN. Whole numbers without any of this stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from . import card, iban, ssn
from .finding import Entity, Finding
from .phone import PhoneNumbers

_UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")
#: UUIDs, ULIDs, hashes and other hexadecimal numbers, times, and what providers put after a word of theirs.
_RANDOM = re.compile(
    r"(?:[A-Za-z]{2,12}[_-])?"
    r"(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?=[0-9]*[a-fA-F])(?:[0-9a-f]{16,128}|(?![A-F]{2}[0-9]+\Z)[0-9A-F]{16,128})"
    r"|[0-7][0-9A-HJKMNP-TV-Z]{25}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,18}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)"
    r"|(?:resp|chatcmpl|cmpl|gen|msg|toolu|srvtoolu|bdrk|vrtx|call|fc|rs|ws|run|step|thread|asst|file|batch|req|evt"
    r"|conv|modr|ftjob|vs)(?:[_-](?:bdrk|vrtx|01))?[_-][A-Za-z0-9]{6,128}"
)
#: Words and numbers too short for anything: models, versions, enumerated values, names of machines.
_WORDS = re.compile(r"(?:[A-Za-z0-9]{0,15}[._:/ -]+)*[A-Za-z0-9]{0,15}")
#: The days in names of models and versions.
_DAY = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}([-._]?)[01][0-9]\1[0-3][0-9](?![0-9])")
#: Seven digits so near each other that they may be one number.
_NUMBER = re.compile(r"[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){6}")
#: What has to stand before a telephone number without any sign of one.
_NAMED_PHONE = re.compile(
    r"(?<![A-Za-z])(?:tel|sms|mms|phone|mobile|cell|whatsapp|wa|msisdn|caller|dnis|ani|fax)[:/=_#. -]{1,3}"
    r"([0-9]{8,15})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
#: A word before a number with its + or in North America's groups: it belongs to it in text, not in an id.
_WORD_BEFORE = re.compile(
    r"(?<=[A-Za-z_])[-/=.](?=\+[1-9]|\(?[2-9][0-9]{2}\)?[ .-][2-9][0-9]{2}[ .-][0-9]{4}(?![0-9A-Za-z]))"
)
#: Digits in a row that are a card's: longer ones are times in nanoseconds, or ids that count up in time.
_CARD_DIGITS = (14, 16)
_LEAST_SSN_SCORE = 0.85
#: Texts known to hold nothing: models, names of services and tools come again with every span.
_MOST_KNOWN, _LONGEST_KNOWN = 4096, 64
_known: set[str] = set()


def is_nobodys(text: str) -> bool:
    """True for what can hold nothing: most ids and all names of models and tools. A microsecond."""
    if text in _known:
        return True
    if "@" in text or "%40" in text:
        return False
    if _RANDOM.fullmatch(text):
        return True
    if _WORDS.fullmatch(text) is None or _NUMBER.search(_DAY.sub("/", text)) is not None:
        return False
    if len(text) <= _LONGEST_KNOWN:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known.add(text)
    return True


class IdNumbers:
    """Finds the numbers of ``entities`` in ids.

    Telephone numbers without a country code are of ``regions``.
    """

    def __init__(self, entities: Collection[str], regions: tuple[str, ...]) -> None:
        self._entities = frozenset(entities)
        self._phones = PhoneNumbers(regions)

    def find(self, text: str, lower: str) -> Iterator[Finding]:
        """Numbers in an id, which may overlap."""
        wanted, end = self._entities, len(text)
        text = _UUID.sub(lambda match: "x" * len(match.group()), text)
        if _NUMBER.search(text) is None:
            return
        if Entity.CREDIT_CARD in wanted:
            yield from (found for found in card.find(text, lower, 0, end) if _may_be_card(text, found))
        if text.isdigit():
            return
        if Entity.PHONE_NUMBER in wanted:
            for match in _NAMED_PHONE.finditer(text):
                yield Finding(Entity.PHONE_NUMBER, *match.span(1), 0.75)
            apart = _WORD_BEFORE.sub(" ", text)
            yield from (found for found in self._phones(apart, lower, 0, end) if _is_written(text, found))
        if Entity.US_SSN in wanted:
            yield from (found for found in ssn.find(text, lower, 0, end) if found.score >= _LEAST_SSN_SCORE)
        if Entity.IBAN_CODE in wanted:
            yield from iban.find(text, lower, 0, end)


def _may_be_card(text: str, found: Finding) -> bool:
    number = text[found.start : found.end]
    return not number.isdigit() or _CARD_DIGITS[0] <= len(number) <= _CARD_DIGITS[1]


def _is_written(text: str, found: Finding) -> bool:
    """True for a telephone number with a sign of one, and not for an address of a machine."""
    number = text[found.start : found.end]
    return not number.isdigit() and number.count(".") < 3
