"""Presidio's detections at a fraction of their price: its definitions as data, run by our own engine.

What runs them needs ``regex``, which comes with presidio-analyzer and is imported where it is used only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .compilation import CompilationError, definitions, is_installed
from .selection import Selection

if TYPE_CHECKING:
    from .engine import FastEngine

__all__ = ["CompilationError", "FastEngine", "Selection", "is_installed", "load_engine"]


@lru_cache(maxsize=8)
def load_engine(selection: Selection = Selection(), *, native: bool = True) -> FastEngine | None:  # noqa: B008 - frozen
    """The engine for a selection of recognizers; None if presidio-analyzer is not installed.

    Takes about 10 ms; seconds the first time after an installation, when a child process reads the
    definitions. Raises ``CompilationError`` if they cannot be read.
    """
    found = definitions(selection)
    if found is None:
        return None
    from .engine import FastEngine

    return FastEngine(found, native=native)


def __getattr__(name: str) -> Any:
    if name == "FastEngine":
        from .engine import FastEngine

        return FastEngine
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
