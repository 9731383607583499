"""What backends keep of a span. Source: each backend's documents, 2026-11 (docs/guides/backends.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

ProfileName = Literal[
    "datadog",
    "datadog_llm",
    "elastic",
    "honeycomb",
    "langfuse",
    "langsmith",
    "newrelic",
    "none",
    "phoenix",
    "tempo",
]


class Profile(NamedTuple):
    """``value_bytes``: UTF-8 bytes of one value; ``array_items``: of one array. None for no limit."""

    value_bytes: int | None
    array_items: int | None = None


PROFILES: Mapping[ProfileName, Profile] = {
    "datadog": Profile(24_000),  # values are cut at 25,000 bytes
    "datadog_llm": Profile(24_000),  # a span over its limit loses all input and output
    "elastic": Profile(1_000),
    "honeycomb": Profile(64_000),
    "langfuse": Profile(64_000),
    "langsmith": Profile(64_000),
    "newrelic": Profile(4_000, 64),
    "none": Profile(None),
    "phoenix": Profile(None),
    "tempo": Profile(2_000),  # cut at 2,048 bytes by default, in the middle of a character
}


def widest(profiles: list[Profile]) -> Profile:
    """What fits at least one of ``profiles``."""

    def most(limits: list[int | None]) -> int | None:
        known = [limit for limit in limits if limit is not None]
        return max(known) if len(known) == len(limits) else None

    return Profile(most([one.value_bytes for one in profiles]), most([one.array_items for one in profiles]))
