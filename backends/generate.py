"""Writes backends/ and the gateway's metrics from the definition; `--check` only compares.

Usage: python backends/generate.py [--check]. Exit code 1 when `--check` finds a difference. The source is
analysis/src/spanwright_analysis/backends/definition.
"""

from __future__ import annotations

import sys
from pathlib import Path

from spanwright_analysis.backends import load, outputs

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / "backends"
#: Where the gateway reads what is made for it.
GATEWAY = REPOSITORY / "collector-config" / "gateway"
#: Written by hand.
OWN = {"README.md", "generate.py"}


def wanted() -> dict[Path, str]:
    """Path -> text of every generated file."""
    made = {}
    for name, text in outputs(load()).items():
        backend, _, path = name.partition("/")
        made[GATEWAY / path if backend == "gateway" else FOLDER / name] = text
    return made


def stale(files: dict[Path, str]) -> list[Path]:
    """Files that differ from what the definition says, surplus ones included."""
    surplus = [
        path
        for path in sorted(FOLDER.rglob("*"))
        if path.is_file() and path not in files and path.name not in OWN and "__pycache__" not in path.parts
    ]
    return [path for path, text in files.items() if not path.is_file() or path.read_text() != text] + surplus


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all is written or equal, 1 when it is not."""
    files = wanted()
    changed = stale(files)
    if "--check" in arguments:
        for path in changed:
            where = path.relative_to(REPOSITORY)
            sys.stderr.write(f"Cannot accept {where}: it differs from the definition. Run `make generate`.\n")
        return 1 if changed else 0
    for path in changed:
        if path not in files:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
