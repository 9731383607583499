"""The totals that a called service returns in a header of its HTTP answer, and how they are written there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

#: Name of the header. ``spanwright-totals: usd=0.0123;unknown=0;calls=2;in=900;out=120``
HEADER = "spanwright-totals"
#: Where OpenTelemetry's HTTP clients put it if told to capture it, in either spelling.
CAPTURED = (f"http.response.header.{HEADER}", f"http.response.header.{HEADER.replace('-', '_')}")

_COUNTS = ("unknown", "calls", "in", "out")
_LONGEST = 512
#: More than any request costs or counts: what a header says beyond it is nonsense.
_MOST = 10**12


class RemoteTotals(NamedTuple):
    """Totals of called services: ``usd`` None where none had a priced call."""

    usd: Decimal | None
    unknown_calls: int
    model_calls: int
    input_tokens: int
    output_tokens: int
    answers: int = 1

    @classmethod
    def of(cls, attributes: Mapping[str, Any]) -> RemoteTotals | None:
        """What the client span with ``attributes`` was returned; None for nothing that can be read."""
        for key in CAPTURED:
            values = attributes.get(key)
            if isinstance(values, list | tuple) and len(values) == 1:
                values = values[0]
            if isinstance(values, str):
                return cls.read(values)
        return None

    @classmethod
    def read(cls, text: str) -> RemoteTotals | None:
        """The totals in a header's value; None for what is no such value."""
        if len(text) > _LONGEST:
            return None
        fields = dict(pair.strip().split("=", 1) for pair in text.split(";") if "=" in pair)
        try:
            usd = float(fields["usd"]) if "usd" in fields else None
            counts = [int(fields.get(name, "0")) for name in _COUNTS]
        except ValueError:
            return None
        if not fields.keys() & {"usd", *_COUNTS} or not all(0 <= count <= _MOST for count in counts):
            return None
        if usd is not None and not (math.isfinite(usd) and 0 <= usd <= _MOST):
            return None
        return cls(None if usd is None else Decimal(repr(usd)), *counts)

    def written(self) -> str:
        """The same as a header's value."""
        counts = (self.unknown_calls, self.model_calls, self.input_tokens, self.output_tokens)
        fields = [f"{name}={count}" for name, count in zip(_COUNTS, counts, strict=True)]
        return ";".join(([] if self.usd is None else [f"usd={float(self.usd)!r}"]) + fields)

    def merged(self, other: RemoteTotals | None) -> RemoteTotals:
        """The sum of both."""
        if other is None:
            return self
        usd = self.usd if other.usd is None else other.usd if self.usd is None else self.usd + other.usd
        return RemoteTotals(usd, *(one + two for one, two in zip(self[1:], other[1:], strict=True)))
