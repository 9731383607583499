"""The optional scanner of ``spanwright-native``, which says in one pass over a text where to look at all.

It finds nothing itself: every finding comes from the same Python code with it and without it, so that it can
make masking faster but not different. Where it cannot tell (a lone surrogate, text that is nested too deep)
Python looks everywhere, as it does where the package is not installed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Final, Literal

from . import json_text, official_numbers, uncapitalised
from .finding import Entity
from .json_text import Kind, Leaf
from .person_cues import CUES
from .secret_rules import KEYWORDS, RUN_CHARACTERS, Place
from .secret_table import RULES
from .typed_keys import ORDINARY, key_traits

if TYPE_CHECKING:
    from spanwright_native import Families

logger = logging.getLogger(__name__)

#: Of the package's interface; another one is as good as none.
_VERSION: Final = 3
#: Characters of a token's literal that are compared.
_BEGINNING: Final = 4
#: Ordinary keys of which the scanner has been told, and is not told again.
_KEYS: Final = 4_096
_KINDS: Final = (Kind.STRING, Kind.STRING, Kind.KEY, Kind.NUMBER)


_WANTED: dict[str, int] = {
    Entity.EMAIL_ADDRESS: 1,
    Entity.SECRET: 2,
    Entity.PERSON: 4 | 2,  # names in scripts without capitals are noticed as keywords of secrets are
    Entity.IP_ADDRESS: 8,
    Entity.CREDIT_CARD: 16,
    Entity.IBAN_CODE: 16,
    Entity.US_SSN: 16,
    Entity.PHONE_NUMBER: 16,
    **{entity: 16 for entity, _least, _find in official_numbers.FINDERS},
    Entity.CRYPTO: 32,
    Entity.MAC_ADDRESS: 64,
}


@cache
def module() -> ModuleType | None:
    """``spanwright_native``; None where it is not installed, does not load or is of another version."""
    try:
        import spanwright_native
    except Exception as error:  # a wheel for another machine fails in its own ways
        logger.debug("Masking without the native scanner: %s", error)
        return None
    if spanwright_native.VERSION != _VERSION:
        logger.debug("Masking without the native scanner: it has version %s", spanwright_native.VERSION)
        return None
    return spanwright_native


class NativeScanner:
    """Says where to look in texts for ``entities``, and by the patterns of ``families``. Safe for threads."""

    def __init__(self, native: ModuleType, entities: Iterable[str], families: Families | None = None) -> None:
        wanted = 0
        for entity in entities:
            wanted |= _WANTED.get(entity, 0)
        self._scanner = native.Scanner(
            wanted,
            [cue.words.rstrip() for cue in CUES],
            [keyword.literal for keyword in KEYWORDS if keyword.literal.isascii()],
            _keyword_letters(),
            sorted(_literals(Place.WORD)),
            sorted(_literals(Place.INSIDE)),
            sorted(_literals(Place.ANYWHERE)),
            RUN_CHARACTERS,
            families,
        )
        self._told: set[str] = set()
        #: None: nowhere; False: it cannot tell; otherwise where our own detectors have to look.
        self.places = self._scanner.places
        #: True if there is nothing in a text.
        self.is_clean = self._scanner.is_clean

    def leaves(self, text: str, needles: Sequence[str] = ()) -> Iterable[Leaf] | Literal[False] | None:
        """The leaves of JSON (``json_text.leaves``) without those that nothing is to be done about.

        ``needles``: words in lower case that count too. None: ``text`` is no valid JSON; False: it cannot
        tell.
        """
        found = self._scanner.leaves(text, needles)
        if found is False or found is None:
            return found
        return self._read(text, found) if found else ()

    def _read(self, text: str, found: Iterable[tuple[int, int, int, int, int]]) -> Iterator[Leaf]:
        for start, end, key_start, key_end, kind in found:
            key = _decoded(text[key_start:key_end]) if key_start >= 0 else ""
            if key not in self._told and key.isascii() and key_traits(key) is ORDINARY:
                self._tell(key)
            yield _decoded(text[start:end]), start, end, key, _KINDS[kind]

    def _tell(self, key: str) -> None:
        if len(self._told) >= _KEYS:
            self._told = set()
        self._told.add(key)
        self._scanner.learn(key)


def scanner(entities: frozenset[str], families: Families | None = None) -> NativeScanner | None:
    """For our own detectors of ``entities``, and ``families`` of patterns; None without the package.

    A scanner without families is one and the same for the same entities.
    """
    native = module()
    if native is None:
        return None
    try:
        return _ours(native, entities) if families is None else NativeScanner(native, entities, families)
    except Exception as error:  # masking goes on without it, whatever is wrong with it
        logger.debug("Masking without the native scanner: %s", error)
        return None


@lru_cache(maxsize=32)
def _ours(native: ModuleType, entities: frozenset[str]) -> NativeScanner:
    return NativeScanner(native, entities)


def _decoded(raw: str) -> str:
    return json_text.decode(raw) if "\\" in raw else raw


def _literals(place: Place) -> set[str]:
    texts = {text for rule in RULES if rule.place is place for text in rule.literals}
    return {text[:_BEGINNING] for text in texts} if place is Place.WORD else texts


def _keyword_letters() -> str:
    """The letters beyond ASCII, in both cases, by one of which each such keyword or cue is noticed."""
    literals = [keyword.literal for keyword in KEYWORDS if not keyword.literal.isascii()]
    letters = {min(set(literal) - _ASCII) for literal in (*literals, *uncapitalised.LITERALS)}
    return "".join(sorted({case for letter in letters for case in (letter, letter.upper())}))


_ASCII = frozenset(map(chr, range(128)))
