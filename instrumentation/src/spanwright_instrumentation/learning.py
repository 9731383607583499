"""How a remote collection measures: known to its clients only from what the application does to it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import partial
from typing import Any

from .decorator import Unobserved
from .instrumentor import Method
from .measure import Measure
from .store import async_observed, observed
from .telemetry import Telemetry
from .withheld import withheld

logger = logging.getLogger(__name__)

#: (method, its object, arguments by name, result): reads how a collection measures. May raise.
Learn = Callable[[str, Any, Mapping[str, Any], Any], None]

MAX_COLLECTIONS = 10_000

_NOTHING: Mapping[str, Measure] = {}


class Measures:
    """Measure by vector field (``""`` for one without a name), of each collection heard of; bounded."""

    def __init__(self, max_collections: int = MAX_COLLECTIONS) -> None:
        self._max = max_collections
        self._known: dict[Hashable, Mapping[str, Measure]] = {}

    def of(self, collection: Hashable) -> Mapping[str, Measure]:
        """What is known of it."""
        return self._known.get(collection, _NOTHING)

    def learn(self, collection: Hashable, measures: Mapping[str, Measure]) -> None:
        """This is how it measures; what was known before is over."""
        self._known.pop(collection, None)
        while len(self._known) >= self._max:
            # Another thread may have been faster.
            self._known.pop(next(iter(self._known), None), None)
        self._known[collection] = dict(measures)

    def forget(self, collection: Hashable) -> None:
        """It is no more."""
        self._known.pop(collection, None)


def told(module: str, owner: str, methods: Iterable[str], learn: Learn) -> list[Method]:
    """These methods of the class ``owner`` tell something when they have succeeded."""
    return [observed(module, f"{owner}.{name}", partial(_Learning, name, learn)) for name in methods]


def async_told(module: str, owner: str, methods: Iterable[str], learn: Learn) -> list[Method]:
    """The same for coroutine methods."""
    return [async_observed(module, f"{owner}.{name}", partial(_Learning, name, learn)) for name in methods]


class _Learning(Unobserved):
    """A call that is no retrieval."""

    __slots__ = ("_learn",)

    def __init__(
        self, method: str, learn: Learn, _telemetry: Telemetry, owner: Any, arguments: Mapping[str, Any]
    ) -> None:
        self._learn = partial(learn, method, owner, arguments)

    def succeed(self, result: Any) -> None:
        try:
            self._learn(result)
        except Exception:
            logger.debug("Cannot read how a collection measures.", exc_info=withheld())
