"""README.md says what is there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from spanwright_processors.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def first_column(heading: str) -> list[str]:
    section = README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `([a-z_]+)`", section, re.MULTILINE)


def test_every_provider_is_listed() -> None:
    """The table of libraries is that of the installed instrumentors."""
    project = tomllib.loads((ROOT / "instrumentation/pyproject.toml").read_text())["project"]
    names = {
        name.removeprefix("spanwright_") for name in project["entry-points"]["opentelemetry_instrumentor"]
    }
    assert sorted(first_column("What is observed")) == sorted(names)


def test_every_step_is_listed_in_its_order() -> None:
    """The table of steps is that of the default chain, in running order."""
    assert first_column("What is done to every span") == list(load_settings({}).steps)


def test_links_lead_somewhere() -> None:
    """Every file that README.md, CONTRIBUTING.md or a guide points at exists."""
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("docs/*/*.md"),
        *ROOT.glob("*/README.md"),
    ]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_the_two_commands_are_those_of_make_and_ci() -> None:
    """README's commands exist, and CI runs the one for the tests."""
    makefile = (ROOT / "Makefile").read_text()
    for command in ("demo", "test"):
        assert f"$ make {command} " in README
        assert re.search(rf"^{command}:", makefile, re.MULTILINE)
    assert "exec make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_code_runs(code: str, tmp_path: Path) -> None:
    """Every piece of Python in README.md runs as it stands where OpenTelemetry is set up."""
    application = tmp_path / "application.py"
    application.write_text(
        "from opentelemetry import trace\n"
        "from opentelemetry.sdk.trace import TracerProvider\n"
        "provider = TracerProvider()\n"
        "trace.set_tracer_provider(provider)\n" + code
    )
    ran = subprocess.run([sys.executable, application], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_every_decision_and_guide_is_reached() -> None:
    """No page stands alone: decisions from their index, guides from README.md."""
    index = (ROOT / "docs/decisions/README.md").read_text()
    pages = {path.name: index for path in ROOT.glob("docs/decisions/0*.md")}
    pages |= {path.name: README for path in ROOT.glob("docs/guides/*.md")}
    assert [name for name, text in pages.items() if f"{name})" not in text] == []
    numbers = [path.name[:4] for path in ROOT.glob("docs/decisions/0*.md")]
    assert len(numbers) == len(set(numbers))
