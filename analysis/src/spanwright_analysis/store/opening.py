"""Which store an address means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from .backend import Store
from .error import StoreError

_POSTGRES = ("postgresql", "postgres")


def open_store(url: str, schema: str = "") -> Store:
    """The store at ``url``: ``postgresql://…`` as libpq has it, or a folder, also as ``file:///…``.

    Nothing is connected or made yet. Raises ``StoreError`` where no store can be meant, or what it needs is
    not installed.
    """
    if not url:
        raise StoreError(
            "Cannot tell which store is meant. Name it by --store or SPANWRIGHT_STORE_URL, as "
            "postgresql://user@host/database or the path of a folder."
        )
    parts = urlsplit(url)
    if parts.scheme in _POSTGRES:
        return _postgres(url, schema)
    if schema:
        raise StoreError(f"Cannot use --schema with {url}: only PostgreSQL has schemas. Leave it out.")
    if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost"):
        raise StoreError(
            f"Cannot use {parts.scheme}://{parts.hostname or ''} as a store. "
            "Name postgresql://… or the path of a folder."
        )
    from .parquet import ParquetStore

    return ParquetStore(Path(parts.path if parts.scheme else url).expanduser())


def _postgres(url: str, schema: str) -> Store:
    try:
        from .postgres import PostgresStore
    except ImportError as error:
        raise StoreError(
            "Cannot use a store in PostgreSQL: psycopg is not installed. "
            'Install it with: pip install "spanwright-analysis[store]"'
        ) from error
    return PostgresStore(url, schema)
