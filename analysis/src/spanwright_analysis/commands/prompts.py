"""``spanwright prompts``: the registry of system prompts, by hash, name and version."""

from __future__ import annotations

import difflib
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table
from spanwright_processors.offload.error import ContentError
from spanwright_processors.offload.prompt_registry import labelled, prompts
from spanwright_processors.settings import SettingsError

from ..content_view import printable
from ..excerpt import one_line
from ..full_texts import add_place, chosen
from ..prompt_versions import PromptError, Version, found, two, versions
from ..terminal import complain, output

_TASKS = {
    "list": "list the system prompts that were used, by name and version",
    "show": "show a system prompt, with when and where it was used",
    "diff": "show what is different between two system prompts, or a version and the one before",
}
_WHICH = "the beginning of its SHA-256, NAME@NUMBER, or NAME for its latest version"


def add_arguments(parser: ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="task")
    for name, summary in _TASKS.items():
        task = tasks.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        add_place(task)
        if name == "list":
            task.add_argument("--json", action="store_true", help="print JSON lines, with the texts")
            task.add_argument("--width", type=int, help="cells in a line (default: the terminal's width)")
        if name == "show":
            task.add_argument("prompt", metavar="PROMPT", help=_WHICH)
            task.add_argument("--text", action="store_true", help="print the text exactly, nothing else")
        if name == "diff":
            task.add_argument("prompts", metavar="PROMPT", nargs="+", help=_WHICH)


def run(arguments: Namespace) -> int:
    try:
        _, place = chosen(arguments)
        known = versions(prompts(place))
        return {"list": _list, "show": _show, "diff": _diff}[arguments.task](arguments, known)
    except (ContentError, PromptError, SettingsError) as error:
        return complain(str(error))


def _list(arguments: Namespace, known: Sequence[Version]) -> int:
    if arguments.json:
        for one in known:
            print(_as_json(one))
        return 0
    console = output(arguments.width)
    table = Table("prompt", "sha256", "first seen", "last seen", "chars", "begins", box=None, pad_edge=False)
    for one in known:
        prompt = one.prompt
        table.add_row(
            printable(one.title),
            prompt.sha256[:12],
            _time(prompt.seen.first),
            _time(prompt.seen.last),
            f"{len(prompt.text):,}{' masked' if prompt.is_masked else ''}",
            printable(one_line(prompt.text))[:40],
        )
    console.print(table)
    return 0


def _show(arguments: Namespace, known: Sequence[Version]) -> int:
    one = found(arguments.prompt, known)
    prompt = one.prompt
    if arguments.text:
        sys.stdout.flush()
        sys.stdout.buffer.write(prompt.text.encode("utf-8", "surrogatepass"))
        sys.stdout.buffer.flush()
        return 0
    masked = "  (masked: the text sent had personal data or secrets)" if prompt.is_masked else ""
    print(f"{printable(one.title)}  {prompt.sha256}{masked}")
    print(f"first seen {_time(prompt.seen.first)}, last seen {_time(prompt.seen.last)}")
    print(f"{printable(labelled(prompt.seen.labels))}\n")
    print(*map(printable, prompt.text.split("\n")), sep="\n")
    return 0


def _diff(arguments: Namespace, known: Sequence[Version]) -> int:
    if len(arguments.prompts) > 2:
        return complain("Cannot compare more than two prompts. Name two.")
    before, after = two(arguments.prompts, known)
    lines = difflib.unified_diff(
        before.prompt.text.split("\n"),
        after.prompt.text.split("\n"),
        _named(before),
        _named(after),
        lineterm="",
    )
    for line in lines:
        print(printable(line.replace("\t", "  ")))
    return 0


def _named(one: Version) -> str:
    return f"{one.title}  {one.prompt.sha256[:12]}  {_time(one.prompt.seen.first)}"


def _as_json(one: Version) -> str:
    prompt = one.prompt
    return json.dumps(
        {
            "sha256": prompt.sha256,
            "name": prompt.family,
            "number": one.number,
            "first_seen": _time(prompt.seen.first),
            "last_seen": _time(prompt.seen.last),
            "labels": {label: sorted(values) for label, values in sorted(prompt.seen.labels.items())},
            "is_masked": prompt.is_masked,
            "text": prompt.text,
        }
    )


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}Z"
