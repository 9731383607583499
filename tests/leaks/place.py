"""The table of places: where a value can stand in what an application says about itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.planted import KINDS, Planted

#: Puts one value of each kind into telemetry.
Plant = Callable[[Sequence[Planted]], None]


@dataclass(frozen=True)
class Place:
    """``kinds``: which kinds of values are looked for there.

    ``environment`` gives variables that put a value of each kind there before the application starts.
    ``learned``: the values are known only by what detection has found before, so not where that fails.
    """

    name: str
    plant: Plant
    kinds: frozenset[str] = field(default_factory=lambda: frozenset(KINDS))
    environment: Callable[[Sequence[Planted]], Mapping[str, str]] | None = None
    learned: bool = False


PLACES: dict[str, Place] = {}


def place(name: str, *kinds: str, **more: Any) -> Callable[[Plant], Plant]:
    """Registers a function as a place. Without ``kinds`` values of all kinds are planted there."""

    def register(plant: Plant) -> Plant:
        PLACES[name] = Place(name, plant, frozenset(kinds or KINDS), **more)
        return plant

    return register


def paragraph(group: Sequence[Planted]) -> str:
    """All values in one text, each in its sentence."""
    return " ".join(value.sentence for value in group)


def messages(text: str, role: str = "user") -> str:
    """A message list of the conventions, as JSON."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])
