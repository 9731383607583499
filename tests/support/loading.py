"""Engines that are loaded before a test goes on, in the place of those loaded behind its back."""

from __future__ import annotations

import threading
from typing import Any

from spanwright_processors.masking.loading import Loading


class LoadedAtOnce(Loading[Any]):
    """Loads on the thread that makes it."""

    def _start(self) -> None:
        self._done = threading.Event()
        self._run(self._done)
