"""What one entry of the registry looks like at run time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Instrument = Literal["counter", "updowncounter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """A metric: ``boundaries`` are the upper bounds of a histogram's buckets, in ``unit``; None elsewhere."""

    name: str
    instrument: Instrument
    unit: str
    description: str
    value_type: Literal["int", "double"]
    boundaries: tuple[float, ...] | None
    #: Names of the attributes a measurement may carry.
    attributes: tuple[str, ...]


class AttributeDefinition(NamedTuple):
    """An attribute: ``type`` as in the registry (``string``, ``int[]``, ``template[string]``, ``any`` …).

    ``values`` holds the allowed values of a closed enumeration, ``deprecated`` what to do instead of a
    deprecated attribute, ``shape`` the JSON shape of a content attribute; None where that does not apply.
    """

    type: str
    values: tuple[str, ...] | None = None
    deprecated: str | None = None
    shape: str | None = None


class SpanDefinition(NamedTuple):
    """A span type: which operations and kinds it stands for, how it is named, what it must carry.

    ``name`` holds attributes in braces, ``{a|b}`` being the first of two that is set; a missing one is left
    out together with the space before it.
    """

    type: str
    operations: tuple[str, ...]
    kinds: tuple[str, ...]
    name: str
    required: tuple[str, ...]


class EventDefinition(NamedTuple):
    """An event: its name and the attributes it must carry."""

    name: str
    required: tuple[str, ...]
