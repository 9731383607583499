"""What runs in place of the pipeline while its settings are wrong: every span arrives, no content does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .chain import StepChain
from .content import drop_content, drop_log_content, without_content
from .counters import Counters, process_counters
from .span import Attributes, EditableLogRecord, EditableSpan
from .step import Phase, Place


@dataclass(frozen=True)
class RefuseSettings:
    """There is nothing to set."""


class Refuse:
    """Drops the content of everything and marks it, as if a step called ``settings`` had failed.

    A misspelt key could have been the one that masks, so that unmasked export is no way to go on; and an
    application that loses its telemetry for it, or stops, would be worse served than one without content.
    """

    Settings: ClassVar[type[Any]] = RefuseSettings
    phase: ClassVar[Phase] = Phase.MASK
    name = "settings"
    #: Nothing leaves, but instrumentors need not record content either.
    masks_content = False

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def __call__(self, span: EditableSpan) -> None:
        drop_content(span, [self.name])
        self._counters.step_failed(self.name)

    def edit_attributes(self, attributes: Attributes, place: Place, resource: Attributes) -> None:  # noqa: ARG002
        """Resources lose what may be content. Series and baggage stay: others work by them."""
        if place in (Place.RESOURCE, Place.EXEMPLAR):
            kept = without_content(attributes)
            for key in attributes.keys() - kept.keys():
                del attributes[key]

    def log(self, record: EditableLogRecord) -> None:
        drop_log_content(record, [self.name])
        self._counters.step_failed(self.name)


def refusing_chain(counters: Counters | None = None) -> StepChain:
    """A chain that lets no content through."""
    counters = process_counters() if counters is None else counters
    return StepChain([Refuse(counters)], counters)
