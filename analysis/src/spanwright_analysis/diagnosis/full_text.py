"""Where full texts are kept, whether that can be reached, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spanwright_processors.offload.error import ContentError
from spanwright_processors.offload.offloader import spool_folder
from spanwright_processors.offload.place import opened, public
from spanwright_processors.offload.settings import OffloadSettings
from spanwright_processors.offload.spool import waiting
from spanwright_processors.settings import SettingsError, load_settings

from .finding import Finding, Level, Section

#: For an application whose texts are not to be kept, whatever else says so.
OFF = {"SPANWRIGHT_OFFLOAD_URL": "none"}


def full_text(environment: Mapping[str, str]) -> Section | None:
    """None where the step offload does not run. Reads the place's listing; writes nothing."""
    try:
        settings = load_settings(environment).sections.get("offload")
    except SettingsError:  # told elsewhere
        return None
    if not isinstance(settings, OffloadSettings):
        return None
    return Section("Full text", tuple(_findings(settings)))


def _findings(settings: OffloadSettings) -> Iterator[Finding]:
    if settings.url is None:
        yield Finding(Level.ABSENT, "cold storage", "no full text is kept (SPANWRIGHT_OFFLOAD_URL)")
        return
    try:
        opened(settings.url).folders()
        days = f"{settings.retention_days} days" if settings.retention_days else "for ever"
        yield Finding(Level.GOOD, "cold storage", f"{public(settings.url)}, kept {days}")
    except ContentError as error:
        yield Finding(Level.WRONG, "cold storage", str(error))
    folder = spool_folder(settings)
    number = sum(1 for _ in waiting(folder)) if folder is not None else 0
    if number:
        yield Finding(Level.NOTE, "spool", f"{number} spans wait in {folder}. Run: spanwright content store")
