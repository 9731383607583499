"""The cold storage that a command works on: that of this environment's settings, or the one named."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from spanwright_processors.offload.error import ContentError
from spanwright_processors.offload.place import Place, opened
from spanwright_processors.offload.settings import OffloadSettings
from spanwright_processors.settings import load_settings


def add_place(task: ArgumentParser) -> None:
    """The arguments that name another place than the settings do."""
    task.add_argument("--url", help="where full texts are stored (default: offload.url)")


def chosen(arguments: Namespace) -> tuple[OffloadSettings, Place]:
    """Settings and place; raises ``ContentError`` where none is named, or ``SettingsError``."""
    section = load_settings(os.environ).sections.get("offload")
    settings: OffloadSettings = OffloadSettings() if section is None else section
    spool: Path | None = getattr(arguments, "spool", None)
    if arguments.url is not None:
        settings = replace(settings, url=arguments.url, spool=spool)
    if spool is not None:
        settings = replace(settings, spool=spool)
    if settings.url is None:
        raise ContentError(
            "Cannot find full texts: no place is named. Set SPANWRIGHT_OFFLOAD_URL or offload.url, or give "
            "--url."
        )
    return settings, opened(settings.url)
