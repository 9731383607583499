"""From findings to text without them: what stands in their place, in plain text, JSON and nested values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Literal

from spanwright_semconv.enums import DropReason

from . import json_text
from .card import is_card
from .composition import stable, united
from .conversations import Conversations, is_array
from .engine import Detector, FindingCache, is_plain
from .finding import Entity, Finding, merge
from .found import Found
from .json_text import Edit, Kind, Leaf
from .native import NativeScanner
from .outcomes import Outcome, can_be_remembered, outcome
from .policy import Action, Policy
from .replacement import BINARY, PLACEHOLDER, in_placeholder, keyed_digits, replacement
from .typed_keys import (
    ORDINARY,
    KeyTraits,
    key_traits,
    keyed_score,
    normal_key,
    person_names,
    whole_name_score,
)

#: JSON inside strings inside JSON … is followed to this depth, then read as text.
_DEPTH = 8
#: Levels of lists and maps that are walked.
_LEVELS = 64
_BASE64 = re.compile(r"(?:data:[\w.+/-]{0,80}(?:;[\w=.+-]{1,40}){0,4};base64,)?[A-Za-z0-9+/_-]{256,}={0,2}")
#: A number of less than six digits is none of anybody's.
_LEAST_NUMBER = 100_000
_NOBODY: Mapping[str, float] = {}
#: Shorter texts cost no more to look at than to look up.
_SHORTEST_REMEMBERED = 64
_versions = count()


class Redactor:
    """Masks texts by one policy. Holds no state but the cache of what was found where."""

    def __init__(self, detector: Detector, cache: FindingCache, policy: Policy) -> None:
        self._detector = detector
        self._cache = cache
        self._conversations = Conversations(cache)
        self.policy = policy
        #: What stands for every value of a type, and its name, where that is the same for all values.
        self._placeholders: dict[str, tuple[str, str]] = {}
        #: Tells its messages from those of other policies in the cache; empty: messages are not remembered.
        self._version = b"%d," % next(_versions) if cache and can_be_remembered(policy) else b""

    @property
    def _reader(self) -> NativeScanner | None:
        return self._detector.reader()

    def with_policy(self, policy: Policy) -> Redactor:
        """The same by another policy."""
        return Redactor(self._detector, self._cache, policy)

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
            len(text) * 4 > self.policy.max_bytes
            and len(text.encode("utf-8", "surrogatepass")) > self.policy.max_bytes
        ):
            return found.drop(DropReason.OVERSIZE)
        return found.applied(key, text, self._edits(text, key, Kind.STRING, found))

    def identifier(self, text: str, found: Found) -> str:
        """``text``, an id or the name of a thing, without what is somebody's."""
        return found.applied("", text, self._chosen(text, self._detector.find_in_id(text), found))

    def identifiers(self, value: Any, found: Found) -> Any:
        """``identifier`` for a string, or the strings of a list; the same object if nothing changed."""
        if isinstance(value, str):
            return self.identifier(value, found)
        if not isinstance(value, list | tuple):
            return value
        items = [self.identifier(item, found) if isinstance(item, str) else item for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)

    def hashed(self, key: str, value: Any, found: Found) -> str:
        """A keyed hash in the place of the whole value, whatever it is."""
        text = value if isinstance(value, str) else repr(value)
        if PLACEHOLDER.fullmatch(text):
            return text
        new = f"[VALUE_{keyed_digits(self.policy, 'VALUE', text)[:16]}]"
        return found.applied(key, text, [Edit(0, len(text), new, "VALUE")])

    def _nested(self, key: str, value: Any, found: Found, names: Mapping[str, float], depth: int) -> Any:
        if depth > _LEVELS:
            return found.drop(DropReason.OVERSIZE)
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
            return self._binary(value, found)
        new = self.text(key, text, found)
        return value if new is text else new.encode()

    def _binary(self, value: bytes, found: Found) -> bytes:
        if not self.policy.drops_binary:
            return value
        found.masked = True
        return BINARY.encode()

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
            return self._chosen(text, self._detector.find_in_id(text), found) if _is_odd_key(text) else []
        if kind is Kind.NUMBER:
            return self._number_edits(text, key, found)
        traits = key_traits(key)
        if traits is not ORDINARY and (keyed := self._keyed(text, traits, names)):
            return [] if PLACEHOLDER.fullmatch(text) else self._chosen(text, keyed, found)
        if not found.names.needles and is_plain(text):
            return []
        if len(text) > 256 and _BASE64.fullmatch(text):
            return [Edit(0, len(text), BINARY, "BINARY")] if self.policy.drops_binary else []
        if traits.is_identifier:
            return self._chosen(text, self._detector.find_in_id(text), found)
        if depth < _DEPTH and json_text.looks_like_json(text):
            return (
                self._array(text, found)
                if depth == 0 and is_array(text)
                else self._json_edits(text, found, depth)
            )
        return self._message(text, found)

    def _is_clean(self, text: str) -> bool:
        """True if there is nothing to find, by escapes either; False also where only looking can tell."""
        reader = self._reader
        if reader is None or not reader.is_clean(text):
            return False
        return "\\" not in text or reader.is_clean(json_text.decode(text))

    def _message(self, text: str, found: Found) -> list[Edit]:
        """The edits of a text that is none but text; from memory, where the same was seen before."""
        found.check_time()
        needles = found.names.needles
        if not needles and self._is_clean(text):
            return []  # looking over it costs less than its digest
        if not self._version or len(text) < _SHORTEST_REMEMBERED:
            return stable(text, lambda masked: self._plain(masked, found, is_new=masked is not text))
        known = b"" if not needles else found.names.digest()
        key, era = self._cache.key(text, self._version + known), self._cache.era
        kept: Outcome | None = self._cache.get(key)
        if kept is not None:
            return kept.note(text, found)
        apart = Found(found.names, found.trace_id, found.deadline)
        try:
            edits = stable(text, lambda masked: self._plain(masked, apart, is_new=masked is not text))
        finally:
            found.join(apart)
        made = outcome(text, edits, apart.types, apart.learned)
        if made is not None:
            self._cache.keep(key, made, len(edits), era)
        return edits

    def _array(self, text: str, found: Found, *, resumes: bool = True) -> list[Edit]:
        """The edits of an array, without a second look at the messages that one seen before had."""
        if not self._version:
            return self._json_edits(text, found, 0)
        found.check_time()
        beside = self._version + (found.names.digest() if found.names.needles else b"")
        era = self._cache.era
        before = self._conversations.beginning(text, beside) if resumes else None
        if before is not None and before.length == len(text) - 1:
            return before.outcome.note(text, found)
        rest = text if before is None else "[" + text[before.length + 1 :]
        apart = Found(found.names, found.trace_id, found.deadline)
        try:
            edits, has_names = self._read_json(rest, apart, 0)
        except BaseException:
            found.join(apart)
            raise
        made = None if edits is None or has_names else outcome(rest, edits, apart.types, apart.learned)
        if before is not None:
            if made is None:
                return self._array(text, found, resumes=False)
            made = before.outcome.and_then(made, before.length)
        if made is not None:
            self._conversations.keep(text, beside, made, era, before)
            return made.note(text, found)
        found.join(apart)
        return self._broken_edits(text, found) if edits is None else edits

    def _json_edits(self, text: str, found: Found, depth: int) -> list[Edit]:
        edits, _ = self._read_json(text, found, depth)
        return self._broken_edits(text, found) if edits is None else edits

    def _read_json(self, text: str, found: Found, depth: int) -> tuple[list[Edit] | None, bool]:
        """The edits, and whether people are named by bare ``name`` keys; None for text that is no JSON."""
        found.check_time()
        leaves: Iterable[Leaf] | Literal[False] | None = False
        if self._reader is not None:
            leaves = self._reader.leaves(text, tuple(found.names.needles))
            if leaves is None:
                return None, False
        try:
            tree = json.loads(text) if leaves is False or (leaves and 'ame"' in text) else None
        except (ValueError, RecursionError):
            return None, False
        names = person_names(tree) if tree is not None and 'ame"' in text else _NOBODY
        edits = json_text.edits(
            text,
            lambda leaf, key, kind: self._edits(leaf, key, kind, found, names=names, depth=depth + 1),
            None if leaves is False else leaves,
        )
        return edits, bool(names)

    def _broken_edits(self, text: str, found: Found) -> list[Edit]:
        return stable(text, lambda masked: self._broken(masked, found))

    def _broken(self, text: str, found: Found) -> list[Edit]:
        """Cut or otherwise invalid JSON: read as text, and its strings as far as they can be told apart."""
        strings = json_text.edits(
            text, lambda leaf, key, kind: self._edits(leaf, key, kind, found, depth=_DEPTH)
        )
        return united([*strings, *self._plain(text, found)])

    def _plain(self, text: str, found: Found, *, is_new: bool = True) -> list[Edit]:
        """``is_new``: it has not been asked yet whether the text is clean."""
        found.check_time()
        findings = [*self._candidates(text, is_new=is_new), *found.names.find(text)]
        edits = self._chosen(text, findings, found) if findings else []
        if "\\" not in text:
            return edits
        # Escapes of JSON, Python or a log formatter: an address or a name may be spelled with them.
        decoded = json_text.decode(text)
        findings = [*self._detector.candidates(decoded), *found.names.find(decoded)]
        return united([*edits, *json_text.written(text, self._chosen(decoded, findings, found))])

    def _candidates(self, text: str, *, is_new: bool) -> Iterable[Finding]:
        reader = self._reader if is_new else None
        if reader is not None and reader.is_clean(text):
            return ()
        if self._version:  # the whole message is remembered
            return self._detector.candidates(text)
        return self._cache(text, self._detector.candidates)

    def _keyed(self, text: str, traits: KeyTraits, names: Mapping[str, float]) -> list[Finding]:
        """The whole value as one finding, where its key says what it is."""
        entity = traits.entity
        score = keyed_score(entity, text) if entity else 0.0
        if not score and traits.is_name and text in names:
            entity, score = Entity.PERSON, names[text]
        if not score and traits.may_be_person:
            entity, score = Entity.PERSON, whole_name_score(text)
        return (
            [Finding(entity, 0, len(text), score)] if entity and score and self.policy.wants(entity) else []
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
            wanted = self.policy.wants(Entity.CREDIT_CARD)
            keyed = [Finding(Entity.CREDIT_CARD, 0, len(text), 0.6)] if wanted else []
        return self._chosen(text, keyed, found)

    def _chosen(self, text: str, findings: Iterable[Finding], found: Found) -> list[Edit]:
        """The findings that count, noted, as edits; those that overlap made one (``merge``)."""
        counting, kept = self._counting(text, findings)
        if kept:
            # What lies in a value that stays, and is no surer, stays too: the domain of an allowed address.
            counting = [finding for finding in counting if not any(_covers(one, finding) for one in kept)]
        edits: list[Edit] = []
        placeholders = self._placeholders
        for entity, start, end, score in merge(counting) if len(counting) > 1 else counting:
            value = text[start:end]
            found.types.add(entity)
            found.learned.append((entity, value, score))
            new, kind = placeholders.get(entity) or self._replacement(entity, value, found)
            edits.append(Edit(start, end, new, kind))
        if kept:
            found.types.update(finding.type for finding in kept if self._is_kept(finding))
        return edits

    def _replacement(self, entity: str, value: str, found: Found) -> tuple[str, str]:
        """What stands for a value of a type, and the type's name."""
        made = replacement(entity, value, self.policy, found.trace_id), str(entity)
        if self.policy.action(entity) is Action.MASK:
            self._placeholders[entity] = made
        return made

    def _counting(self, text: str, findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        """Those that are to be replaced, and those that stay by action or as allowed values."""
        policy = self.policy
        entities, least, actions = policy.entities, policy.min_scores, policy.actions
        has_bracket, has_allowed = "[" in text, bool(policy.allow or policy.allow_by_type)
        counting: list[Finding] = []
        staying: list[Finding] = []
        for finding in findings:
            entity, start, end, score = finding
            if entities is not None and entity not in entities:
                continue
            if score < (least.get(entity, policy.min_score) if least else policy.min_score):
                continue
            if has_bracket and in_placeholder(text, start, end):
                continue
            stays = (actions and actions.get(entity) is Action.KEEP) or (
                has_allowed and policy.allows(entity, text[start:end])
            )
            (staying if stays else counting).append(finding)
        return counting, staying

    def _is_kept(self, finding: Finding) -> bool:
        return self.policy.action(finding.type) is Action.KEEP


def _covers(outer: Finding, inner: Finding) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and outer.score >= inner.score


def _is_odd_key(key: str) -> bool:
    """True for a key that may be data itself: an e-mail address, a token."""
    return "@" in key or len(key) > 24
