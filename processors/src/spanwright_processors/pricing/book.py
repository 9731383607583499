"""All prices a process knows: the table and the overrides, models resolved once, and both read anew."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..background import started
from ..fork import watch_forks
from .catalogue import Catalogue
from .override_file import load_overrides
from .overrides import prices_of
from .schedule import Prices, context_of
from .table import PriceTable, fetched_table, file_table, package_table

_logger = logging.getLogger(__name__)

#: Models kept resolved. Enough for any application; bounds memory where a span's model is anybody's text.
_MAX_RESOLVED = 4096
#: Seconds that a fork waits for the table that a thread is importing: a child could not import it any more.
_LONGEST_IMPORT_S = 5.0

_MISSING = object()

Key = tuple[Any, Any, Any, Any, Any]


class PriceBook:
    """Finds the prices of a call by what its span says.

    ``overrides`` and ``table`` are files, None for no overrides and the installed table. Every ``refresh_s``
    seconds the files are looked at, and read where they have changed; with ``fetch`` the table is fetched
    from genai-prices' address instead. Both happen in a thread of their own, and what cannot be read leaves
    the prices as they were, with a warning. Safe to use from several threads.
    """

    def __init__(
        self,
        overrides: str | None = None,
        table: Path | None = None,
        refresh_s: float | None = None,
        fetch: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._overrides_file = overrides
        self._table_file = table
        self._fetch = fetch
        self._now = now
        refreshes = refresh_s is not None and (fetch or overrides is not None or table is not None)
        self._refresh_s = refresh_s if refreshes and refresh_s is not None else float("inf")
        self._next = now() + (0.0 if fetch else self._refresh_s)
        self._seen = self._stamps()
        self._overrides = load_overrides(overrides) if overrides is not None else ()
        self._any_call = any(override.prices_any_call for override in self._overrides)
        self._catalogue = Catalogue(package_table if table is None else _kept(file_table(table)))
        self._resolved: dict[Key, Prices | None] = {}
        self._refreshing: threading.Thread | None = None
        watch_forks(self)

    def after_fork(self) -> None:
        self._refreshing = None

    @property
    def prices_any_call(self) -> bool:
        """Whether there are prices for calls that reported no tokens."""
        return self._any_call

    def find(self, key: Key) -> Prices | None:
        """The prices for (provider, answered model, requested model, service tier, speed), or None."""
        if self._now() >= self._next:
            self._begin_refresh()
        try:
            prices: Any = self._resolved.get(key, _MISSING)
        except TypeError:  # a list for a model: foreign spans hold anything
            return self._resolve(*map(_text, key))
        if prices is _MISSING:
            resolved = self._resolved
            prices = self._resolve(*map(_text, key))
            if len(resolved) >= _MAX_RESOLVED:
                resolved.clear()
            resolved[key] = prices  # not in the mapping that a refresh has put in its place meanwhile
        return prices  # type: ignore[no-any-return]

    def warm_up(self) -> None:
        """Load the installed table in a thread, so that the first call's span does not wait for it."""
        if self._table_file is None:
            _warm_up.begin()

    def refresh(self) -> None:
        """Read what has changed. Raises what reading raises; the prices are then as they were."""
        stamps = self._stamps()
        overrides, catalogue = self._overrides, self._catalogue
        if self._overrides_file is not None and stamps[0] != self._seen[0]:
            overrides = load_overrides(self._overrides_file)
        if self._fetch:
            table = fetched_table()
            catalogue = catalogue if table is None else Catalogue(_kept(table))
        elif self._table_file is not None and stamps[1] != self._seen[1]:
            catalogue = Catalogue(_kept(file_table(self._table_file)))
        self._seen = stamps
        if (overrides, catalogue) != (self._overrides, self._catalogue):
            self._overrides, self._catalogue = overrides, catalogue
            self._any_call = any(override.prices_any_call for override in overrides)
            self._resolved = {}

    def _begin_refresh(self) -> None:
        self._next = self._now() + self._refresh_s
        if self._refreshing is None or not self._refreshing.is_alive():
            self._refreshing = started(self._refresh_quietly, "spanwright-prices")

    def _refresh_quietly(self) -> None:
        try:
            self.refresh()
        except Exception as error:
            why = str(error) if isinstance(error, ValueError) else type(error).__name__
            _logger.warning("Cannot refresh the prices, which stay as they were: %s", why)

    def _stamps(self) -> tuple[Any, Any]:
        return _stamp(self._overrides_file), _stamp(self._table_file)

    def _resolve(
        self,
        provider: str | None,
        answered: str | None,
        asked: str | None,
        tier: str | None,
        speed: str | None,
    ) -> Prices | None:
        models = [model for model in (answered, asked) if model]
        return prices_of(self._overrides, provider, models, context_of(tier, speed), self._catalogue)


_current: PriceBook | None = None


def use_book(book: PriceBook) -> None:
    """Make ``book`` the one by which calls are priced before they are made."""
    global _current
    _current = book


def current_book() -> PriceBook:
    """The book of the pipeline's step ``price``; without one, that of the installed table alone."""
    global _current
    if _current is None:
        _current = PriceBook()
    return _current


class _WarmUp:
    """The one import of the installed table, ahead of its use."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self.wait)

    def begin(self) -> None:
        if self._thread is None:
            self._thread = started(_load_table, "spanwright-price-table")

    def wait(self) -> None:
        """A child forked in the middle of the import would wait for ever for its end."""
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(_LONGEST_IMPORT_S)


def _load_table() -> None:
    try:
        package_table()
    except Exception:  # said by the step's failure, where it is needed
        _logger.debug("Cannot load the price table ahead of its use.", exc_info=True)


def _kept(table: PriceTable) -> Callable[[], PriceTable]:
    return lambda: table


def _stamp(path: str | Path | None) -> tuple[int, int] | None:
    """What changes when a file is written: its time and size; None where there is none."""
    if path is None:
        return None
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


_warm_up = _WarmUp()
