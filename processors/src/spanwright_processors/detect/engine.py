"""Detection in one text: which detectors have to look at it at all, and what they find together."""

from __future__ import annotations

import hashlib
import re
import secrets as randomness
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from . import bitcoin, card, email, iban, ip, mac, number_places, official_numbers, person, secrets, ssn
from .finding import Entity, Finding, merge
from .id_text import IdNumbers, is_nobodys
from .native import NativeScanner, scanner
from .phone import DEFAULT_REGIONS, PhoneNumbers
from .phone import is_known as is_known_number
from .places import Flag, has_secrets

if TYPE_CHECKING:
    from spanwright_native import Places

    Digest: TypeAlias = hashlib.blake2b

#: Finds in ``text[start:end]``, given with the text's lower-case form of the same length.
FindNumbers: TypeAlias = Callable[[str, str, int, int], Iterable[Finding]]

#: A text of so few letters holds neither a name with its cue nor a secret.
_PLAIN_LENGTH = 18
_PLAIN = re.compile(r"[A-Za-z_./-]*|.{0,4}", re.DOTALL)
#: The fewest digits of an address, and of a card and of a social security number.
_ADDRESS_DIGITS, _CARD_DIGITS, _SSN_DIGITS = 4, 12, 9
#: What may follow the last digit of such a place and still matters, in characters.
_AFTER = 8


class Detector:
    """Finds ``entities`` in texts. Without state between texts; safe to use from several threads.

    ``native``: with the scanner of ``spanwright-native`` where that is installed.
    """

    def __init__(
        self,
        entities: Collection[str] = tuple(Entity),
        phone_regions: tuple[str, ...] = DEFAULT_REGIONS,
        *,
        native: bool = True,
    ) -> None:
        wanted = frozenset(entities)
        self._wanted = wanted
        number_finds: tuple[tuple[str, int, FindNumbers], ...] = (
            (Entity.CREDIT_CARD, _CARD_DIGITS, card.find),
            (Entity.US_SSN, _SSN_DIGITS, ssn.find),
            *official_numbers.FINDERS,
        )
        self._iban = Entity.IBAN_CODE in wanted
        self._phone = PhoneNumbers(phone_regions) if Entity.PHONE_NUMBER in wanted else None
        self._numbers = tuple((least, find) for entity, least, find in number_finds if entity in wanted)
        self._ids = IdNumbers(wanted, phone_regions)
        self._email = Entity.EMAIL_ADDRESS in wanted
        self._ip = Entity.IP_ADDRESS in wanted
        self._mac = Entity.MAC_ADDRESS in wanted
        self._crypto = Entity.CRYPTO in wanted
        self._secret = Entity.SECRET in wanted
        self._person = Entity.PERSON in wanted
        self._scanner = scanner(wanted) if native else None

    def wants(self, entity: str) -> bool:
        """True if ``entity`` is among those to find."""
        return entity in self._wanted

    def find(self, text: str) -> list[Finding]:
        """Everything found in ``text``, in order of position, nothing overlapping (``merge``)."""
        found = self.candidates(text)
        return merge(found) if len(found) > 1 else found

    def fork(self) -> None:
        """Nothing is inherited."""

    @property
    def is_loading(self) -> bool:
        """True while something is loaded that takes processor time from looking at texts: never here."""
        return False

    def when_changed(self, call: Callable[[], None]) -> None:
        """Have ``call`` called when the same text may be found to hold something else: never here."""

    def without_analyzer(self) -> Detector:
        """One that takes no longer than patterns do: this one."""
        return self

    def reader(self) -> NativeScanner | None:
        """What tells that a text holds nothing of what is looked for; None: every text has to be looked at.

        For what stands under this class, which may look for more, None unless it says otherwise.
        """
        return self._scanner if type(self) is Detector else None

    def candidates(self, text: str, known: Sequence[Finding] = ()) -> list[Finding]:
        """Everything found in ``text``, in no order, findings that overlap included.

        But for what lies inside one of ``known``, which another engine has found, and is no surer.
        """
        if self._scanner is not None and (places := self._scanner.places(text)) is not False:
            return [] if places is None or is_plain(text) else self._at(text, places, known)
        if is_plain(text):
            return []
        lower = lower_case(text)
        found = self.find_identifying(text, lower, known)
        if self._person:
            found += person.find(text, lower)
        if self._mac:
            found += mac.find(text)
        signs = number_places.signs(text)
        if b"1" not in signs and "::" not in text:
            return found
        if self._crypto:
            found += bitcoin.find(text)
        if self._ip and _may_hold_address(text, signs):
            found += ip.find(text, lower)
        if self._numbers or self._iban or self._phone:
            for place in number_places.places(text, signs):
                self._add_numbers(found, text, lower, place, known)
        return found

    def _add_numbers(
        self,
        found: list[Finding],
        text: str,
        lower: str,
        place: tuple[int, int, int],
        known: Sequence[Finding],
    ) -> None:
        start, end, digits = place
        after = end + _AFTER
        for least, find in self._numbers:
            if digits >= least:
                found += find(text, lower, start, after)
        # Where all of it is a telephone number, no letters of an account's country stand in it.
        if known and is_known_number(text, start, end, known):
            return
        if self._iban:
            found += iban.find(text, lower, start, after)
        if self._phone is not None:
            found += self._phone(text, lower, start, after)

    def _at(self, text: str, places: Places, known: Sequence[Finding]) -> list[Finding]:
        """``candidates`` where the scanner says that something may be."""
        flags, names, numbers, _, _ = places
        lower = lower_case(text)
        found: list[Finding] = []
        if flags & Flag.EMAIL and not (known and email.are_known(text, known)):
            found += email.find(text, lower)
        if self._secret and has_secrets(places):
            found += secrets.find(text, lower, places)
        if names or (self._person and (flags & Flag.ANY_CASE_NAME or not text.isascii())):
            found += person.find(text, lower, names)
        if flags & Flag.ADDRESS:
            found += ip.find(text, lower)
        if flags & Flag.MAC:
            found += mac.find(text)
        if flags & Flag.CRYPTO:
            found += bitcoin.find(text)
        for place in numbers:
            self._add_numbers(found, text, lower, place, known)
        return found

    def find_identifying(
        self, text: str, lower: str | None = None, known: Sequence[Finding] = ()
    ) -> list[Finding]:
        """Only e-mail addresses and secrets, which no identifier or name of a thing is mistaken for."""
        found: list[Finding] = []
        lower = lower_case(text) if lower is None else lower
        if self._email and ("@" in text or "%40" in text) and not (known and email.are_known(text, known)):
            found += email.find(text, lower)
        if self._secret:
            found += secrets.find(text, lower)
        return found

    def find_in_id(self, text: str) -> list[Finding]:
        """What an id holds that is somebody's: addresses, secrets, and numbers that show what they are."""
        if is_nobodys(text):
            return []
        lower = lower_case(text)
        return [*self.find_identifying(text, lower), *self._ids.find(text, lower)]


def _may_hold_address(text: str, signs: bytes) -> bool:
    """Version 4 needs a full stop between digits, version 6 two colons."""
    if b"1.1" not in signs and text.count(":") < 2:
        return False
    return "::" in text or signs.count(b"1") >= _ADDRESS_DIGITS


def is_plain(text: str) -> bool:
    """True for a short text that can hold nothing of any type: ``user``, ``text``, ``gpt-mini``."""
    return len(text) <= _PLAIN_LENGTH and _PLAIN.fullmatch(text) is not None


def lower_case(text: str) -> str:
    """``text`` in lower case and of the same length: İ alone becomes two characters otherwise."""
    return text.lower() if text.isascii() else text.replace("İ", "I").lower()


_default = Detector()


def find(text: str, entities: Collection[str] = tuple(Entity)) -> list[Finding]:
    """What ``entities`` are in ``text``, in order of position, nothing overlapping."""
    detector = _default if len(entities) == len(Entity) else Detector(entities)
    return detector.find(text)


class FindingCache:
    """What was found in texts seen before, for chat histories that come again with every turn.

    Keyed by a keyed BLAKE2b digest with a key drawn for the process, so that it holds no text; bounded to
    ``max_bytes`` (an estimate; 0 switches it off). Two generations: what is used again outlives the older
    one. Safe from several threads without a lock: a lost race costs a second look at a text.
    """

    #: Shorter texts cost no more to look at than to look up.
    SHORTEST = 160
    _ENTRY_BYTES, _FINDING_BYTES = 200, 160

    def __init__(self, max_bytes: int) -> None:
        self._half = max_bytes // 2
        self._keyed = hashlib.blake2b(digest_size=16, key=randomness.token_bytes(32))
        self.clear()

    def __bool__(self) -> bool:
        """False if it is switched off."""
        return self._half > 0

    def clear(self) -> None:
        """Forget everything; what is being looked at meanwhile is not kept."""
        self.era = object()
        self._young: dict[bytes, tuple[Any, int]] = {}
        self._old: dict[bytes, tuple[Any, int]] = {}
        self._young_bytes = 0

    def __call__(self, text: str, find: Callable[[str], list[Finding]]) -> Iterable[Finding]:
        """``find(text)``, from memory where it can be. One cache serves one ``find``."""
        if self._half == 0 or len(text) < self.SHORTEST:
            return find(text)
        key, era = self.key(text), self.era
        kept: tuple[Finding, ...] | None = self.get(key)
        if kept is None:
            kept = tuple(find(text))
            self.keep(key, kept, len(kept), era)
        return kept

    def key(self, text: str, beside: bytes = b"") -> bytes:
        """What stands for a text; ``beside``: what else decides on what is kept of it."""
        return self.finished(self.digest(text), beside)

    def digest(self, text: str, after: Digest | None = None) -> Digest:
        """The digest of ``text``, or of it behind what ``after`` is of."""
        digest = (after or self._keyed).copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        return digest

    @staticmethod
    def finished(digest: Digest, beside: bytes) -> bytes:
        """The key for the text of ``digest``, and ``beside``."""
        if beside:
            digest = digest.copy()
            digest.update(b"\xff" + beside)  # no UTF-8 holds that byte
        return digest.digest()

    def get(self, key: bytes) -> Any:
        """What is kept under ``key``; None for nothing."""
        kept = self._young.get(key)
        if kept is None:
            kept = self._old.get(key)
            if kept is None:
                return None
            self._keep(key, kept)
        return kept[0]

    def keep(self, key: bytes, value: Any, findings: int, era: object) -> None:
        """Keep ``value``, of so many ``findings``, unless all was forgotten since ``era``."""
        if era is self.era:
            self._keep(key, (value, findings))

    def _keep(self, key: bytes, kept: tuple[Any, int]) -> None:
        self._young[key] = kept
        self._young_bytes += self._ENTRY_BYTES + self._FINDING_BYTES * kept[1]
        if self._young_bytes > self._half:
            self._old, self._young, self._young_bytes = self._young, {}, 0
