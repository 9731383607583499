"""What a step is, and how steps are found and ordered."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from .span import Attributes, AttributeValue, EditableLogRecord, EditableSpan

ENTRY_POINT_GROUP = "spanwright_step"


class Phase(IntEnum):
    """Where in a span's way a step stands. Steps of one phase run in order of their names.

    Enrichment comes before the roll-up, which sums it; masking before anything that stores or cuts text,
    so that no half of a secret is left outside a pattern.
    """

    NORMALISE = 10
    ENRICH = 20
    LINK = 30
    ROLL_UP = 40
    GUARD = 50
    MASK = 60
    OFFLOAD = 70
    FLATTEN = 80
    TRUNCATE = 90


@runtime_checkable
class Step(Protocol):
    """A callable that edits one ended span in place.

    The class carries ``Settings``, a frozen dataclass that checks itself and whose fields all have defaults,
    and is built as ``StepClass(settings)``. Steps run off the application's thread wherever the exporter
    does; a step may keep state between spans but guards it itself against several threads.
    """

    Settings: ClassVar[type[Any]]
    phase: ClassVar[Phase]

    def __call__(self, span: EditableSpan) -> None: ...


@runtime_checkable
class LogStep(Protocol):
    """A step that also edits log records. Steps without this method leave log records alone."""

    def log(self, record: EditableLogRecord) -> None: ...


class Place(StrEnum):
    """What attributes that belong to no span belong to."""

    RESOURCE = "resource"
    SCOPE = "scope"  #: with its name and version as ``otel.scope.name`` and ``otel.scope.version``
    METRIC = "metric"  #: what tells the series of a metric apart, so that it has to stay apart
    EXEMPLAR = "exemplar"
    BAGGAGE = "baggage"


@runtime_checkable
class AttributeStep(Protocol):
    """A step that also edits attributes shared by many spans or by none: called once for each set of them."""

    def edit_attributes(
        self, attributes: Attributes, place: Place, resource: Mapping[str, AttributeValue]
    ) -> None: ...
