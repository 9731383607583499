"""Drivers of a contract suite: one module for each library, in one package."""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


class Drivers:
    """The modules of ``package``; a suite runs over those whose library is here."""

    def __init__(self, package: ModuleType) -> None:
        self._package = package

    def names(self) -> list[str]:
        """All, whether their library is here or not."""
        return sorted(path.stem for path in Path(self._package.__path__[0]).glob("[a-z]*.py"))

    @cache  # noqa: B019  as long as the tests run
    def __call__(self, name: str) -> Any:
        """The module of a driver; None where its library is not here."""
        try:
            return import_module(f"{self._package.__name__}.{name}")
        except ModuleNotFoundError:
            return None

    def every_way(self) -> pytest.MarkDecorator:
        """Parameters ``name`` and ``is_async`` of a test, for each driver plain and asynchronous."""
        here = [name for name in self.names() if self(name) is not None]
        ways = [
            pytest.param(name, is_async, id=f"{name}-{'async' if is_async else 'plain'}")
            for name in here
            for is_async in (False, True)
            if not (is_async and getattr(self(name), "IS_SYNC_ONLY", False))
        ]
        return pytest.mark.parametrize(("name", "is_async"), ways)


async def result(answer: Any) -> Any:
    """What a plain call has returned, or an asynchronous one will."""
    return await answer if inspect.isawaitable(answer) else answer


async def failure(opened: Any) -> BaseException:
    """What a call that is refused raises."""
    try:
        await result(opened.fail())
    except Exception as error:
        return error
    return pytest.fail("Nothing was refused.")
