"""The package's face: every public name is there, and loading it costs nothing until one is used."""

from __future__ import annotations

import subprocess
import sys

import pytest
import spanwright_processors


@pytest.mark.parametrize("name", spanwright_processors.__all__)
def test_every_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    """No name is a module by mistake, none lacks a docstring."""
    value = getattr(spanwright_processors, name)
    assert isinstance(value, type) or callable(value)
    assert value.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As with any module."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        spanwright_processors.nonsense  # noqa: B018


def test_importing_the_package_loads_no_sdk() -> None:
    """It is imported at every start of an application, with the SDK switched off too."""
    code = "import sys, spanwright_processors; sys.exit('opentelemetry.sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
