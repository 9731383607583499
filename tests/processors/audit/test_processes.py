"""The audit log with real processes: killed in the middle, forked, several at once."""

from __future__ import annotations

import os
import random
import signal
import sys
import textwrap
import time
from pathlib import Path

from spanwright_processors.audit.retention import complete_abandoned
from support.audit_trail import KEY, Trail
from support.processes import Process, started

TESTS = Path(__file__).parents[2]

#: Writes as fast as it can and prints the number of what is on the disk.
WRITER = """
    import sys
    from pathlib import Path
    from support.audit_trail import Trail, masked
    from spanwright_processors.audit.recorder import Recorder

    recorder = Recorder(Trail(Path(sys.argv[1])).log(), linger_seconds=0.0)
    number = 0
    while True:
        for _ in range(20):
            number += 1
            recorder.keep(1, number, None, [masked(f"value {number}" + "x" * (number % 700))])
        assert recorder.flush()
        print(number, flush=True)
"""

#: A pre-fork server's way: opened in the master, written by all, ended as Celery's workers end.
FORKING = """
    import os, sys
    from pathlib import Path
    from support.audit_trail import Trail, masked
    from spanwright_processors.audit.recorder import Recorder
    from spanwright_processors.process_exit import flush_providers

    recorder = Recorder(Trail(Path(sys.argv[1])).log())
    recorder.keep(1, 1, None, [masked("master")])
    children = []
    for child in range(4):
        pid = os.fork()
        if not pid:
            for number in range(50):
                recorder.keep(1, number, None, [masked(f"child {child} {number}")])
            flush_providers()
            os._exit(0)
        children.append(pid)
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
    recorder.keep(1, 2, None, [masked("master again")])
"""

#: Ends by the end of the program; one record comes from an exit handler that runs after ours.
ENDING = """
    import atexit, sys
    from pathlib import Path
    from support.audit_trail import Trail, masked
    from spanwright_processors.audit.recorder import Recorder

    recorders = []
    atexit.register(lambda: recorders[0].keep(1, 2, None, [masked("last")]))
    recorders.append(Recorder(Trail(Path(sys.argv[1])).log(), linger_seconds=60.0))
    recorders[0].keep(1, 1, None, [masked("first")])
"""


def _script(tmp_path: Path, source: str) -> list[str]:
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(source))
    return [sys.executable, "-W", "ignore", str(path), str(tmp_path)]


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(TESTS), "AUDIT_KEY": KEY}


def _acknowledged(process: Process) -> int:
    """The last number that was printed as a whole line."""
    whole, _, _ = process.output.rpartition("\n")
    return int(whole.splitlines()[-1])


def test_killed_in_the_middle(tmp_path: Path) -> None:
    """Whatever was acknowledged before a kill -9 is readable; at most half a record follows it."""
    trail = Trail(tmp_path)
    expected = []
    for _ in range(3):
        output = tmp_path / "output"
        with started(_script(tmp_path, WRITER), _environment(), tmp_path, output) as process:
            process.until(lambda text: "\n" in text or None)
            time.sleep(random.uniform(0.0, 0.3))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            expected.append(_acknowledged(process))
        assert trail.problems() == []
    shown = trail.shown()
    for number in range(1, max(expected) + 1):
        value = f"value {number}" + "x" * (number % 700)
        assert shown.count(value) >= sum(number <= acknowledged for acknowledged in expected)
    complete_abandoned(trail.log())
    assert [path.suffix for path in trail.segments()] == [".seg"] * 3
    assert trail.problems() == []


def test_cut_anywhere(trail: Trail) -> None:
    """A file that ends after any byte of its last record, as a kill leaves it, is read up to that record."""
    trail.write("one", "two", "three")
    (path,) = trail.segments()
    open_path = path.with_suffix(".part")
    path.rename(open_path)
    access = trail.path / "access.log"
    lines = access.read_bytes().splitlines(keepends=True)
    access.write_bytes(lines[0])  # the process did not come to complete its file
    (trail.path / "access.head").unlink()
    content = open_path.read_bytes()
    for cut in range(len(content) - 1, len(content) - 150, -3):
        open_path.write_bytes(content[:cut])
        assert trail.shown() == ["one", "two"]
        assert any("ends within record 2" in note for note in trail.notes())
        assert not any(path.stem in problem for problem in trail.problems())


def test_prefork(tmp_path: Path) -> None:
    """Every process has a file of its own, and nothing is lost or written twice."""
    with started(_script(tmp_path, FORKING), _environment(), tmp_path, tmp_path / "output") as process:
        assert process.wait() == 0, process.output
    trail = Trail(tmp_path)
    expected = [f"child {child} {number}" for child in range(4) for number in range(50)]
    assert sorted(trail.shown()) == sorted([*expected, "master", "master again"])
    assert len({path.stem.partition("-")[0] for path in trail.segments()}) == len(trail.segments()) == 5
    assert trail.problems() == []


def test_the_end_of_the_program(tmp_path: Path) -> None:
    """What waits at the end is written, and what the SDK's own exit handler brings later as well."""
    with started(_script(tmp_path, ENDING), _environment(), tmp_path, tmp_path / "output") as process:
        assert process.wait() == 0, process.output
    assert Trail(tmp_path).shown() == ["first", "last"]
