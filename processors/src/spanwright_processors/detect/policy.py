"""What counts as found, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from spanwright_semconv.pseudonym import hash_key


class Action(StrEnum):
    """What becomes of a finding."""

    MASK = "mask"  #: ``[EMAIL]``
    PSEUDONYM = "pseudonym"  #: ``[EMAIL_3f2a91c0]``: the same for the same value, within ``Scope``
    HASH = "hash"  #: ``[EMAIL_3f2a91c05b1e77d4]``: the same for the same value, in all traces
    PARTIAL = "partial"  #: ``[CARD_4242]``: the last four letters and digits
    DROP = "drop"  #: nothing in its place
    KEEP = "keep"  #: reported, not changed


class Scope(StrEnum):
    """Where the pseudonyms of one value agree."""

    TRACE = "trace"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Policy:
    """One choice of what counts and what becomes of it; scores are from 0 to 1."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    min_score: float = 0.0
    #: Least scores by type, in place of ``min_score``.
    min_scores: Mapping[str, float] = field(default_factory=dict)
    #: Types that count; None: all.
    entities: frozenset[str] | None = None
    #: Values that never count, case-folded; and those by type.
    allow: frozenset[str] = frozenset()
    allow_by_type: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Bytes (UTF-8) of a value that is still looked at.
    max_bytes: int = 1_000_000
    #: Whether what cannot be read as text (long base64, binary) is dropped rather than left alone.
    drops_binary: bool = False
    scope: Scope = Scope.ALL
    #: Whether different values have to stay different, and one the same everywhere: a hash stands for every
    #: finding.
    distinct: bool = False
    #: Gives the secret key of pseudonyms and hashes.
    key: Callable[[], bytes] = hash_key

    def wants(self, entity: str) -> bool:
        """True if findings of this type count at all."""
        return self.entities is None or entity in self.entities

    def allows(self, entity: str, value: str) -> bool:
        """True for a value that is never masked."""
        folded = value.casefold()
        return folded in self.allow or folded in self.allow_by_type.get(entity, ())

    def action(self, entity: str) -> Action:
        """What becomes of findings of this type."""
        action = self.actions.get(entity, Action.MASK)
        return Action.HASH if self.distinct and action is not Action.KEEP else action
