"""Libraries that trace themselves: whose spans are recorded, theirs or ours."""

from __future__ import annotations

from .emitter import NATIVE_VARIABLE, choice

__all__ = ["NATIVE_VARIABLE", "keeps_native"]


def keeps_native(library: str) -> bool:
    """Whether the user wants the spans of the library itself; read anew with each call, as clients are made
    anew."""
    return library in choice().native
