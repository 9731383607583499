"""Presidio's detections at a fraction of their price: its definitions as data, run by our own engine."""

from __future__ import annotations

from functools import lru_cache

from .compilation import CompilationError, definitions, is_installed
from .engine import FastEngine
from .selection import Selection

__all__ = ["CompilationError", "FastEngine", "Selection", "is_installed", "load_engine"]


@lru_cache(maxsize=8)
def load_engine(selection: Selection = Selection(), *, native: bool = True) -> FastEngine | None:  # noqa: B008 - frozen
    """The engine for a selection of recognizers; None if presidio-analyzer is not installed.

    Takes about 10 ms; seconds the first time after an installation, when a child process reads the
    definitions. Raises ``CompilationError`` if they cannot be read.
    """
    found = definitions(selection)
    return None if found is None else FastEngine(found, native=native)
