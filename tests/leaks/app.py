"""The application of the leak test: plants values in places, group by group, and says which.

Usage: ``python -m leaks.app NUMBER_OF_GROUPS CASE [PLACE ...]``; without places in all of them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import leaks.call_places
import leaks.log_places
import leaks.signal_places
import leaks.span_places  # noqa: F401 - each registers its places
from leaks.detectors import CASES
from leaks.place import PLACES, Place
from support.planted import Planted, groups

#: Whose every line must be free of values too.
OUR_LOGGERS = ("spanwright_semconv", "spanwright_processors", "spanwright_instrumentation", "opentelemetry")


def planted(number: int, chosen: list[str]) -> Iterator[tuple[Place, list[Planted]]]:
    """``number`` groups of values, in turn over the places; the same in the application and in the test."""
    places = [place for name, place in PLACES.items() if not chosen or name in chosen]
    for at, group in enumerate(groups(number)):
        yield places[at % len(places)], group


def main(number: str, case: str, *chosen: str) -> None:
    # What we log goes to standard error, also at the lowest level; the application logs nothing there.
    handler = logging.StreamHandler()
    for name in OUR_LOGGERS:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.DEBUG)
    CASES[case].break_()
    for place, group in planted(int(number), list(chosen)):
        place.plant(group)
    print("planted")


if __name__ == "__main__":
    main(*sys.argv[1:])
