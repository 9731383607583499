"""The ``spanwright`` command: one module of ``commands/`` for each subcommand, imported only when it is asked
for.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import import_module, metadata
from typing import Protocol, cast

#: Subcommand -> what it does. To add one, add a line here and ``commands/<name>.py`` with the two functions
#: of ``Command``.
COMMANDS = {
    "demo": "run a small support bot, show its traces, and answer a question about them",
    "doctor": "check this installation: what is instrumented, guarded, and wrong",
    "traces": "show the traces of an OTLP JSON-lines file as trees",
    "query": "ask an OTLP JSON-lines file by SQL, or a question that has a name",
    "backends": "write dashboards, monitors and saved queries for the backend you have",
    "stage": "run the steps as an OTLP service, in front of a Collector or between two",
    "store": "keep spans in PostgreSQL or Parquet files, for teams without an APM",
    "content": "show, erase or purge the full text of traces in cold storage",
    "prompts": "list, show or compare the system prompts that were used",
    "audit": "show, purge, erase or verify the encrypted originals of what was masked",
}


class Command(Protocol):
    """What a module of ``commands/`` provides."""

    def add_arguments(self, parser: ArgumentParser) -> None: ...

    def run(self, arguments: Namespace) -> int:
        """Does the work and gives the exit code."""
        ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one subcommand. Wrong arguments end the process with code 2, as argparse does."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = ArgumentParser(
        prog="spanwright", description="OpenTelemetry for LLM applications that is safe to export."
    )
    parser.add_argument("--version", action="version", version=metadata.version("spanwright-analysis"))
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
        if name in given[:1]:
            _module(name).add_arguments(subparser)
    parsed = parser.parse_args(given)
    try:
        return _module(parsed.command).run(parsed)
    except BrokenPipeError:
        sys.stdout = None  # nobody reads on: flushing it at exit would fail again
        return 0


def _module(name: str) -> Command:
    return cast(Command, import_module(f"{__package__}.commands.{name}"))


if __name__ == "__main__":
    sys.exit(main())
