"""``spanwright backends``: dashboards, monitors and saved queries for one backend, written into a folder."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..backends import BACKENDS, DefinitionError, load
from ..terminal import complain, output


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("backend", choices=sorted(BACKENDS), help="whose files to write")
    parser.add_argument(
        "--folder", type=Path, help="where to write them; default: a folder of the backend's name here"
    )
    parser.add_argument(
        "--own",
        type=Path,
        metavar="FILE",
        help="YAML of your own over the definition: budgets, figures of monitors, the question",
    )


def run(arguments: Namespace) -> int:
    folder: Path = arguments.folder or Path(arguments.backend)
    try:
        files = BACKENDS[arguments.backend](load(arguments.own))
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except DefinitionError as error:
        return complain(str(error))
    except OSError as error:
        return complain(f"Cannot write to {folder}: {error}. Give another --folder.")
    output().print(f"{len(files)} file{'' if len(files) == 1 else 's'} in {folder}")
    return 0
