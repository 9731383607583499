"""Applications run as users run them: real processes with an environment of their own, ended without fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

#: Where the commands of the environment that the tests run in are.
BIN = Path(sys.executable).parent

_Found = TypeVar("_Found")


class Process:
    """A started process, in a group of its own, whose output goes to a file."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path
    ) -> None:
        self._output = output
        with output.open("wb") as file:
            self._popen = subprocess.Popen(
                command,
                env={"PATH": f"{BIN}{os.pathsep}{os.defpath}", "HOME": str(output.parent), **environment},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def pid(self) -> int:
        return self._popen.pid

    def wait(self, seconds: float = 20.0) -> int:
        """The exit status, minus the signal's number where a signal ended it. A hang fails the test."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds} s, output:\n{self.output}") from None

    def terminate(self, seconds: float = 20.0) -> int:
        """SIGTERM to the process, as an orchestrator sends it, and its exit status."""
        self._popen.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def until(self, look: Callable[[str], _Found | None], seconds: float = 20.0) -> _Found:
        """What ``look`` finds in the output, asked again until it finds something or the process ends."""
        deadline = time.monotonic() + seconds
        while True:
            ended = self._popen.poll() is not None
            found = look(self.output)
            if found is not None:
                return found
            if ended or time.monotonic() > deadline:
                state = "ended" if ended else f"not there after {seconds} s"
                raise AssertionError(f"{state}, output:\n{self.output}")
            time.sleep(0.02)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()


#: ``run("python", "app.py", "3", OTEL_X="y")`` starts that command under ``opentelemetry-instrument`` with
#: that environment added to the test's; ``instrumented=False`` starts it bare.
Run = Callable[..., Process]


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path
) -> Iterator[Process]:
    """The process, killed with all its children when the block ends."""
    process = Process(command, environment, folder, output)
    try:
        yield process
    finally:
        process.kill()


def eventually(found: Callable[[], bool], seconds: float = 15.0) -> bool:
    """True as soon as ``found()`` is true, False when the time is up."""
    deadline = time.monotonic() + seconds
    while not found():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
