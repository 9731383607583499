"""``make bench``: overhead on the application, cost of each step, speed of masking. Ratios in one run."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import json
import pkgutil
from pathlib import Path

from rich.console import Console
from rich.table import Table

import benchmarks

from .measure import Row

RESULT = Path(".build/bench/result.json")


def topics() -> list[str]:
    """Every module here that has ``rows(quick)``; a new topic is a new file."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return [name for name in names if name.startswith("bench_")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute, to see that everything runs")
    parser.add_argument("topic", nargs="*", default=topics(), help="the topics to run (all)")
    arguments = parser.parse_args()

    rows: list[Row] = []
    console = Console(width=110)
    for topic in arguments.topic:
        module = importlib.import_module(f"benchmarks.{topic}")
        found = module.rows(arguments.quick)
        console.print(table(str(module.__doc__).splitlines()[0], found))
        rows += found
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps([dataclasses.asdict(row) for row in rows], indent=1))
    console.print(
        f"{len(rows)} rows, also in {RESULT}. CPU time, lower quartiles; compare within this run only."
    )


def table(title: str, rows: list[Row]) -> Table:
    view = Table(title=title, title_justify="left", title_style="bold")
    for column in ("what", "value", "unit", "against", "ratio"):
        view.add_column(column, justify="right" if column in {"value", "ratio"} else "left")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
        view.add_row(row.name, f"{row.value:,.2f}", row.unit, row.baseline, ratio)
    return view


if __name__ == "__main__":
    main()
