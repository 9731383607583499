"""A metric: which spans it is measured on, and what of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from spanwright_semconv.definitions import MetricDefinition
from spanwright_semconv.metrics import METRICS

from .attribute import checked_attribute
from .error import DefinitionError, checked_keys

#: What stands for the span's own duration where an attribute's name could stand.
DURATION = "duration"

#: Attributes that a metric's series carry where the span lacks them, so that no series is without a label.
ABSENT = {"spanwright.outcome": "unknown"}
_ABSENT = "none"


def absent(attribute: str) -> str:
    """The value that stands for a missing ``attribute`` on a series."""
    unknown = attribute.startswith(("gen_ai.operation", "gen_ai.provider", "gen_ai.response", "gen_ai.tool"))
    return ABSENT.get(attribute, "unknown" if unknown else _ABSENT)


@dataclass(frozen=True)
class Population:
    """Spans, or log records of the event ``event``, by their attributes. ``view``: the store's table."""

    name: str
    what: str
    has: Sequence[str] = ()
    lacks: Sequence[str] = ()
    equals: Mapping[str, str] | None = None
    event: str | None = None
    view: str | None = None

    @property
    def is_event(self) -> bool:
        return self.event is not None


@dataclass(frozen=True)
class Metric:
    """A metric of the registry and its source. ``value``: an attribute, ``duration``, or None to count.

    ``condition``: an attribute a span must have besides. ``by_gateway``: made by the Collector's gateway
    from spans; otherwise by the steps, where they run.
    """

    definition: MetricDefinition
    of: Population
    value: str | None = None
    condition: str | None = None
    by_gateway: bool = True

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def is_histogram(self) -> bool:
        return self.definition.instrument == "histogram"

    @property
    def has(self) -> tuple[str, ...]:
        """Attributes a span must have to be measured."""
        wanted = [*self.of.has, self.condition, None if self.value == DURATION else self.value]
        return tuple(dict.fromkeys(key for key in wanted if key is not None))

    @property
    def kind(self) -> Literal["count", "sum", "distribution"]:
        """What a series says: how many, the sum of the values, or how they are distributed."""
        if self.is_histogram:
            return "distribution"
        return "sum" if self.value else "count"


def read_population(name: str, raw: Mapping[str, Any]) -> Population:
    known = ("what", "has", "lacks", "is", "event", "view")
    checked_keys(f"population {name}", raw, known)
    for key in (*raw.get("has", ()), *raw.get("lacks", ()), *raw.get("is", {})):
        checked_attribute(f"population {name}", key)
    fields = {"equals" if key == "is" else key: value for key, value in raw.items()}
    return Population(name=name, **fields)


def read_metric(name: str, raw: Mapping[str, Any], populations: Mapping[str, Population]) -> Metric:
    """Raises ``DefinitionError`` where the registry or the populations lack what it names."""
    where = f"metric {name}"
    checked_keys(where, raw, ("of", "value", "condition", "from"))
    if name not in METRICS:
        raise DefinitionError(f"Cannot use {where}: the registry has none of this name. Add it there.")
    if raw.get("of") not in populations:
        raise DefinitionError(f"Cannot use {where}: 'of' must name one of {', '.join(populations)}.")
    value = raw.get("value")
    for key in (value, raw.get("condition")):
        if key is not None and key != DURATION:
            checked_attribute(where, key)
    by_gateway = raw.get("from", "gateway") == "gateway"
    return Metric(METRICS[name], populations[raw["of"]], value, raw.get("condition"), by_gateway)
