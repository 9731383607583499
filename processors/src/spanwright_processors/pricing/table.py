"""Price tables in genai-prices' form: the one its package carries, one from a file, one fetched on demand."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .schedule import Provenance

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot

SOURCE = "genai-prices"

#: Before this, a file's time is what a reproducible build gave it.
_FIRST_YEAR = 2000


class PriceTable(NamedTuple):
    snapshot: DataSnapshot
    provenance: Provenance


@cache
def package_table() -> PriceTable:
    """The table of the installed genai-prices. Takes 0.1 to 0.6 s and 22 MB, once in a process."""
    from importlib.metadata import version

    from genai_prices import data
    from genai_prices.data_snapshot import DataSnapshot

    snapshot = DataSnapshot(providers=data.providers, from_auto_update=False)
    return PriceTable(snapshot, Provenance(SOURCE, version(SOURCE), file_date(Path(data.__file__))))


def file_table(path: Path) -> PriceTable:
    """The table in the JSON file at ``path``, as genai-prices publishes it: an array of providers.

    Its version is the beginning of the file's SHA-256. Raises ``ValueError`` for any other file.
    """
    try:
        raw = path.read_bytes()
        providers = json.loads(raw)
    except (OSError, ValueError) as error:
        raise _unreadable(path, f"it cannot be read as JSON ({type(error).__name__})") from error
    if not isinstance(providers, list):
        raise _unreadable(path, "it does not hold an array of providers")
    try:
        snapshot = _snapshot(providers)
    except Exception as error:  # pydantic's, and whatever its newer versions raise
        raise _unreadable(path, f"it is not in the form of genai-prices ({type(error).__name__})") from error
    version = hashlib.sha256(raw).hexdigest()[:12]
    return PriceTable(snapshot, Provenance(path.name, version, file_date(path)))


def fetched_table() -> PriceTable | None:
    """genai-prices' newest table from its own address; None if there is none. Raises what its client does."""
    from genai_prices import UpdatePrices

    snapshot = UpdatePrices().fetch()
    if snapshot is None:
        return None
    today = datetime.now(UTC).date().isoformat()
    return PriceTable(snapshot, Provenance(SOURCE, f"fetched-{today}", today))


def file_date(path: Path) -> str | None:
    """The day (UTC) on which a file was written; None if it does not tell."""
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
    return written.date().isoformat() if written.year >= _FIRST_YEAR else None


def _snapshot(providers: list[object]) -> DataSnapshot:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import _providers_from_raw  # its only reader of such a file

    return DataSnapshot(providers=_providers_from_raw(providers), from_auto_update=False)


def _unreadable(path: Path, why: str) -> ValueError:
    return ValueError(
        f"Cannot use price.table: {str(path)!r}: {why}. "
        "Give a data.json that genai-prices publishes, or leave it out for the installed table."
    )
