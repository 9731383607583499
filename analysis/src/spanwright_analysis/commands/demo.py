"""``spanwright demo``: run the support bot, show what it said, what its traces say, and what one question
finds.
"""

from __future__ import annotations

import os
import shutil
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..demo.run import DemoError, DemoFiles, bot_environment, provider, run_bot
from ..named_queries import NAMED_QUERIES
from ..otlp_file import OtlpFile
from ..span_store import SpanStore
from ..terminal import complain, output
from .query import print_sql, print_table
from .traces import print_traces, read_traces

_WEAK_RETRIEVAL = next(query for query in NAMED_QUERIES if query.name == "weak-retrieval")

_OTHER_SCALE = "\nOther embeddings have other scores: choose a limit that fits yours with --below."
_LESSON = (
    "\nThe query shows the fault: the bot's rewriter kept the last clause and lost the product, so that the"
    " second chunk is about another product line. The answer ended well all the same, and no error would"
    " ever have told."
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--folder", type=Path, default=Path("demo-output"), help="where the spans go (default: demo-output)"
    )
    parser.add_argument(
        "--local", action="store_true", help="use the bundled server even where OPENAI_API_KEY is set"
    )
    parser.add_argument("--width", type=int, help="cells in a line (default: the terminal's width)")


def run(arguments: Namespace) -> int:
    files, console = DemoFiles(arguments.folder), output(arguments.width)
    given = {
        name: value
        for name, value in os.environ.items()
        if not (arguments.local and name == "OPENAI_API_KEY")
    }
    try:
        files.prepare()
        local = _chat(console, files, given)
    except DemoError as error:
        return complain(str(error))
    except OSError as error:
        return complain(
            f"Cannot write to {files.folder}: {error.strerror}. Name another folder with --folder."
        )
    _show_traces(console, files)
    _ask(console, files, local)
    _say_what_next(console, files)
    return 0


def _chat(console: Console, files: DemoFiles, given: dict[str, str]) -> bool:
    """Runs the bot; True if the bundled server answered it."""
    with provider(given) as base_url:
        models = "a bundled local server" if base_url else "the provider of OPENAI_API_KEY"
        _title(
            console,
            "1. The application",
            f"a support bot under opentelemetry-instrument; its models: {models}",
        )
        for text in run_bot(files, bot_environment(given, files, base_url) | {"COLUMNS": str(console.width)}):
            console.file.write(text)
            console.file.flush()
    console.print()
    return base_url is not None


def _show_traces(console: Console, files: DemoFiles) -> None:
    _title(console, "2. What was exported", f"{files.traces}, masked and priced before any exporter saw it")
    console.print()
    print_traces(read_traces(OtlpFile(files.traces)), console.width)


def _ask(console: Console, files: DemoFiles, local: bool) -> None:
    _title(console, "3. A question", "which answers looked fine and stood on weak retrieval?")
    console.print()
    parameters = {parameter.name: parameter.default for parameter in _WEAK_RETRIEVAL.parameters}
    result = SpanStore(files.traces).run(_WEAK_RETRIEVAL.sql, parameters)
    print_sql(_WEAK_RETRIEVAL.sql, parameters)
    print_table(result, console)
    console.print(Text(_LESSON if local else _OTHER_SCALE), soft_wrap=False)
    console.print()


def _say_what_next(console: Console, files: DemoFiles) -> None:
    _title(console, "4. What next")
    for does, command in (
        (
            "a trace's full text",
            f"{as_typed('spanwright')} content show --url {files.content} {_trace(files)}",
        ),
        ("your own application", f"{as_typed('opentelemetry-instrument')} python app.py"),
        ("your own APM", f"OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317 {as_typed('spanwright')} demo"),
        ("is it set up right?", f"{as_typed('spanwright')} doctor"),
    ):
        console.print(Text(f"  {does:<22}").append(command, style="bold"))


def as_typed(command: str) -> str:
    """What to type for a command of this installation: its name, or its path where PATH leads elsewhere."""
    path = Path(sys.executable).parent / command
    if shutil.which(command) or not path.exists():
        return command
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _title(console: Console, title: str, about: str = "") -> None:
    console.print(
        Text(title, style="bold reverse").append(f"  {about}" if about else "", style="not reverse not bold")
    )


def _trace(files: DemoFiles) -> str:
    """The id of the last trace that was answered."""
    *_, span = OtlpFile(files.traces)
    return f"{span.trace_id:032x}"
