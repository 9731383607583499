"""The steps that are installed, found by entry point."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint
from typing import Any

from ..step import ENTRY_POINT_GROUP, Phase, Step


@cache
def installed_steps() -> Mapping[str, EntryPoint]:
    """Entry points of all installed steps by name.

    A scan of all distributions takes tens of milliseconds, and the SDK has paid for it already by the time
    the pipeline is attached: its cached result is used where that (private) cache exists.
    """
    try:
        from opentelemetry.util import _importlib_metadata as metadata
    except ImportError:
        from importlib import metadata  # type: ignore[no-redef]
    return {point.name: point for point in metadata.entry_points(group=ENTRY_POINT_GROUP)}


def load_step(name: str) -> type[Step]:
    """The class of an installed step; raises ``ImportError`` or ``AttributeError`` when it is broken."""
    step: type[Step] = installed_steps()[name].load()
    return step


def running_order(steps: Mapping[str, type[Step]]) -> tuple[str, ...]:
    """The names by phase; within one phase they keep the order they are given in."""
    return tuple(sorted(steps, key=lambda name: _phase(steps[name])))


def _phase(step: type[Step]) -> Phase:
    return step.phase


def settings_class(step: type[Step]) -> type[Any]:
    return step.Settings
