"""The drivers of all providers, found by their files."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import support.drivers


@cache
def places() -> dict[str, Path]:
    """Name -> file of each driver: one a library, in a file of its own or in the library's test, and one more
    for each further API of it."""
    tests = Path(__file__).parents[1].glob("instrumentation/providers/test_*.py")
    found = [*Path(support.drivers.__path__[0]).glob("[a-z]*.py"), *(p for p in tests if _is_driver(p))]
    return {path.stem.removeprefix("test_"): path for path in sorted(found)}


def _is_driver(path: Path) -> bool:
    return "\ninstrumentor = " in path.read_text()


@cache
def drivers() -> list[str]:
    """Names of all drivers whose library is here; environments of their own have but some."""
    return [name for name in places() if _is_here(name)]


def _is_here(name: str) -> bool:
    try:
        driver_module(name)
    except ModuleNotFoundError:
        return False
    return True


@cache
def driver_module(name: str) -> Any:
    """The module of a driver."""
    path = places()[name]
    if not path.stem.startswith("test_"):
        return import_module(f"support.drivers.{name}")
    spec = spec_from_file_location(f"driver_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
