"""Gets the definitions of the installed Presidio: from a file in the user's cache, or from a child process.

The child imports Presidio and spaCy (a second, and 150 MB) and ends; the application's process never does.
Its output is kept in a file named after everything it depends on. Where no file can be written or read,
nothing is lost but the time: the definitions come through the pipe.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .definitions import FORMAT, Definitions, from_json
from .selection import Selection

#: Packages whose versions decide what is found.
PACKAGES = ("presidio-analyzer", "spacy", "regex", "tldextract", "idna", "phonenumbers")
#: Longest that the child may take, in seconds.
_TIME_LIMIT = 120
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
    file = cache_folder() / f"presidio-{_key(selection)}.json"
    text = _read(file)
    if text is None:
        text = _compiled(selection)
        _write(file, text)
    return from_json(text)


def cache_folder() -> Path:
    """The folder for files that can be made again, of this user and this project."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        default = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
        base = Path(os.environ.get(default) or Path.home() / ".cache")
    return base / "spanwright"


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


def _read(file: Path) -> str | None:
    """The text that ``_write`` wrote; None if there is none, or it is not whole."""
    try:
        digest, _, text = file.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return text if digest == _digest(text) else None


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as unfinished:
                unfinished.write(f"{_digest(text)}\n{text}")
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise
    except OSError:
        return


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _compiled(selection: Selection) -> str:
    request = {"locales": selection.locales, "recognizers_file": selection.recognizers_file}
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
        raise _error(f"the child process failed ({error!r})") from error
    if child.returncode != 0:
        reason = child.stderr.strip().rpartition("\n")[2] or f"exit code {child.returncode}"
        raise _error(reason)
    return child.stdout


def _error(reason: str) -> CompilationError:
    return CompilationError(
        f"Cannot read the recognizers of presidio-analyzer {_version('presidio-analyzer')}: {reason}. "
        "Correct the recognizers file or the installation, or uninstall presidio-analyzer "
        "to use the built-in patterns."
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
