"""What the store says when it cannot do something."""

from __future__ import annotations


class StoreError(Exception):
    """The message says what, why, and what to do instead."""


class UnavailableError(StoreError):
    """The database does not answer now: the same may succeed later."""


class UnwritableError(StoreError):
    """The database refuses what a batch holds: the same will fail again."""
