"""What masking found in the spans of a trace, for the flags on its root."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from spanwright_semconv.attributes import (
    SPANWRIGHT_PII_DETECTED,
    SPANWRIGHT_PII_ENTITY_TYPES,
    SPANWRIGHT_PII_MASKED,
)


class Findings(NamedTuple):
    """``masked`` is None where nothing was found."""

    detected: bool
    masked: bool | None
    types: frozenset[str]

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> Findings | None:
        """What the span with ``attributes`` tells; None where masking told nothing."""
        detected = attributes.get(SPANWRIGHT_PII_DETECTED)
        if detected is False:
            return _NOTHING
        if detected is not True:
            return None
        masked, types = attributes.get(SPANWRIGHT_PII_MASKED), attributes.get(SPANWRIGHT_PII_ENTITY_TYPES)
        named = (name for name in types if isinstance(name, str)) if isinstance(types, list | tuple) else ()
        return cls(True, masked if isinstance(masked, bool) else None, frozenset(named))

    def merged(self, other: Findings | None) -> Findings:
        """What was found in both: masked if anything was."""
        if other is None or other is self:
            return self
        known = [masked for masked in (self.masked, other.masked) if masked is not None]
        return Findings(
            self.detected or other.detected, any(known) if known else None, self.types | other.types
        )


_NOTHING = Findings(False, None, frozenset())
