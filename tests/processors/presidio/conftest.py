"""Presidio and the engine that must find the same, each started once."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio import FastEngine, Selection
from spanwright_processors.presidio.definitions import Definitions, from_json
from spanwright_processors.presidio.reading import read

from benchmarks.presidio_oracle import LOCALES, Oracle


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return from_json(read(Selection()).to_json())


@pytest.fixture(scope="session")
def engine(definitions: Definitions) -> FastEngine:
    return FastEngine(definitions)


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture(scope="session")
def engine_of_all_locales() -> FastEngine:
    return FastEngine(read(Selection(LOCALES)))


@pytest.fixture(scope="session")
def oracle_of_all_locales() -> Oracle:
    return Oracle(Selection(LOCALES))
