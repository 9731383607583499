"""Writes what other places say of every library: README's table, and the extras of the distribution of all.

Usage: python docs/libraries.py [--check]. Exit code 1 when `--check` finds a difference. The source is the
list of entry points in instrumentation/pyproject.toml, and `covers` of each instrumentor.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
README = REPOSITORY / "README.md"
ALL = REPOSITORY / "pyproject.toml"
SOURCE = REPOSITORY / "instrumentation" / "pyproject.toml"

_ROW = re.compile(r"^\| `(\w+)` \| .* \| (.*) \|$", re.MULTILINE)
_TABLE = re.compile(r"(\| library \| extra \| [^\n]*\n\|[-|]+\|\n)(?:\|[^\n]*\n)*")
_EXTRA = re.compile(r'^\S+ = \["spanwright-instrumentation\[\S+\]==\S+"\]\n', re.MULTILINE)
_EXTRAS = "[project.optional-dependencies]\n"


def table(project: dict[str, Any], readme: str) -> str:
    """README with one row for each library; a library without ``covers`` keeps the text that stands there."""
    written = dict(_ROW.findall(readme))
    points = project["entry-points"]["opentelemetry_instrumentor"]
    needed = project["optional-dependencies"]
    extra_of = {re.split(r"[<>=\[]", needs[0])[0]: extra for extra, needs in needed.items()}
    rows = []
    for point, target in points.items():
        name = point.removeprefix("spanwright_")
        extra = name.replace("_", "-")
        module, _, class_name = target.partition(":")
        kind = getattr(import_module(module), class_name)
        covers = getattr(kind, "covers", "") or written.get(name, "")
        if extra not in needed:  # one of several for a library
            extra = extra_of.get(getattr(kind, "library", ""), extra)
        shown = f"`spanwright[{extra}]`" if extra in needed else ""
        rows.append(f"| `{name}` | {shown} | {covers} |\n")
    return _TABLE.sub(lambda found: found[1] + "".join(sorted(rows)), readme)


def extras(project: dict[str, Any], text: str) -> str:
    """The meta distribution's project file with every extra of the instrumentation passed on."""
    name, version = project["name"], project["version"]
    passed_on = [f'{extra} = ["{name}[{extra}]=={version}"]\n' for extra in project["optional-dependencies"]]
    return _EXTRA.sub("", text).replace(_EXTRAS, _EXTRAS + "".join(sorted(passed_on)), 1)


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all is written or equal, 1 when it is not."""
    project = tomllib.loads(SOURCE.read_text())["project"]
    wanted = {README: table(project, README.read_text()), ALL: extras(project, ALL.read_text())}
    changed = [path for path, text in wanted.items() if path.read_text() != text]
    for path in changed:
        if "--check" in arguments:
            sys.stderr.write(
                f"Cannot accept {path.name}: it differs from the libraries. Run `make generate`.\n"
            )
        else:
            path.write_text(wanted[path])
    return 1 if changed and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
