"""``spanwright doctor``: what is installed, instrumented and guarded here, and what is wrong."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.text import Text

from ..diagnosis import application, configuration, installation
from ..diagnosis.finding import Level, Section
from ..diagnosis.full_text import OFF, full_text
from ..terminal import output

_STYLES = {
    Level.GOOD: "green",
    Level.NOTE: "yellow",
    Level.ABSENT: "dim",
    Level.SHOWN: "",
    Level.WRONG: "bold red",
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.epilog = "Exit code 1 if anything is wrong. Nothing is sent to your exporters."


def run(_: Namespace) -> int:
    sections = tuple(examine(os.environ))
    console = output()
    for section in sections:
        print_section(section, console)
    wrong = sum(finding.level is Level.WRONG for section in sections for finding in section.findings)
    verdict = f"{wrong} thing{'' if wrong == 1 else 's'} wrong." if wrong else "All is well."
    console.print(Text(verdict, style="bold red" if wrong else "bold green"))
    return 1 if wrong else 0


def examine(environment: Mapping[str, str]) -> Iterator[Section]:
    """All that is found in this environment. Runs an application of its own, for two or three seconds."""
    settings = configuration.settings(environment)
    probed = application.probe({**environment, **OFF})  # its sample is none of the application's texts
    report = probed.report
    yield installation.versions()
    yield installation.instrumentors(report["instrumentors"] if report else None)
    yield settings.section
    if settings.masking is not None:
        yield settings.masking
    kept = full_text(environment)
    if kept is not None:
        yield kept
    yield application.start(probed)
    if report is not None:
        yield application.exporters(report, settings.state)
        yield application.content(report)
        yield application.sample(report, settings.state)
        yield application.counters(report)


def print_section(section: Section, console: Console) -> None:
    console.print(Text(section.title, style="bold"))
    for finding in section.findings:
        mark = Text(f"  {finding.level.value:<6}", style=_STYLES[finding.level])
        # Paths and addresses stay whole, to be copied.
        text = Text(finding.text).wrap(console, max(console.width - _TEXT_AT, 20), overflow="ignore")
        for number, line in enumerate(text):
            start = (
                mark.append(f"{finding.subject:<{_TEXT_AT - 8}}", style="")
                if number == 0
                else Text(" " * _TEXT_AT)
            )
            console.print(start.append(line), soft_wrap=True)
    console.print()


_TEXT_AT = 40
