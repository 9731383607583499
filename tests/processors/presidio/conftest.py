"""Presidio and the engine that must find the same, each started once."""

from __future__ import annotations

from typing import Any

import pytest
from spanwright_processors.detect.finding import Finding
from spanwright_processors.presidio import FastEngine, Selection
from spanwright_processors.presidio.definitions import Definitions, from_json
from spanwright_processors.presidio.reading import read

from benchmarks.presidio_oracle import LOCALES, Oracle


class BothWays(FastEngine):
    """Finds without the native scanner and with it, where it is built: the whole suite runs over both."""

    def __init__(self, definitions: Definitions) -> None:
        super().__init__(definitions, native=False)
        self._with_scanner = FastEngine(definitions)

    def find(self, text: str, *arguments: Any, **options: Any) -> list[Finding]:
        found = super().find(text, *arguments, **options)
        assert self._with_scanner.find(text, *arguments, **options) == found
        return found


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return from_json(read(Selection()).to_json())


@pytest.fixture(scope="session")
def engine(definitions: Definitions) -> FastEngine:
    return BothWays(definitions)


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture(scope="session")
def engine_of_all_locales() -> FastEngine:
    return BothWays(read(Selection(LOCALES)))


@pytest.fixture(scope="session")
def oracle_of_all_locales() -> Oracle:
    return Oracle(Selection(LOCALES))
