"""Addresses of stores."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from spanwright_analysis.store.error import StoreError
from spanwright_analysis.store.opening import open_store
from spanwright_analysis.store.parquet import ParquetStore
from spanwright_analysis.store.postgres import PostgresStore


def test_an_address_tells_the_kind(tmp_path: Path) -> None:
    """libpq's two spellings, a path, a file address."""
    for url in ("postgresql://host/db", "postgres://host/db?sslmode=require"):
        assert isinstance(open_store(url, "traces"), PostgresStore)
    for url in (str(tmp_path), f"file://{tmp_path}", "folder", "~/folder"):
        assert isinstance(open_store(url), ParquetStore)


@pytest.mark.parametrize(
    ("url", "schema", "why"),
    [
        ("", "", "SPANWRIGHT_STORE_URL"),
        ("mysql://h/d", "", "Name postgresql"),
        ("s3://b/x", "", "Name postgresql"),
        ("folder", "x", "only PostgreSQL has schemas"),
    ],
)
def test_what_is_no_store_is_told(url: str, schema: str, why: str) -> None:
    """With what to write instead."""
    with pytest.raises(StoreError, match=why):
        open_store(url, schema)


def test_no_password_is_repeated() -> None:
    """An address that cannot be used may hold one."""
    with pytest.raises(StoreError) as error:
        open_store("mysql://me:secret@host/db")
    assert "secret" not in str(error.value)


def test_without_psycopg_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet works without it."""
    monkeypatch.delitem(sys.modules, "spanwright_analysis.store.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="pip install"):
        open_store("postgresql://host/db")
