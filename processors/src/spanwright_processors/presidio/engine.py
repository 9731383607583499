"""The engine ``fast``: what Presidio's ``AnalyzerEngine`` finds by patterns, without Presidio."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from ..detect.finding import Finding
from .context import Surroundings, raised
from .definitions import Definitions, Kind, Recognizer
from .domain import Domains
from .finders import HIGHEST, Hit, finder, without_duplicates
from .native import NativeFinder, Parts, native_finder
from .scan import Scanner
from .tokens import Tokenizer

if TYPE_CHECKING:
    from spanwright_native import Families

#: As ``AnalyzerEngine`` reads allowed expressions: dot matches all, multi-line, case ignored.
_ALLOWED_FLAGS = regex.DOTALL | regex.MULTILINE | regex.IGNORECASE


class FastEngine:
    """Finds personal data in text by the recognizers of ``definitions``.

    A finding's score is raised by context words near it, overlaps of the same type are settled, overlaps of
    different types stay: all as in Presidio, in Presidio's order (highest score first). Safe for threads.
    ``native``: with the scanner of ``spanwright-native`` where that is installed.
    """

    def __init__(self, definitions: Definitions, *, native: bool = True) -> None:
        self.definitions = definitions
        self._native = native
        self._tokenizer = Tokenizer(definitions.affixes)
        self._domains = Domains(definitions.suffixes, definitions.punycode)
        self._plans: dict[frozenset[str] | None, _Plan] = {}

    @property
    def entities(self) -> frozenset[str]:
        """The types that can be found."""
        return frozenset(each.entity for each in self.definitions.recognizers)

    def find(
        self,
        text: str,
        entities: Collection[str] | None = None,
        *,
        threshold: float | None = None,
        context: Sequence[str] = (),
        allowed: Collection[str] = (),
        allowed_patterns: Sequence[str] = (),
    ) -> list[Finding]:
        """Everything found in ``text``, of ``entities`` or of all types.

        ``threshold``: least score; None: each recognizer's own (0 by default). ``context``: words that count
        as near every finding. ``allowed``: texts that are no findings; ``allowed_patterns``: regular
        expressions any of which, found in a finding, takes it away.
        """
        plan = self._plan(None if entities is None else frozenset(entities))
        if plan.native is not None and not (context or allowed or allowed_patterns) and threshold is None:
            found = plan.native.find(text)
            if found is not False:
                return found
        surroundings = self._surroundings(text, context)
        findings = without_duplicates(
            [
                finding
                for recognizer, found in plan.find(text)
                for finding in _weighed(recognizer, found, surroundings, threshold)
            ]
        )
        if allowed or allowed_patterns:
            return list(_not_allowed(findings, text, allowed, tuple(allowed_patterns)))
        return findings

    def families(self, entities: Collection[str]) -> Families | None:
        """What the native scanner needs to tell that a text holds none of ``entities``; None if it cannot."""
        return self._plan(frozenset(entities)).families

    def _plan(self, entities: frozenset[str] | None) -> _Plan:
        plan = self._plans.get(entities)
        if plan is None:
            recognizers = self.definitions.recognizers
            chosen = [each for each in recognizers if entities is None or each.entity in entities]
            plan = self._plans[entities] = _Plan(chosen, self._domains, self._native)
            if self._native:
                plan.find_natively(
                    self._surroundings, self._tokenizer, self.definitions.affixes.stop_words, self._domains
                )
        return plan

    def _surroundings(self, text: str, context: Sequence[str] = ()) -> Surroundings:
        return Surroundings(text, self._tokenizer, self.definitions.affixes.stop_words, context)


def _weighed(
    recognizer: Recognizer, found: Iterable[Finding], surroundings: Surroundings, threshold: float | None
) -> Iterator[Finding]:
    """The findings, scores raised where a context word is near, without those below the threshold."""
    if threshold is None:
        threshold = recognizer.least_score
    for finding in found:
        weighed = finding
        if (
            finding.score < HIGHEST
            and recognizer.context
            and surroundings.support(finding.start, recognizer.context)
        ):
            weighed = finding._replace(score=raised(finding.score))
        if weighed.score >= threshold:
            yield weighed


class _Plan:
    """The recognizers for one choice of entities, their patterns gathered for one scan."""

    def __init__(self, recognizers: Sequence[Recognizer], domains: Domains, native: bool) -> None:
        self._recognizers = [(each, finder(each, domains)) for each in recognizers]
        self._patterns = [
            (number, pattern) for number, each in enumerate(recognizers) for pattern in each.patterns
        ]
        self._without_patterns = [
            number for number, each in enumerate(recognizers) if each.kind in (Kind.PHONE, Kind.LINE_TYPE)
        ]
        patterns = [pattern for _number, pattern in self._patterns]
        self._scanner = Scanner(patterns, phones=bool(self._without_patterns), native=native)
        self.families = self._scanner.families
        #: None: the native scanner is not there, or tells only where to look.
        self.native: NativeFinder | None = None

    def find_natively(
        self,
        surroundings: Callable[[str], Surroundings],
        tokenizer: Tokenizer,
        stop_words: frozenset[str],
        domains: Domains,
    ) -> None:
        """From now on, where the native scanner is there and takes all patterns."""
        patterns = [(number, pattern.score) for number, pattern in self._patterns]
        self.native = native_finder(
            Parts(self._scanner, self._recognizers, patterns, surroundings, tokenizer, stop_words, domains)
        )

    def find(self, text: str) -> Iterator[tuple[Recognizer, list[Finding]]]:
        """What each recognizer finds, before context."""
        runs = self._scanner.runs(text)
        sought = self._without_patterns if runs is None or runs.may_hold_phone else ()
        hits: dict[int, list[Hit]] = {number: [] for number in sought}
        for index, match in self._scanner.matches(text, runs):
            number, pattern = self._patterns[index]
            hits.setdefault(number, []).append(Hit(pattern.score, match))
        for number, found in hits.items():
            recognizer, find = self._recognizers[number]
            yield recognizer, find(text, found)


def _not_allowed(
    findings: Iterable[Finding], text: str, allowed: Collection[str], patterns: tuple[str, ...]
) -> Iterator[Finding]:
    pattern = _joined(patterns)
    for finding in findings:
        word = text[finding.start : finding.end]
        if word not in allowed and not (pattern and pattern.search(word)):
            yield finding


@lru_cache(maxsize=32)
def _joined(patterns: tuple[str, ...]) -> regex.Pattern[str] | None:
    chosen = [pattern for pattern in patterns if pattern]
    return regex.compile("|".join(chosen), _ALLOWED_FLAGS) if chosen else None
