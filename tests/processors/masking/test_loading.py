"""Loading on a thread of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from spanwright_processors.counters import Counters
from spanwright_processors.masking.loading import Loading, State


def test_neither_start_nor_reading_waits() -> None:
    """What is not there is None, and then it is there, and who asked to know is told."""
    go, told = threading.Event(), threading.Event()
    loading = Loading("it", lambda: go.wait(5), "", Counters())
    loading.when_ready(told.set)
    assert (loading.value, loading.state) == (None, State.LOADING)
    go.set()
    assert loading.wait(5) is State.READY
    assert loading.value is True
    assert told.is_set()
    late = threading.Event()
    loading.when_ready(late.set)
    assert late.is_set()


@pytest.mark.parametrize("error", [ValueError("a reason."), SystemExit(1), MemoryError()])
def test_a_failure_is_counted_and_said_once(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    """The application sees nothing but one line of log."""

    def broken() -> None:
        raise error

    counters = Counters()
    loading = Loading("the engine", broken, "The others go on.", counters)
    assert loading.wait(5) is State.FAILED
    assert counters.counts().engine_failures == 1
    (record,) = caplog.records
    assert record.getMessage().startswith("Cannot load the engine: ")
    assert record.getMessage().endswith(" The others go on.")


def test_where_a_failure_came_from_is_there_for_who_looks(caplog: pytest.LogCaptureFixture) -> None:
    """Only at the level of debugging."""
    nothing: dict[str, str] = {}
    with caplog.at_level("DEBUG"):
        assert Loading("the engine", lambda: nothing["it"], "", Counters()).wait(5) is State.FAILED
    assert [record.levelname for record in caplog.records] == ["WARNING", "DEBUG"]
    assert "KeyError: 'it'" in caplog.text


def test_a_forked_child_begins_anew() -> None:
    """The thread that loads stayed in the parent; what was loaded did not."""
    slow = threading.Event()
    loading: Loading[bool] = Loading("it", lambda: slow.wait(0.3) or True, "", Counters())
    child = os.fork()
    if child == 0:
        loading.fork()
        os._exit(0 if loading.wait(5) is State.READY else 1)
    assert os.waitpid(child, 0)[1] == 0
    loading.wait(5)
    loading.fork()
    assert loading.state is State.READY


def test_a_fork_waits_for_imports() -> None:
    """A child in which an import was cut in two could never import that module."""
    began = threading.Event()

    def importing() -> bool:
        began.set()
        time.sleep(0.3)
        return True

    loading = Loading("it", importing, "", Counters(), imports=True)
    assert began.wait(5)
    child = os.fork()
    if child == 0:
        os._exit(0 if loading.value else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_nothing_is_said_at_the_end_of_a_process() -> None:
    """A short job ends while it is still loading: its output stays its own."""
    code = (
        "import atexit, threading, time; "
        "from spanwright_processors.counters import Counters; "
        "from spanwright_processors.masking.loading import Loading; "
        "ended = threading.Event(); atexit.register(lambda: (ended.set(), time.sleep(0.2))); "
        "Loading('it', lambda: ended.wait(5) and None.nothing, 'instead', Counters())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr == ""


ENDING = """
    import time
    from spanwright_processors.counters import Counters
    from spanwright_processors.masking.loading import Loading

    def load():
        time.sleep(0.5)
        print("loaded", flush=True)

    Loading("it", load, "", Counters())
"""


def test_the_end_of_a_process_waits_for_what_is_being_loaded() -> None:
    """For a moment: a thread in native code while the interpreter goes would abort the process."""
    command = [sys.executable, "-c", textwrap.dedent(ENDING)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "loaded\n", "")
