"""Gets the definitions of the installed Presidio: from a file in the user's cache, or from a child process.

The child imports Presidio and spaCy (a second, and 210 MB) and ends; the application's process never does.
Its output is kept in a file named after everything it depends on, which the child writes itself, so that it
is there the next time although the application has ended first. Where no file can be written or read, nothing
is lost but the time: the definitions come through the pipe.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from . import cache, room
from .definitions import FORMAT, Definitions, from_json
from .selection import Selection

#: Packages whose versions decide what is found.
PACKAGES = ("presidio-analyzer", "spacy", "regex", "tldextract", "idna", "phonenumbers")
#: Longest that the child may take, in seconds.
_TIME_LIMIT = 120
#: Bytes that have to be free for the child to be started.
_ROOM = 300_000_000
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from spanwright_processors.presidio.reading import main; main()"
)


class CompilationError(RuntimeError):
    """Presidio is installed, and its recognizers cannot be read."""


def is_installed() -> bool:
    """True if presidio-analyzer is, without importing it."""
    return _version("presidio-analyzer") != ""


def definitions(selection: Selection) -> Definitions | None:
    """The definitions for a selection; None if presidio-analyzer is not installed.

    Takes about 10 ms, and seconds when called for the first time for this selection and these versions.
    Raises ``CompilationError`` if Presidio refuses the selection or breaks.
    """
    if not is_installed():
        return None
    file = definitions_file(selection)
    found = _kept(file)
    if found is not None:
        return found
    with cache.turn(file, _TIME_LIMIT):
        found = _kept(file)  # by the process whose turn it was
        return from_json(_compiled(selection, file)) if found is None else found


def definitions_file(selection: Selection) -> Path:
    """Where the definitions for a selection are kept."""
    return cache.folder() / f"presidio-{_key(selection)}.json"


def _kept(file: Path) -> Definitions | None:
    text = cache.read(file)
    if text is None:
        return None
    try:
        return from_json(text)
    except ValueError:
        return None


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _key(selection: Selection) -> str:
    """Changes with all that the definitions depend on, this package's own code included."""
    parts = [str(FORMAT), sys.version, *map(_version, PACKAGES), selection.digest()]
    digest = hashlib.sha256("\n".join(parts).encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:32]


def _compiled(selection: Selection, file: Path) -> str:
    free = room.free_bytes()
    if free is not None and free < _ROOM:
        raise _error(f"that takes {_ROOM // 10**6} MB of memory for a moment, and {free // 10**6} are free")
    request = {
        "locales": selection.locales,
        "recognizers_file": selection.recognizers_file,
        "file": str(file),
    }
    # -E: nothing that instruments the application through PYTHONPATH starts in the child.
    command = [
        _interpreter(),
        "-E",
        "-c",
        _CHILD,
        json.dumps([str(Path(entry).absolute()) for entry in sys.path]),
    ]
    try:
        child = subprocess.run(
            command,
            input=json.dumps(request),
            env=_environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_TIME_LIMIT,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise _error(f"the child process failed ({type(error).__name__})") from error
    if child.returncode != 0:
        reason = child.stderr.strip().rpartition("\n")[2] or f"exit code {child.returncode}"
        raise _error(reason.removesuffix("."))
    with suppress(ValueError):
        from_json(child.stdout)
        return child.stdout
    raise _error("the child process wrote something else")


def _error(reason: str) -> CompilationError:
    return CompilationError(
        f"Cannot read the recognizers of presidio-analyzer {_version('presidio-analyzer')}: {reason}. "
        "Correct the recognizers file or the installation, or set mask.engine=own for the built-in patterns."
    )


def _interpreter() -> str:
    """The Python of this environment, also in a process that another program started, as uWSGI does."""
    if "python" in Path(sys.executable or "").name.lower():
        return sys.executable
    return str(Path(sys.exec_prefix, "Scripts" if os.name == "nt" else "bin", "python"))


def _environment() -> dict[str, str]:
    """The environment without the settings of tracing, and without a fetch of the public suffix list."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OTEL_", "SPANWRIGHT_", "PYTHON"))
    }
    return {**kept, "OTEL_SDK_DISABLED": "true", "TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS": ""}
