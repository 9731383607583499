"""Writes the run-time names and the reference page from semconv/registry; `--check` only compares.

Usage: python semconv/generate.py [--check]. Exit code 1 when `--check` finds a difference.
"""

from __future__ import annotations

import sys
from pathlib import Path

from generator.page import page
from generator.python import modules
from generator.registry import Registry, RegistryError, load

ROOT = Path(__file__).resolve().parent
REGISTRY = ROOT / "registry" / "spanwright"
GENERATED = ROOT / "src" / "spanwright_semconv" / "_generated"
REPOSITORY = ROOT.parent
PAGE = REPOSITORY / "docs" / "reference" / "semantic-conventions.md"


def outputs(registry: Registry) -> dict[Path, str]:
    """Path -> text of every generated file."""
    return {PAGE: page(registry), **{GENERATED / name: text for name, text in modules(registry).items()}}


def stale(wanted: dict[Path, str]) -> list[Path]:
    """Files that differ from what the registry says, surplus generated ones included."""
    surplus = [path for path in GENERATED.glob("*.py") if path not in wanted]
    return [path for path, text in wanted.items() if not path.is_file() or path.read_text() != text] + surplus


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all is written or equal, 1 when it is not or the registry is wrong."""
    try:
        wanted = outputs(load(REGISTRY))
    except RegistryError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    changed = stale(wanted)
    if "--check" in arguments:
        for path in changed:
            where = path.relative_to(REPOSITORY)
            sys.stderr.write(f"Cannot accept {where}: it differs from the registry. Run `make generate`.\n")
        return 1 if changed else 0
    for path in changed:
        if path not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
