"""The one signal between the two halves: whether what a provider exports is masked.

The processors set it on the tracer provider they guard, the instrumentors read it there, and neither imports
the other.
"""

from __future__ import annotations

from typing import Protocol

GUARD_ATTRIBUTE = "_spanwright_guard"


class Guard(Protocol):
    def masks_content(self) -> bool:
        """True while every exporter of this provider is behind the pipeline and the pipeline masks."""
        ...


def content_is_guarded(provider: object) -> bool:
    """True if message content put on this provider's spans is masked before any exporter sees it."""
    guard: Guard | None = getattr(provider, GUARD_ATTRIBUTE, None)
    return guard is not None and guard.masks_content()
