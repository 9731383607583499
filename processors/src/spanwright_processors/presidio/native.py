"""The engine's findings from the native scanner, which asks here for all that is not patterns and tables.

That is: which patterns fit a shape, what a check digit says, how spaCy cuts a word, a telephone number with
an extension. So nothing of the definitions stands there a second time.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..detect.finding import Finding
from ..detect.native import module
from .definitions import Kind, Recognizer
from .domain import Domains
from .finders import Finder, Hit, Judge
from .scan import Scanner
from .tokens import Tokenizer

if TYPE_CHECKING:
    from .context import Surroundings

logger = logging.getLogger(__name__)

#: Kinds of recognizers, as the native scanner has them.
_PATTERNS, _JUDGED, _PHONE, _PHONE_BY_HAND, _EMAIL, _NHS = range(6)
#: The separators that NHS numbers are written with, as Presidio has them.
_SEPARATORS = [["-", ""], [" ", ""]]


class Parts(NamedTuple):
    """What an engine finds by.

    ``patterns``: recognizer and score of each; ``surroundings``: tells of a text's words.
    """

    scanner: Scanner
    recognizers: Sequence[tuple[Recognizer, Finder]]
    patterns: Sequence[tuple[int, float]]
    surroundings: Callable[[str], Surroundings]
    tokenizer: Tokenizer
    stop_words: frozenset[str]
    domains: Domains


class NativeFinder:
    """What the recognizers find in a text, context words and duplicates settled, as ``FastEngine.find``.

    Safe for threads.
    """

    def __init__(self, native: Any, parts: Parts) -> None:
        self._scanner, self._recognizers, self._patterns, self._surroundings = parts[:4]
        self.is_uncut = parts.tokenizer.is_uncut
        self._phones = _by_metadata(self._recognizers)
        types = sorted({each.entity for each, _find in self._recognizers})
        ranks = {entity: rank for rank, entity in enumerate(types)}
        self._find: Callable[[str], list[tuple[str, int, int, float]] | Literal[False]] = _made(
            native.Finder,
            self._scanner.families,
            list(self._patterns),
            [self._table(number, ranks) for number in range(len(self._recognizers))],
            sorted(word for word in parts.stop_words if word.isascii()),
            self._phones[1] if self._phones else None,
            parts.domains.tables(),
            self,
        )

    def find(self, text: str) -> list[Finding] | Literal[False]:
        """Everything found, highest score first; False where only the engine itself can tell."""
        found = self._find(text)
        return False if found is False else list(map(Finding._make, found))

    def _table(self, number: int, ranks: dict[str, int]) -> tuple[Any, ...]:
        recognizer, find = self._recognizers[number]
        kind = _kind(recognizer, find)
        if recognizer.kind in (Kind.PHONE, Kind.LINE_TYPE):
            kind = _PHONE if self._phones and self._phones[0] == number else _PHONE_BY_HAND
        context = [word.lower() for word in recognizer.context]
        score = float(recognizer.parameters.get("SCORE", 0.0))
        threshold = recognizer.least_score
        return recognizer.entity, ranks[recognizer.entity], context, float(threshold), kind, score

    def fitting(self, family: int, around: bytes, at_start: bool, at_end: bool) -> list[int]:
        """The patterns that may match in a run of the family that looks like this, with its neighbours."""
        return self._scanner.fitting(family, around, at_start, at_end)

    def expression(self, pattern: int) -> tuple[str, bool] | None:
        """A pattern as the native scanner runs it; None: the recognizer's matches are made here."""
        recognizer, _find = self._recognizers[self._patterns[pattern][0]]
        # Of an IBAN the pattern's groups count, too.
        return None if recognizer.kind is Kind.IBAN else self._scanner.expression(pattern)

    def judge(self, number: int, matched: str, score: float) -> float:
        """The score of a match of a recognizer's pattern with this score."""
        find = self._recognizers[number][1]
        return find.score(matched, score) if isinstance(find, Judge) else score

    def found(self, number: int, text: str, runs: Sequence[tuple[int, int, int]]) -> list[Finding]:
        """What a recognizer finds in runs (pattern, start, end)."""
        hits = [
            Hit(self._patterns[pattern][1], match)
            for pattern, start, end in runs
            for match in self._scanner.in_run(text, pattern, start, end)
        ]
        return self._recognizers[number][1](text, hits)

    def regions_of(self, digits: str) -> int:
        """The regions, as bits, where digits are a telephone number."""
        assert self._phones is not None  # it is asked where there are tables only
        return self._phones[2](digits)

    def supports(self, number: int, text: str, start: int) -> bool:
        """True if a context word of the recognizer is near the finding that begins at ``start``."""
        return self._surroundings(text).support(start, self._recognizers[number][0].context)


def _kind(recognizer: Recognizer, find: Finder) -> int:
    if not isinstance(find, Judge) or not find.judges:
        return _PATTERNS
    if recognizer.validator == "EmailRecognizer":
        return _EMAIL
    is_nhs = recognizer.validator == "NhsRecognizer"
    return _NHS if is_nhs and recognizer.parameters.get("replacement_pairs") == _SEPARATORS else _JUDGED


#: The recognizer, its tables for the native scanner, and what tells of digits where they are a number.
_Phones = tuple[int, tuple[Any, ...], Callable[[str], int]]


def _by_metadata(recognizers: Sequence[tuple[Recognizer, Finder]]) -> _Phones | None:
    """The first recognizer of telephone numbers that tables can tell about; None if there is none."""
    for number, (recognizer, find) in enumerate(recognizers):
        if recognizer.kind is Kind.PHONE:
            from .dialling_tables import region_tables  # the library behind it takes 30 ms to import
            from .phone import CANDIDATE_PATTERNS, PhoneFinder

            assert isinstance(find, PhoneFinder)
            tables = region_tables(find.numbers.regions) if find.numbers.are_valid else None
            if tables is None or CANDIDATE_PATTERNS is None:
                return None
            return number, (CANDIDATE_PATTERNS, *tables, find.numbers.shortest), find.numbers.mask_of
    return None


class _Making:
    """Finders being made, by a thread that lets others run meanwhile.

    A thread that wants the interpreter back when that has gone is ended on the spot, and with native code
    below it the process is aborted: so the end waits for it, a fifth of a second, and none begins after.
    """

    def __init__(self) -> None:
        self.is_ending = False
        self.lock = threading.Lock()
        atexit.register(self._end)
        os.register_at_fork(after_in_child=self._after_fork)

    def _end(self) -> None:
        self.is_ending = True
        self.lock.acquire(timeout=5.0)

    def _after_fork(self) -> None:
        self.lock = threading.Lock()


_making = _Making()


def _made(kind: Any, *tables: Any) -> Callable[[str], list[tuple[str, int, int, float]] | Literal[False]]:
    with _making.lock:
        # Ended: what is registered above came too late, as a thread of ours has imported this module.
        if _making.is_ending or not threading.main_thread().is_alive():
            raise ValueError("The process is ending.")
        find: Callable[[str], list[tuple[str, int, int, float]] | Literal[False]] = kind(*tables).find
        return find


def native_finder(parts: Parts) -> NativeFinder | None:
    """One for an engine's parts; None without the package, or if that cannot take them."""
    native = module()
    if native is None or parts.scanner.families is None:
        return None
    try:
        return NativeFinder(native, parts)
    except (ValueError, TypeError, re.error) as error:
        logger.debug("Finding without the native scanner: %s", error)
        return None
