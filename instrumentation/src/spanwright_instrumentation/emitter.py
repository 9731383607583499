"""Which emitter records a call that several could: the setting, in one place."""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from typing import NamedTuple

logger = logging.getLogger(__name__)

#: Who wins, with commas between: ``outermost`` (the default) or ``spanwright`` for calls inside a framework's
#: or gateway's own inference span; ``<library>=native`` for the library's own spans, ``<library>=other`` for
#: another instrumentor's of it: then none of ours are made for that library.
EMITTER_VARIABLE = "SPANWRIGHT_INSTRUMENTATION_EMITTER"

#: Libraries whose own spans are kept, with commas between: an older way to say ``<library>=native``.
NATIVE_VARIABLE = "SPANWRIGHT_INSTRUMENTATION_NATIVE"

_WORDS = ("outermost", "spanwright")
_KINDS = ("native", "other")


class Choice(NamedTuple):
    """What the setting says.

    :param ours_inside_frameworks: a call has our span also where a framework records it around us.
    :param native: libraries that record themselves.
    :param other: libraries that another instrumentor records.
    """

    ours_inside_frameworks: bool = False
    native: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()


def choice() -> Choice:
    """The setting as it stands now."""
    return _read(os.environ.get(EMITTER_VARIABLE), os.environ.get(NATIVE_VARIABLE))


@lru_cache(maxsize=8)
def _read(chosen: str | None, native: str | None) -> Choice:
    found: dict[str, set[str]] = {"native": set(_words(native)), "other": set()}
    frameworks_lose = False
    for word in _words(chosen):
        library, sign, kind = (part.strip() for part in word.partition("="))
        if sign and kind in _KINDS:
            found[kind].add(library)
        elif not sign and library in _WORDS:
            frameworks_lose = library == "spanwright"
        else:
            logger.warning(
                "Cannot read %r in %s: it is none of outermost, spanwright, <library>=native, "
                "<library>=other. Write one of these.",
                word,
                EMITTER_VARIABLE,
            )
    return Choice(frameworks_lose, frozenset(found["native"]), frozenset(found["other"]))


def _words(value: str | None) -> list[str]:
    return [word for part in (value or "").split(",") if (word := part.strip().lower())]
