"""All prices of a process."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from genai_prices.data_snapshot import DataSnapshot
from spanwright_processors.pricing import PriceBook, Provenance, book
from spanwright_processors.pricing.table import PriceTable, package_table

KEY = ("openai", "gpt-4o", None, None, None)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def usd(prices: PriceBook) -> float | None:
    found = prices.find(KEY)
    offer = found.at(0) if found is not None else None
    cost = offer.card.cost({"gen_ai.usage.input_tokens": 1_000_000}) if offer is not None else None
    return None if cost is None else cost.total / cost.denominator


def settled(prices: PriceBook) -> None:
    if prices._refreshing is not None:
        prices._refreshing.join(5)


def write(path: Path, text: str, second: int) -> None:
    path.write_text(text)
    os.utime(path, (second, second))


def test_a_changed_file_is_read_anew_off_the_callers_thread(tmp_path: Path) -> None:
    """After the interval, in a thread; until it has been read the old prices hold."""
    path, clock = tmp_path / "prices.yaml", Clock()
    write(path, "- {model: gpt-4o, input: 1}", 1)
    prices = PriceBook(str(path), refresh_s=300, now=clock)
    assert usd(prices) == 1.0
    write(path, "- {model: gpt-4o, input: 2}", 2)
    clock.seconds = 299
    assert usd(prices) == 1.0
    clock.seconds = 300
    usd(prices)
    settled(prices)
    assert usd(prices) == 2.0


def test_a_file_that_broke_leaves_the_prices(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be read is said; the application's prices stay."""
    path, clock = tmp_path / "prices.yaml", Clock()
    write(path, "- {model: gpt-4o, input: 1}", 1)
    prices = PriceBook(str(path), refresh_s=1, now=clock)
    write(path, "- {model: gpt-4o, inptu: 2}", 2)
    clock.seconds = 2
    usd(prices)
    settled(prices)
    assert usd(prices) == 1.0
    assert "'inptu' is not known" in caplog.text


def test_nothing_is_refreshed_where_there_is_nothing_to_read() -> None:
    """The installed table changes with the process only, and the network is not asked."""
    clock = Clock()
    prices = PriceBook(refresh_s=1, now=clock)
    clock.seconds = 1e9
    usd(prices)
    assert prices._refreshing is None


def test_the_network_is_asked_only_where_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the fetched table holds, in a thread and from the first call on."""
    newest = PriceTable(
        DataSnapshot(list(package_table().snapshot.providers), from_auto_update=True),
        Provenance("genai-prices", "fetched", "2026-11-23"),
    )
    threads: list[threading.Thread] = []

    def fetched() -> PriceTable:
        threads.append(threading.current_thread())
        return newest

    monkeypatch.setattr(book, "fetched_table", fetched)
    prices = PriceBook(refresh_s=300, fetch=True)
    usd(prices)
    settled(prices)
    found = prices.find(KEY)
    assert found is not None
    offer = found.at(0)
    assert offer is not None
    assert offer.version == "fetched"
    assert threads != [threading.current_thread()]


def test_the_table_is_loaded_ahead_of_its_use() -> None:
    """In a thread, once; a fork waits for it."""
    PriceBook().warm_up()
    book._warm_up.wait()
    thread = book._warm_up._thread
    assert thread is not None
    assert not thread.is_alive()
    PriceBook().warm_up()
    assert book._warm_up._thread is thread
    assert package_table.cache_info().currsize == 1


def test_a_model_of_no_kind_is_looked_up_each_time() -> None:
    """A list where a name should be finds nothing and raises nothing."""
    assert PriceBook().find(("openai", ["gpt-4o"], None, None, None)) is None
