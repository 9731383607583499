"""``spanwright query``: a named question, or free SQL, over the spans of a file."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..named_queries import NAMED_QUERIES
from ..span_store import QueryError, Result, SpanStore
from ..terminal import complain, output

#: Cells of a value without blanks, such as an id, up to which it is not broken over two lines.
_WHOLE = 40


def add_arguments(parser: ArgumentParser) -> None:
    add_questions(
        parser, _add_common, "traces, retrievals, model_calls, tool_calls and spans (DuckDB's dialect)"
    )


def add_questions(parser: ArgumentParser, add_common: Callable[[ArgumentParser], None], over: str) -> None:
    """A subcommand for each named question, and ``sql`` for any other ``over`` these tables."""
    questions = parser.add_subparsers(dest="question", required=True, metavar="question")
    for query in NAMED_QUERIES:
        subparser = questions.add_parser(query.name, help=query.summary, description=query.summary)
        add_common(subparser)
        subparser.add_argument("--show-sql", action="store_true", help="print the SQL above the answer")
        for parameter in query.parameters:
            subparser.add_argument(
                f"--{parameter.name}", type=parameter.read, default=parameter.default, help=parameter.help
            )
        subparser.set_defaults(named=query)
    free = questions.add_parser("sql", help=f"any SQL over {over}")
    free.add_argument(
        "sql", help="the query, such as 'SELECT model, sum(cost_usd) FROM model_calls GROUP BY model'"
    )
    add_common(free)
    free.set_defaults(named=None, show_sql=False)


def run(arguments: Namespace) -> int:
    return answer(arguments, lambda sql, parameters: SpanStore(arguments.file).run(sql, parameters))


def answer(arguments: Namespace, ask: Callable[[str, Mapping[str, object]], Result]) -> int:
    """Print what ``ask`` gives for the question of the arguments."""
    query = arguments.named
    sql = query.sql if query else arguments.sql
    parameters = (
        {parameter.name: vars(arguments)[parameter.name] for parameter in query.parameters} if query else {}
    )
    try:
        result = ask(sql, parameters)
    except QueryError as error:
        return complain(str(error))
    if arguments.show_sql:
        print_sql(sql, parameters)
    if arguments.json:
        print_json(result)
    else:
        print_table(result, output())
    return 0


def print_sql(sql: str, parameters: Mapping[str, object]) -> None:
    console = output()
    console.print(Text(sql.rstrip()), style="cyan")
    console.print(Text("  ".join(f"${name} = {value}" for name, value in parameters.items())), style="dim")
    console.print()


def print_json(result: Result) -> None:
    """One JSON object for each row and line."""
    for row in result.rows:
        print(json.dumps(dict(zip(result.columns, row, strict=True)), ensure_ascii=False, default=str))


def print_table(result: Result, console: Console) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", width=None)
    for index, column in enumerate(result.columns):
        cells = [_cell(row[index]) for row in result.rows]
        numeric = any(isinstance(row[index], int | float) for row in result.rows)
        whole = all(" " not in cell and len(cell) <= _WHOLE for cell in cells)
        table.add_column(
            column.replace("_", " "), justify="right" if numeric else "left", overflow="fold", no_wrap=whole
        )
    for row in result.rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    console.print(table, soft_wrap=False)
    console.print(f"{len(result.rows)} row{'' if len(result.rows) == 1 else 's'}", style="dim")


def _add_common(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="OTLP JSON-lines file, as the file exporters write it")
    parser.add_argument("--json", action="store_true", help="print JSON lines instead of a table")


def _cell(value: Any) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return str(value).lower()
        case float():
            return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.1f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
