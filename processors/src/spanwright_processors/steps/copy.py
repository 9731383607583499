"""Repeats attributes under the names that a backend reads: ``langfuse.*``, ``langsmith.*`` and others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, get_args

from ..copies import PROFILES, CopyProfile, copies
from ..span import EditableSpan
from ..step import Phase


@dataclass(frozen=True)
class CopySettings:
    """For which backends attributes are repeated under names of theirs."""

    #: The backend: langfuse, langsmith, phoenix or tempo; none: nothing is repeated. Set it where spans leave
    #: for the backend, not before a stage, which would take the names for another instrumentation's.
    profile: CopyProfile = "none"
    #: Other profiles for some of the exporters: a part of the exporter's class name, module or address =
    #: profile, such as `langfuse.com=langfuse`; the first that fits. Others have `profile`.
    exporters: Mapping[str, CopyProfile] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (self.profile, *self.exporters.values()):
            if name not in PROFILES:
                key = "profile" if name == self.profile else "exporters"
                known = ", ".join(get_args(CopyProfile))
                raise ValueError(f"Cannot use copy.{key}: {name!r} is not known. Use one of {known}.")


class Copy:
    """Adds copies; what a span has under such a name already stays, and nothing is taken away.

    It comes after masking and full text, so that copies hold what is left of them, and before truncation,
    which bounds them with the rest. Where exporters have profiles of their own, spans stay as they are and
    each exporter's view gets its own copies.
    """

    Settings = CopySettings
    phase: ClassVar[Phase] = Phase.FLATTEN
    name = "copy"

    def __init__(self, settings: CopySettings = CopySettings()) -> None:
        self.settings = settings
        self._copies = copies("none" if settings.exporters else settings.profile)

    def __call__(self, span: EditableSpan) -> None:
        self._copies.apply(span)

    def for_exporter(self, description: str) -> Copy | None:
        """The step for what one exporter sees; None where it gets what all get.

        ``description``: its module, class and address in one text.
        """
        if not self.settings.exporters:
            return None
        wanted = self.settings.profile
        for part, name in self.settings.exporters.items():
            if part.lower() in description.lower():
                wanted = name
                break
        return None if wanted == "none" else Copy(CopySettings(wanted))

    def may_cut(self, values: Mapping[str, Any]) -> bool:  # noqa: ARG002
        """Whether the view may differ from what all get: always, since most spans have something to copy."""
        return True
