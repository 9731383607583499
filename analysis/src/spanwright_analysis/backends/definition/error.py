"""What is wrong with a definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class DefinitionError(Exception):
    """The definition names what is not there, or lacks what it needs; the message says where."""


def checked_keys(where: str, given: Mapping[str, Any], known: Iterable[str]) -> Mapping[str, Any]:
    """``given`` itself. Raises ``DefinitionError`` for a key that is not among ``known``."""
    surplus = sorted(given.keys() - set(known))
    if surplus:
        raise DefinitionError(
            f"Cannot use {where}: {surplus[0]!r} is not known. Use {', '.join(sorted(known))}."
        )
    return given
