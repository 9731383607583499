"""Presidio and the engine that must find the same, each started once."""

from __future__ import annotations

import pytest
from spanwright_processors.presidio import FastEngine, Selection
from spanwright_processors.presidio.definitions import Definitions, from_json
from spanwright_processors.presidio.reading import read
from support.scanners import needs_native

from benchmarks.presidio_oracle import LOCALES, Oracle

#: The whole suite runs with the native scanner and without it.
SCANNERS = (pytest.param(False, id="pure"), pytest.param(True, id="native", marks=needs_native))


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return from_json(read(Selection()).to_json())


@pytest.fixture(scope="session", params=SCANNERS)
def engine(definitions: Definitions, request: pytest.FixtureRequest) -> FastEngine:
    return FastEngine(definitions, native=request.param)


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    return Oracle()


@pytest.fixture(scope="session")
def all_definitions() -> Definitions:
    return read(Selection(LOCALES))


@pytest.fixture(scope="session", params=SCANNERS)
def engine_of_all_locales(all_definitions: Definitions, request: pytest.FixtureRequest) -> FastEngine:
    return FastEngine(all_definitions, native=request.param)


@pytest.fixture(scope="session")
def oracle_of_all_locales() -> Oracle:
    return Oracle(Selection(LOCALES))
