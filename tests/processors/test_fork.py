"""Every living part is told in the child, whatever another one does there; steps too."""

from __future__ import annotations

import gc
import os

import pytest
from spanwright_processors import Counters, EditableSpan, StepChain
from spanwright_processors.fork import _after_in_child, watch_forks
from support.spans import FunctionStep

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]


class Part:
    def __init__(self, fails: bool = False) -> None:
        self.forks = 0
        self.fails = fails
        watch_forks(self)

    def after_fork(self) -> None:
        self.forks += 1
        if self.fails:
            raise RuntimeError


class Forking(FunctionStep):
    forks = 0

    def fork(self) -> None:
        self.forks += 1


class Failing(FunctionStep):
    def fork(self) -> None:
        raise RuntimeError


def nothing(_: EditableSpan) -> None: ...


def test_parts_and_steps_are_told_in_the_child_alone() -> None:
    """A part that fails keeps no other from being told; the parent's parts hear nothing."""
    failing, part = Part(fails=True), Part()
    step = Forking(nothing)
    counters = Counters()
    steps = StepChain([Failing(nothing, "failing"), step], counters)
    child = os.fork()
    if child == 0:
        told = (failing.forks, part.forks, step.forks) == (1, 1, 1)
        os._exit(0 if told else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (failing.forks, part.forks, step.forks) == (0, 0, 0)
    assert steps.steps[1] is step


def test_a_part_that_is_gone_is_not_kept() -> None:
    """Watching holds nothing alive."""
    forks: list[int] = []

    class Mortal(Part):
        def after_fork(self) -> None:
            forks.append(1)

    Mortal()
    gc.collect()
    _after_in_child()
    assert forks == []
