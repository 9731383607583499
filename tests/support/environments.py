"""Environments of their own: packages that the project's own environment cannot hold, for tests to run with.

An environment is a folder ``tests/environments/<name>`` with an ``environment.toml``. It is installed into
``.build/environments/<name>-<digest>`` by uv, out of its shared cache, when a test first needs it, and again
when anything that decides its contents changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "environments"
BUILT = ROOT / ".build" / "environments"

#: Set inside an environment to its name.
INSIDE_VARIABLE = "SPANWRIGHT_TEST_ENVIRONMENT"
#: Which environments' tests run: ``all`` (heavy ones too), ``none``, or names with commas between. Unset: all
#: that are not heavy.
CHOICE_VARIABLE = "SPANWRIGHT_TEST_ENVIRONMENTS"

#: What tests are run with, in the versions of requirements.lock.
TOOLS = ("pytest", "pytest-asyncio", "pytest-randomly", "hypothesis", "packaging")

INSTALLATION_TIMEOUT = 600
TESTS_TIMEOUT = 900


class NotInstallableError(Exception):
    """The packages cannot be had here; the message names the first that is missing."""


@dataclass(frozen=True)
class Environment:
    """What ``environment.toml`` says.

    :param requirements: pinned; no addresses.
    :param floors: extras of the instrumentation whose oldest supported versions are installed; ``*`` = all.
    :param sources: distributions of ours, installed as they stand in the work tree; ``processors[presidio]``
        with an extra.
    :param tests: test files of the project to be run inside, besides those in the environment's own folder.
    :param warnings: further ``-W`` options, for packages that warn of themselves.
    :param heavy: downloads more than 150 MB: installed only where asked for.
    """

    name: str
    requirements: tuple[str, ...] = ()
    floors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ("semconv", "processors", "instrumentation")
    tests: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    heavy: bool = False

    @classmethod
    def read(cls, path: Path) -> Environment:
        """From an ``environment.toml``; a key that it does not know is a TypeError."""
        values = tomllib.loads(path.read_text())
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
        }
        return cls(path.parent.name, **given)

    def test_files(self) -> list[Path]:
        """All that run inside, the folder's own first."""
        return [*sorted((FOLDER / self.name).glob("test_*.py")), *(ROOT / each for each in self.tests)]

    def pins(self) -> list[str]:
        """All that is asked for beside our sources."""
        return [*_tool_pins(), *_floors(self.floors), *self.requirements]

    def digest(self) -> str:
        """Of all that decides what is installed."""
        folders = [ROOT / source.partition("[")[0] for source in self.sources]
        projects = [*self.sources, *((folder / "pyproject.toml").read_text() for folder in folders)]
        decided = "\n".join([sys.version, *self.pins(), *projects])
        return hashlib.sha256(decided.encode()).hexdigest()[:12]

    def python(self) -> Path:
        """Its interpreter, installed first where that has not happened yet.

        :raises NotInstallableError: the packages cannot be had here.
        """
        place = BUILT / f"{self.name}-{self.digest()}"
        with _alone(self.name):
            if not (place / ".ready").exists():
                self._install(place)
        return place / "bin" / "python"

    def _install(self, place: Path) -> None:
        for old in BUILT.glob(f"{self.name}-*"):
            if re.fullmatch(r"[0-9a-f]{12}", old.name.removeprefix(f"{self.name}-")):
                shutil.rmtree(old)
        python = str(place / "bin" / "python")
        sources = [part for source in self.sources for part in ("-e", str(ROOT / source))]
        _uv("venv", "--quiet", "--python", sys.executable, str(place))
        _uv("pip", "install", "--quiet", "--compile-bytecode", "--python", python, *sources, *self.pins())
        (place / ".ready").touch()

    def run(self, test_file: Path, *options: str) -> subprocess.CompletedProcess[str]:
        """Run one test file inside; with its output on ``stdout``."""
        warnings = [part for each in self.warnings for part in ("-W", each)]
        command = [
            str(self.python()),
            "-m",
            "pytest",
            "-q",
            "--maxfail=20",
            "-p",
            "no:cacheprovider",
            # Imported now, not after the tests: CPython 3.11 fails where two threads build syntax trees.
            "-p",
            "hypothesis",
            *warnings,
            *options,
        ]
        return subprocess.run(
            [*command, str(test_file.relative_to(ROOT))],
            cwd=ROOT,
            env=_clean_environment() | {INSIDE_VARIABLE: self.name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TESTS_TIMEOUT,
            check=False,
        )


def environments() -> list[Environment]:
    """All there are."""
    return [Environment.read(path) for path in sorted(FOLDER.glob("*/environment.toml"))]


def is_chosen(environment: Environment) -> bool:
    """Whether its tests are to run."""
    choice = os.environ.get(CHOICE_VARIABLE)
    if choice is None:
        return not environment.heavy
    return choice != "none" and (choice == "all" or environment.name in choice.split(","))


def _tool_pins() -> list[str]:
    locked = re.findall(r"^([a-z0-9.-]+)==([^ ;]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    return [f"{name}=={version}" for name, version in locked if name in TOOLS]


def _floors(extras: Sequence[str]) -> list[str]:
    """The oldest version that each extra allows."""
    project = tomllib.loads((ROOT / "instrumentation" / "pyproject.toml").read_text())["project"]
    known: dict[str, list[str]] = project["optional-dependencies"]
    left_out = {each.removeprefix("-") for each in extras if each.startswith("-")}
    wanted = sorted({*known} - left_out) if "*" in extras else extras
    return [_floor(Requirement(each)) for extra in wanted for each in known[extra]]


def _floor(requirement: Requirement) -> str:
    (oldest,) = [each.version for each in requirement.specifier if each.operator == ">="]
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}=={oldest}"


def _uv(*arguments: str) -> None:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise NotInstallableError("there is no uv")
    try:
        subprocess.run(
            [uv, *arguments],
            cwd=ROOT,
            env=_clean_environment(),
            capture_output=True,
            text=True,
            timeout=INSTALLATION_TIMEOUT,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise NotInstallableError(_without_addresses(error.stderr)) from None
    except subprocess.TimeoutExpired:
        raise NotInstallableError(f"the installation took over {INSTALLATION_TIMEOUT} s") from None


def _without_addresses(text: str) -> str:
    """What uv says is missing, in one line; hosts are nobody's business."""
    return " ".join(re.sub(r"\S+://\S+", "…", text).split())[:300]


def _clean_environment() -> dict[str, str]:
    """Ours, without what would make the run inside another one than alone."""
    ours = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTEST_", "OTEL_", "SPANWRIGHT_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)}


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One process installs, others wait."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
