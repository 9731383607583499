"""What is so of Parquet files alone."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import duckdb
import pytest
from spanwright_analysis.store import parquet as module
from spanwright_analysis.store.backend import Erasure
from spanwright_analysis.store.error import StoreError, UnavailableError
from spanwright_analysis.store.parquet import ParquetStore
from support.otlp_traces import NOW, ROOT, batch, retrieval, traces


def test_many_small_commits_become_few_files(parquet: ParquetStore, tmp_path: Path) -> None:
    """Nothing is lost on the way, nothing doubled."""
    for number in range(1, 40):
        parquet.write(batch(traces(ROOT, trace=number)))
    assert parquet.run("SELECT count(*), count(DISTINCT trace_id) FROM spans").rows == [(39, 39)]
    assert len(list((tmp_path / "store/spans/2026-11-23").glob("*.parquet"))) < 16


def test_readers_need_no_turn(parquet: ParquetStore) -> None:
    """While another writes and merges, a query sees each span once."""
    parquet.write(batch(traces(ROOT, trace=1)))
    wrong: list[object] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            try:
                ((all_of_them, different),) = parquet.run(
                    "SELECT count(*), count(DISTINCT trace_id) FROM spans"
                ).rows
                wrong.extend([] if all_of_them == different else [(all_of_them, different)])
            except Exception as error:
                wrong.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(2, 36):
            parquet.write(batch(traces(ROOT, trace=number)))
    finally:
        ended.set()
        reader.join()
    assert wrong == []


def test_writers_take_turns(parquet: ParquetStore, tmp_path: Path) -> None:
    """Two that store the same at one time store it once."""
    same = [batch(traces(ROOT, trace=number)) for number in range(1, 9)]
    stores = [ParquetStore(tmp_path / "store", clock=lambda: NOW) for _ in range(2)]
    threads = [threading.Thread(target=lambda s=one: [s.write(each) for each in same]) for one in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert parquet.run("SELECT count(*) FROM spans").rows == [(8,)]


def test_who_waits_too_long_for_a_turn_is_told(
    parquet: ParquetStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be tried again."""
    monkeypatch.setattr(module, "_LOCK_SECONDS", 0.05)
    other = ParquetStore(tmp_path / "store")
    with parquet._turn(), pytest.raises(UnavailableError, match="another process writes"):
        other.write(batch(traces(ROOT)))


def test_other_programs_can_read_it(parquet: ParquetStore, tmp_path: Path) -> None:
    """By a database of views, which holds no row itself and sees what comes later."""
    parquet.write(batch(traces(ROOT, retrieval(0.7))))
    with duckdb.connect(str(tmp_path / "store" / "store.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT outcome FROM traces").fetchall() == [("success",)]
        assert connection.execute("SELECT first_score FROM retrievals").fetchall() == [(0.7,)]


def test_pieces_of_an_older_version_lack_columns(parquet: ParquetStore, tmp_path: Path) -> None:
    """They read as empty."""
    parquet.write(batch(traces(ROOT)))
    (piece,) = (tmp_path / "store/spans/2026-11-23").glob("*.parquet")
    older = tmp_path / "older.parquet"
    duckdb.execute(f"COPY (SELECT * EXCLUDE (pipeline_type, outcome) FROM '{piece}') TO '{older}'")
    older.replace(piece)
    assert parquet.run("SELECT outcome, pipeline_type, pipeline FROM traces").rows == [
        (None, None, "support-answers")
    ]


def test_an_erased_trace_is_in_no_file(parquet: ParquetStore, tmp_path: Path) -> None:
    """Its piece is written anew."""
    parquet.write(
        batch(traces(ROOT, retrieval(0.7, "plain words of one trace"), trace=1), traces(ROOT, trace=2))
    )
    parquet.erase(Erasure(traces=frozenset({f"{1:032x}"})))
    for file in (tmp_path / "store").rglob("*.parquet"):
        rows = duckdb.execute(f"SELECT * FROM '{file}'").fetchall()
        assert not any(f"{1:032x}" in row for row in rows)


def test_what_a_killed_writer_left_is_swept(parquet: ParquetStore, tmp_path: Path) -> None:
    """It may hold what is to be erased."""
    parquet.write(batch(traces(ROOT)))
    left = [tmp_path / "store/.incoming-1.jsonl", tmp_path / "store/spans/2026-11-23/.new-1"]
    for sweep in (parquet.retain, lambda: parquet.erase(Erasure(traces=frozenset({"0" * 32})))):
        for file in left:
            file.write_text("plain words")
        sweep()
        assert [file.exists() for file in left] == [False, False]


def test_a_folder_without_a_store_is_told(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(StoreError, match="spanwright store init"):
        ParquetStore(tmp_path / "none").write(batch(traces(ROOT)))
    with pytest.raises(StoreError, match="spanwright store init"):
        ParquetStore(tmp_path).run("SELECT 1")


def test_a_store_of_a_later_version_is_left_alone(parquet: ParquetStore, tmp_path: Path) -> None:
    """Its files may mean something else."""
    settings = tmp_path / "store" / "store.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "version": 99}))
    with pytest.raises(StoreError, match="version 99"):
        parquet.run("SELECT 1")


def test_readers_of_a_folder_are_the_file_systems_affair(parquet: ParquetStore) -> None:
    """There are no roles to name."""
    with pytest.raises(StoreError, match="file system"):
        parquet.init(readers=["grafana"])
