"""Writes every span in the current conventions, whichever instrumentation made it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from ..dialects.originals import Originals
from ..span import EditableLogRecord, EditableSpan
from ..step import Phase

if TYPE_CHECKING:
    from types import ModuleType

    from ..dialects.table import Dictionary

#: How the scopes of our own instrumentation begin: their spans follow the conventions.
_OURS = "spanwright_instrumentation"


@dataclass(frozen=True)
class NormaliseSettings:
    """Spans of other instrumentations, written in the current conventions."""

    #: What becomes of the attributes that were translated: `replace` lets go what an official attribute holds
    #: now, `keep` keeps all of them under their own names as well, for backends that read those, `drop` lets
    #: go also what a dialect says twice (whole requests and responses beside the messages in them).
    originals: Originals = Originals.REPLACE
    #: Paths of tables of your own (TOML, as those of the package `spanwright_processors.dialects`), which win
    #: over the built-in ones.
    tables: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.tables:
            return
        from ..dialects.table import dictionary

        try:
            dictionary(self.tables)
        except (ValueError, OSError) as error:
            raise ValueError(
                f"Cannot use normalise.tables: {error} Correct the file, or leave it out."
            ) from None


class Normalise:
    """Recognises what a span is, and renames, retypes and rebuilds its attributes.

    * The official attribute of a span wins over a dialect's; a value that differs from it stays, apart.
    * Messages, flattened or nested, in attributes or in events, become those of the conventions.
    * No value is lost: what has no official place stays under its name, or, where that is in a namespace of
      the conventions, under ``spanwright.original.attribute.<name>``. Only embedding vectors are dropped, and
      named in ``spanwright.original.dropped_keys``.
    * A span that was normalised before, and one of ours, is left alone.
    """

    Settings = NormaliseSettings
    phase: ClassVar[Phase] = Phase.NORMALISE
    name = "normalise"

    def __init__(self, settings: NormaliseSettings = NormaliseSettings()) -> None:
        self._settings = settings

    @cached_property
    def _dictionary(self) -> Dictionary:
        """Read at the first foreign span, off the application's thread."""
        from ..dialects.table import dictionary

        return dictionary(self._settings.tables)

    @cached_property
    def _dialects(self) -> ModuleType:
        """Loaded at the first foreign span as well: applications without one start without it."""
        from ..dialects import normalising

        return normalising

    def __call__(self, span: EditableSpan) -> None:
        if not span.scope_name.startswith(_OURS):
            self._dialects.normalise(span, self._dictionary, self._settings.originals)

    def log(self, record: EditableLogRecord) -> None:
        self._dialects.normalise_record(record, self._dictionary, self._settings.originals)
