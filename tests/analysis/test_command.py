"""The command and its subcommands."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from spanwright_analysis.command import COMMANDS, main
from support.span_file import SpanFile


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module(name: str) -> None:
    """The table names modules that can add their arguments and run."""
    module = import_module(f"spanwright_analysis.commands.{name}")
    assert callable(module.add_arguments)
    assert callable(module.run)


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer finds all of them with their summaries."""
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    for name, summary in COMMANDS.items():
        assert f"{name} {summary}" in text


def test_help_of_a_command_lists_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    """Arguments are added for the command that is asked for."""
    with pytest.raises(SystemExit, match="0"):
        main(["traces", "--help"])
    assert "--excerpt" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["traces"], ["traces", "f", "--last", "x"]])
def test_wrong_arguments_end_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """As argparse has it, with the usage on standard error."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: spanwright" in capsys.readouterr().err


def test_starts_without_heavy_imports() -> None:
    """Asking for help loads neither the SDK nor DuckDB nor the demo."""
    code = (
        "import sys; from spanwright_analysis.command import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = ('duckdb', 'openai', 'opentelemetry.sdk', 'qdrant_client', 'rich')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_is_no_error(support_trace: SpanFile, tmp_path: Path) -> None:
    """``spanwright traces FILE | head -1`` ends without a traceback."""
    for _ in range(500):
        support_trace.span("one more", 0, 1)
    command = (
        f"{sys.executable} -m spanwright_analysis.command traces --last 0 {support_trace.path} | head -1"
    )
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("━━ trace 0abc0001")
    assert done.stderr == ""


def test_the_readme_names_every_command() -> None:
    """Its table has a line for each, and no other."""
    readme = Path(__file__).parents[2] / "analysis" / "README.md"
    named = re.findall(r"^\| `spanwright ([a-z]+)", readme.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) == set(COMMANDS)
