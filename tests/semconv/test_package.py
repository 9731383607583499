"""The distribution's face."""

from __future__ import annotations

import subprocess
import sys

import pytest
import spanwright_semconv


@pytest.mark.parametrize("name", spanwright_semconv.__all__)
def test_public_names_exist(name: str) -> None:
    """Every name in `__all__` can be imported, though most load on first use."""
    assert getattr(spanwright_semconv, name) is not None


def test_unknown_names_raise() -> None:
    """A misspelt name is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="has no attribute 'violation'"):
        _ = spanwright_semconv.violation


def test_only_the_standard_library_is_imported() -> None:
    """The package and all its modules import nothing outside the standard library."""
    code = (
        "import sys, pkgutil, importlib, spanwright_semconv as p\n"
        "for m in pkgutil.walk_packages(p.__path__, p.__name__ + '.'): importlib.import_module(m.name)\n"
        "own = {n.partition('.')[0] for n, m in sys.modules.items() if getattr(m, '__file__', None)}\n"
        "print(sorted(own - set(sys.stdlib_module_names) - {'spanwright_semconv', '__main__'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _WITH_PATH + code], check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


_WITH_PATH = f"import sys; sys.path.insert(0, {spanwright_semconv.__path__[0].rpartition('/')[0]!r})\n"
