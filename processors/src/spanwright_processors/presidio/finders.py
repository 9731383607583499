"""How each kind of recognizer comes from matches of its patterns, or from the text alone, to findings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple, Protocol

import regex

from ..detect.finding import Finding
from .definitions import Kind, Recognizer
from .domain import Domains
from .validators import VALIDATORS, cleaned
from .validators.checksums import iban_check_digits

HIGHEST = 1.0
#: As ``AnalyzerEngine`` compiles the formats of IBANs: dot matches all, multi-line.
_IBAN_FLAGS = regex.DOTALL | regex.MULTILINE


class Hit(NamedTuple):
    """A match of a pattern with this score."""

    score: float
    match: regex.Match[str]


class Finder(Protocol):
    """``hits``: of the recognizer's patterns, in any order."""

    def __call__(self, text: str, hits: Iterable[Hit], /) -> list[Finding]: ...


def finder(recognizer: Recognizer, domains: Domains) -> Finder:
    """What finds in the name of a recognizer."""
    if recognizer.kind is Kind.IBAN:
        return _Iban(recognizer)
    if recognizer.kind in (Kind.PHONE, Kind.LINE_TYPE):
        from .phone import PhoneFinder  # the library behind it takes 30 ms to import

        return PhoneFinder(recognizer)
    return Judge(recognizer, domains)


class Judge:
    """A match counts with its pattern's score; validation can make that certain, or nothing."""

    def __init__(self, recognizer: Recognizer, domains: Domains) -> None:
        self._entity = recognizer.entity
        self._parameters = recognizer.parameters
        validator = VALIDATORS[recognizer.validator] if recognizer.validator else None
        self._validate = validator.validate if validator else None
        self._invalidate = validator.invalidate if validator else None
        if recognizer.validator == "EmailRecognizer":
            self._validate = lambda text, _parameters: domains.is_registrable(text)

    @property
    def judges(self) -> bool:
        """True if there is more to a match than its pattern."""
        return self._validate is not None or self._invalidate is not None

    def __call__(self, _text: str, hits: Iterable[Hit]) -> list[Finding]:
        found = []
        for score, match in hits:
            certain = self.score(match.group(), score)
            if certain > 0:
                found.append(Finding(self._entity, match.start(), match.end(), certain))
        return without_duplicates(found) if len(found) > 1 else found

    def score(self, matched: str, score: float) -> float:
        """Of a match of a pattern with this score; 0: it is none."""
        if (
            self._validate is not None
            and (valid := _verdict(self._validate, matched, self._parameters)) is not None
        ):
            score = HIGHEST if valid else 0.0
        if (
            score > 0
            and self._invalidate is not None
            and _verdict(self._invalidate, matched, self._parameters)
        ):
            return 0.0
        return score


def _verdict(judge: Callable[[str, Any], bool | None], matched: str, parameters: Any) -> bool | None:
    """What a validation says. One that cannot cope with odd characters says nothing: the match counts.

    Presidio's own raise out of ``analyze`` there.
    """
    try:
        return judge(matched, parameters)
    except (ValueError, LookupError):
        return None


class _Iban:
    """Of each match the longest piece, by the pattern's groups, with right check digits and format."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._entity = recognizer.entity
        self._parameters = recognizer.parameters
        self._formats: dict[str, str] = recognizer.parameters["formats"]
        ends = recognizer.parameters["BOSEOS"]
        self._before: str = ends[0] if ends else ""
        self._after: str = ends[1] if ends else ""

    def __call__(self, text: str, hits: Iterable[Hit]) -> list[Finding]:
        return [finding for hit in hits for finding in self._longest(text, hit)]

    def _longest(self, text: str, hit: Hit) -> Iterator[Finding]:
        start = hit.match.start()
        for group in range(hit.match.re.groups, 0, -1):
            end = hit.match.end(group) if hit.match.end(group) > 0 else hit.match.end()
            piece = text[start:end]
            valid = self._validate(piece) if piece else False
            if valid is not False:
                yield Finding(self._entity, start, end, HIGHEST if valid else hit.score)
                return

    def _validate(self, piece: str) -> bool | None:
        number = cleaned(piece, self._parameters)
        if iban_check_digits(number) != number[2:4]:
            return False
        if self._has_format(number):
            return True
        return None if self._has_format(number.upper()) else False

    def _has_format(self, number: str) -> bool:
        expected = self._formats.get(number[:2])
        if not expected:
            return False
        return regex.match(self._before + expected + self._after, number, _IBAN_FLAGS) is not None


def _contains(outer: Finding, inner: Finding) -> bool:
    return outer.start <= inner.start and outer.end >= inner.end and outer.score >= inner.score


def without_duplicates(findings: Collection[Finding]) -> list[Finding]:
    """Those that none of the same type covers with at least their score; highest score first."""
    if len(findings) == 1:
        return [each for each in findings if each.score > 0]
    kept: list[Finding] = []
    ordered = sorted(
        set(findings), key=lambda each: (each.type, each.start, each.start - each.end, -each.score)
    )
    for _type, same in groupby(ordered, key=lambda each: each.type):
        active: list[Finding] = []
        for finding in same:
            if finding.score == 0:
                continue
            active = [each for each in active if each.end >= finding.start]
            if not any(_contains(each, finding) for each in active):
                kept.append(finding)
                active.append(finding)
    return sorted(kept, key=lambda each: (-each.score, each.start, each.start - each.end))
