"""What ``spanwright store`` says of a store and of what was loaded."""

from __future__ import annotations

import json
from dataclasses import asdict

from .store.backend import Status
from .store.loading import Loaded


def loaded_line(loaded: Loaded) -> str:
    """One line about what came of loading."""
    written = loaded.written
    parts = [f"{written.spans:,} spans and {written.events:,} events stored"]
    if written.repeated:
        parts.append(f"{written.repeated:,} were there already")
    parts += [f"{number:,} left out ({why})" for why, number in sorted(loaded.refused.items())]
    return "; ".join(parts) + "."


def print_status(status: Status, *, as_json: bool = False) -> None:
    """A line for each day and table, or one JSON object."""
    if as_json:
        print(json.dumps(asdict(status)))
        return
    kept = f"{status.retention_days} days" if status.retention_days else "everything"
    print(f"{status.place}; keeps {kept}")
    for day in status.days:
        if day.rows:
            print(f"  {day.day}  {day.rows:>12,} {day.table:<7} {day.bytes / 1e6:>10,.1f} MB")
    for model, number in status.embeddings.items():
        print(f"  {number:,} query texts embedded with {model}")
