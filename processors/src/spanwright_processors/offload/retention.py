"""The end of stored texts: whole days, which refer to nothing outside, and prompts nobody uses any more."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from ..days import day, first_day_kept
from . import layout
from .erased import ABOUT, KEPT_SECONDS
from .place import Place
from .prompt_registry import join_sights, purge_prompts


class Purged(NamedTuple):
    """Days and prompts that were due."""

    days: list[str]
    prompts: int


def purge(
    place: Place, retention_days: int, prompt_days: int, clock: Callable[[], float] = time.time
) -> Purged:
    """Delete what is due; 0 days keeps everything. Raises ``PlaceError``.

    No text becomes older than ``retention_days``; a prompt goes ``prompt_days`` after it was last used.
    """
    now = clock()
    first = first_day_kept(retention_days, now) if retention_days else ""
    due = [folder for folder in place.folders() if layout.is_day(folder) and folder < first]
    for folder in due:
        place.delete_folder(folder)
    notes = [name for name in place.names(layout.ERASURES) if name != ABOUT]
    place.delete(name for name in notes if _began(name) < now - KEPT_SECONDS)
    join_sights(place, day(now))
    return Purged(due, purge_prompts(place, prompt_days, clock))


def _began(name: str) -> float:
    """When an erasure began, as the name of its note says; one of no such name is due."""
    began = name.rpartition("/")[2].partition("-")[0]
    return float(began) if began.isdigit() else 0.0
