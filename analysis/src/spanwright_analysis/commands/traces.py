"""``spanwright traces FILE``: each trace as a tree."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from ..otlp_file import OtlpFile
from ..terminal import complain, output
from ..trace_tree import Trace, build_traces
from ..trace_view import MINIMUM_WIDTH, TraceView


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="OTLP JSON-lines file, as the file exporters write it")
    parser.add_argument("--trace", metavar="ID", default="", help="only the traces whose id begins so")
    parser.add_argument(
        "--last", type=int, default=20, metavar="N", help="the newest N traces (default 20, 0 for all)"
    )
    parser.add_argument("--width", type=int, help="cells in a line (default: the terminal's width)")
    parser.add_argument(
        "--excerpt", type=int, default=280, metavar="CELLS", help="cells of each text (default 280)"
    )


def run(arguments: Namespace) -> int:
    file = OtlpFile(arguments.file)
    try:
        traces = read_traces(file, arguments.trace, arguments.last)
    except OSError as error:
        return complain(f"Cannot read {file.path}: {error.strerror}. Give an OTLP JSON-lines file.")
    if not traces:
        return complain(
            f"Cannot show traces of {file.path}: it holds none that match. Try it without --trace."
        )
    print_traces(traces, arguments.width, arguments.excerpt)
    if file.skipped_lines:
        complain(
            f"{file.skipped_lines} line(s) of {file.path} are no complete OTLP JSON and were passed over."
        )
    return 0


def read_traces(file: OtlpFile, beginning: str = "", last: int = 0) -> list[Trace]:
    """The newest ``last`` traces (0: all) whose id begins so, oldest first.

    Reads the file twice, so that only the spans that are shown are held in memory.
    """
    newest: dict[int, int] = {}
    for span in file:
        if f"{span.trace_id:032x}".startswith(beginning.lower()):
            newest[span.trace_id] = max(span.start_ns, newest.get(span.trace_id, 0))
    chosen = set(sorted(newest, key=newest.__getitem__)[-last:])
    return build_traces(span for span in file if span.trace_id in chosen)


def print_traces(traces: list[Trace], width: int | None = None, excerpt: int = 280) -> None:
    console = output(width)
    view = TraceView(max(console.width, MINIMUM_WIDTH), excerpt)
    for trace in traces:
        for line in view.lines(trace):
            console.print(line)
        console.print()
