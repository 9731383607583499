"""From findings to text without them: what stands in their place, in plain text, JSON and nested values."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from spanwright_semconv.pseudonym import hash_key

from ..audit.originals import Edit as Change
from ..audit.originals import Replaced
from . import json_text
from .card import is_card
from .engine import Detector, FindingCache, is_plain
from .finding import PLACEHOLDER_WORDS, Entity, Finding, merge
from .json_text import Edit, Kind
from .trace_memory import TraceNames
from .typed_keys import ORDINARY, KeyTraits, key_traits, keyed_score, normal_key, person_names

#: What stands in the place of a value too long to look at.
OVERSIZE = "[OVERSIZE]"
#: A placeholder of ours, however it came there: never masked again.
PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]{1,30}(?:_[0-9a-f]{8})?\]")
#: JSON inside strings inside JSON … is followed to this depth, then read as text.
_DEPTH = 8
_BASE64 = re.compile(r"(?:data:[\w.+/-]{0,80}(?:;[\w=.+-]{1,40}){0,4};base64,)?[A-Za-z0-9+/_-]{256,}={0,2}")
#: A number of less than six digits is none of anybody's.
_LEAST_NUMBER = 100_000
_NOBODY: Mapping[str, float] = {}
#: A masked text is looked at again until nothing is found, at most so often: what a placeholder left
#: beside itself may have become an entity of its own.
_ROUNDS = 4


class Action(StrEnum):
    """What becomes of a finding."""

    MASK = "mask"  #: ``[EMAIL]``
    PSEUDONYM = "pseudonym"  #: ``[EMAIL_3f2a91c0]``: the same for the same value
    KEEP = "keep"  #: reported, not changed


@dataclass(slots=True)
class Found:
    """What was found in one span or log record: types, and values only for those who keep them apart."""

    names: TraceNames
    types: set[str] = field(default_factory=set)
    masked: bool = False
    oversize: int = 0  #: values replaced and not yet counted
    was_oversize: bool = False
    #: (type, value, score) for the trace's memory.
    learned: list[tuple[str, str, float]] = field(default_factory=list, repr=False)
    #: Every change of a text, for the audit log; None where there is none.
    replaced: list[Replaced] | None = field(default=None, repr=False)
    place: str = ""  #: of the span, for ``replaced``

    def applied(self, key: str, text: str, edits: list[Edit]) -> str:
        """``text``, which stands under ``key``, with ``edits`` made and noted."""
        if not edits:
            return text
        if self.replaced is not None:
            changes = tuple(Change(start, text[start:end], new) for start, end, new in edits)
            self.replaced.append(Replaced(self.place, key, changes))
        return json_text.apply(text, edits)

    def too_long(self) -> str:
        """What stands for a value too long or too deep to look at; counts it."""
        self.oversize += 1
        self.was_oversize = True
        return OVERSIZE


@dataclass(frozen=True, slots=True)
class Policy:
    """What counts as found and what becomes of it."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    min_score: float = 0.0
    #: Values that never count, case-folded.
    allow: frozenset[str] = frozenset()
    #: Bytes (UTF-8) of a value that is still looked at.
    max_bytes: int = 1_000_000
    #: Gives the secret key of the pseudonyms.
    key: Callable[[], bytes] = hash_key


class Redactor:
    """Masks texts by one policy. Holds no state but the cache of what was found where."""

    def __init__(self, detector: Detector, cache: FindingCache, policy: Policy) -> None:
        self._detector = detector
        self._cache = cache
        self._policy = policy

    def value(self, key: str, value: Any, found: Found) -> Any:
        """``value`` without what the policy masks; the same object if nothing changed.

        ``key`` is the attribute or key it stands under. Strings are read as JSON where they hold any;
        lists and maps are walked; bytes are masked if they are UTF-8, whole numbers if their key or a check
        digit says what they are. Everything else stays.
        """
        if isinstance(value, str):
            return self.text(key, value, found)
        if isinstance(value, bytes):
            return self._bytes(key, value, found)
        if type(value) is int:
            return self._number(key, value, found)
        if isinstance(value, list | tuple | Mapping):
            return self._nested(key, value, found, person_names(value), 0)
        return value

    def text(self, key: str, text: str, found: Found) -> str:
        """``text``, masked."""
        if (
            len(text) * 4 > self._policy.max_bytes
            and len(text.encode("utf-8", "surrogatepass")) > self._policy.max_bytes
        ):
            return found.too_long()
        return found.applied(key, text, self._edits(text, key, Kind.STRING, found))

    def identifier(self, text: str, found: Found) -> str:
        """``text``, an id or the name of a thing, without e-mail addresses and secrets."""
        return found.applied("", text, self._chosen(text, self._detector.find_identifying(text), found))

    def identifiers(self, value: Any, found: Found) -> Any:
        """``identifier`` for a string, or the strings of a list; the same object if nothing changed."""
        if isinstance(value, str):
            return self.identifier(value, found) if "@" in value else value
        if not isinstance(value, list | tuple):
            return value
        items = [
            self.identifier(item, found) if isinstance(item, str) and "@" in item else item for item in value
        ]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)

    def _nested(self, key: str, value: Any, found: Found, names: Mapping[str, float], depth: int) -> Any:
        if depth > 64:
            return found.too_long()
        if isinstance(value, str):
            if names.get(value) and normal_key(key) == "name":
                edits = self._edits(value, key, Kind.STRING, found, names=names)
                return found.applied(key, value, edits)
            return self.text(key, value, found)
        if isinstance(value, bytes):
            return self._bytes(key, value, found)
        if type(value) is int:
            return self._number(key, value, found)
        if isinstance(value, list | tuple):
            items = [self._nested(key, item, found, names, depth + 1) for item in value]
            same = all(new is old for new, old in zip(items, value, strict=True))
            return value if same else type(value)(items)
        if isinstance(value, Mapping):
            pairs = {
                self._key_text(str(name), found): self._nested(str(name), item, found, names, depth + 1)
                for name, item in value.items()
            }
            same = all(pairs.get(name) is item for name, item in value.items())
            return value if same and len(pairs) == len(value) else pairs
        return value

    def _bytes(self, key: str, value: bytes, found: Found) -> bytes:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            return value
        new = self.text(key, text, found)
        return value if new is text else new.encode()

    def _number(self, key: str, value: int, found: Found) -> int | str:
        if -_LEAST_NUMBER < value < _LEAST_NUMBER or value >= _LEAST_NUMBER**4:
            return value
        edits = self._number_edits(str(value), key, found)
        return found.applied(key, str(value), edits) if edits else value

    def _key_text(self, key: str, found: Found) -> str:
        return self.identifier(key, found) if _is_odd_key(key) else key

    def _edits(
        self,
        text: str,
        key: str,
        kind: Kind,
        found: Found,
        *,
        names: Mapping[str, float] = _NOBODY,
        depth: int = 0,
    ) -> list[Edit]:
        """The edits of one decoded string or number under ``key``, whatever it holds.

        ``names`` are the values of the bare ``name`` keys around it that are people's.
        """
        if kind is Kind.KEY:
            return (
                self._chosen(text, self._detector.find_identifying(text), found) if _is_odd_key(text) else []
            )
        if kind is Kind.NUMBER:
            return self._number_edits(text, key, found)
        traits = key_traits(key)
        if traits is not ORDINARY and (keyed := self._keyed(text, traits, names)):
            return [] if PLACEHOLDER.fullmatch(text) else self._chosen(text, keyed, found)
        if not found.names.needles and is_plain(text):
            return []
        if len(text) > 256 and _BASE64.fullmatch(text):
            return []
        if traits.is_identifier:
            return self._chosen(text, self._detector.find_identifying(text), found)
        if depth < _DEPTH and json_text.looks_like_json(text):
            return self._json_edits(text, found, depth)
        return self._stable(text, self._plain, found)

    def _json_edits(self, text: str, found: Found, depth: int) -> list[Edit]:
        try:
            tree = json.loads(text)
        except (ValueError, RecursionError):
            return self._stable(text, self._broken, found)
        names = person_names(tree) if 'ame"' in text else _NOBODY
        return json_text.edits(
            text, lambda leaf, key, kind: self._edits(leaf, key, kind, found, names=names, depth=depth + 1)
        )

    def _broken(self, text: str, found: Found) -> list[Edit]:
        """Cut or otherwise invalid JSON: read as text, and its strings as far as they can be told apart."""
        strings = json_text.edits(
            text, lambda leaf, key, kind: self._edits(leaf, key, kind, found, depth=_DEPTH)
        )
        return _united([*strings, *self._plain(text, found)])

    def _plain(self, text: str, found: Found) -> list[Edit]:
        findings = list(self._cache(text, self._detector.find))
        findings += found.names.find(text)
        edits = self._chosen(text, merge(findings), found)
        if "\\" not in text:
            return edits
        # Escapes of JSON, Python or a log formatter: an address or a name may be spelled with them.
        decoded = json_text.decode(text)
        findings = [*self._detector.find(decoded), *found.names.find(decoded)]
        return _united([*edits, *json_text.written(text, self._chosen(decoded, merge(findings), found))])

    def _stable(self, text: str, once: Callable[[str, Found], list[Edit]], found: Found) -> list[Edit]:
        edits = once(text, found)
        for _ in range(_ROUNDS):
            if not edits:
                break
            more = once(json_text.apply(text, edits), found)
            if not more:
                break
            edits = _composed(edits, more)
        return edits

    def _keyed(self, text: str, traits: KeyTraits, names: Mapping[str, float]) -> list[Finding]:
        """The whole value as one finding, where its key says what it is."""
        entity = traits.entity
        score = keyed_score(entity, text) if entity else 0.0
        if not score and traits.is_name and text in names:
            entity, score = Entity.PERSON, names[text]
        return (
            [Finding(entity, 0, len(text), score)]
            if entity and score and self._detector.wants(entity)
            else []
        )

    def _number_edits(self, text: str, key: str, found: Found) -> list[Edit]:
        traits = key_traits(key)
        keyed = [] if traits.entity is Entity.SECRET else self._keyed(text, traits, _NOBODY)
        if (
            not keyed
            and not traits.is_identifier
            and 14 <= len(text) <= 16
            and text.isdigit()
            and is_card(text)
        ):
            wanted = self._detector.wants(Entity.CREDIT_CARD)
            keyed = [Finding(Entity.CREDIT_CARD, 0, len(text), 0.6)] if wanted else []
        return self._chosen(text, keyed, found)

    def _chosen(self, text: str, findings: Iterable[Finding], found: Found) -> list[Edit]:
        """The findings that count, noted, as edits."""
        edits: list[Edit] = []
        policy = self._policy
        for entity, start, end, score in findings:
            value = text[start:end]
            if score < policy.min_score or value.casefold() in policy.allow or PLACEHOLDER.fullmatch(value):
                continue
            found.types.add(entity)
            found.learned.append((entity, value, score))
            action = policy.actions.get(entity, Action.MASK)
            if action is not Action.KEEP:
                found.masked = True
                edits.append(Edit(start, end, self._replacement(entity, value, action)))
        return edits

    def _replacement(self, entity: str, value: str, action: Action) -> str:
        word = PLACEHOLDER_WORDS.get(entity, entity)
        if action is Action.MASK:
            return f"[{word}]"
        message = f"{entity}\0{normal_value(entity, value)}".encode("utf-8", "surrogatepass")
        return f"[{word}_{hmac.new(self._policy.key(), message, hashlib.sha256).hexdigest()[:8]}]"


def _is_odd_key(key: str) -> bool:
    """True for a key that may be data itself: an e-mail address, a token."""
    return "@" in key or len(key) > 24


def normal_value(entity: str, value: str) -> str:
    """The form in which two spellings of one value agree: digits only, one case, single blanks."""
    if entity in (Entity.CREDIT_CARD, Entity.PHONE_NUMBER, Entity.US_SSN):
        return "".join(character for character in value if character.isdigit())
    if entity == Entity.IBAN_CODE:
        return "".join(character for character in value if character.isalnum()).upper()
    if entity == Entity.SECRET:
        return value
    return " ".join(value.casefold().split())


def _united(edits: Iterable[Edit]) -> list[Edit]:
    """The edits in order, overlapping ones made one that covers them all and puts in what the longest
    does."""
    united: list[Edit] = []
    longest = 0
    for edit in sorted(edits):
        if united and edit.start < united[-1].end:
            last = united[-1]
            replacement = last.replacement if longest >= edit.end - edit.start else edit.replacement
            longest = max(longest, edit.end - edit.start)
            united[-1] = Edit(last.start, max(last.end, edit.end), replacement)
        else:
            united.append(edit)
            longest = edit.end - edit.start
    return united


def _composed(first: list[Edit], second: Iterable[Edit]) -> list[Edit]:
    """``first`` and then ``second``, which edits what ``first`` made, as edits of the original text."""
    in_original = partial(_position_before, first)
    moved = [
        Edit(in_original(start, False), in_original(end, True), replacement)
        for start, end, replacement in second
    ]
    kept = [
        edit for edit in first if not any(new.start <= edit.start and edit.end <= new.end for new in moved)
    ]
    return _united([*kept, *moved])


def _position_before(edits: Iterable[Edit], position: int, is_end: bool) -> int:
    """Where ``position`` of the edited text was in the original; inside a replacement, the edge of the
    edit."""
    shift = 0
    for start, end, replacement in edits:
        new_start = start + shift
        new_end = new_start + len(replacement)
        if position < new_start or (is_end and position == new_start):
            break
        if position < new_end or (is_end and position == new_end):
            return end if is_end else start
        shift += len(replacement) - (end - start)
    return position - shift
