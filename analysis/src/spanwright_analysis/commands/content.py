"""``spanwright content``: the full, masked text of traces in cold storage, shown, erased and purged."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date
from pathlib import Path

from spanwright_processors.offload import layout
from spanwright_processors.offload.erasure import Erasure, erase
from spanwright_processors.offload.error import ContentError
from spanwright_processors.offload.offloader import spool_folder
from spanwright_processors.offload.place import Place
from spanwright_processors.offload.prompt_registry import PromptRegistrar
from spanwright_processors.offload.reading import Rebuilt, trace_texts
from spanwright_processors.offload.retention import purge
from spanwright_processors.offload.settings import OffloadSettings
from spanwright_processors.offload.spool import Spool, waiting
from spanwright_processors.offload.store import Store
from spanwright_processors.settings import SettingsError

from ..content_view import json_lines, span_view
from ..full_texts import add_place, chosen
from ..terminal import complain

_TASKS = {
    "show": "show the full text of a trace",
    "status": "show what is stored and what waits",
    "store": "store what processes that have ended left waiting on this machine",
    "erase": "erase traces, all traces of users, or days for good; what others refer to as well stays",
    "purge": "delete what is older than the retention",
}


def add_arguments(parser: ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="task")
    for name, summary in _TASKS.items():
        task = tasks.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        add_place(task)
        task.add_argument("--spool", type=Path, help="where texts wait (default: offload.spool)")
        if name == "show":
            _add_question(task)
        if name == "erase":
            _add_erasure(task)


def _add_question(task: ArgumentParser) -> None:
    task.add_argument("trace", metavar="TRACE", type=_trace, help="trace id, or a spanwright.content.ref")
    task.add_argument("--span", metavar="ID", help="only this span")
    task.add_argument("--key", metavar="NAME", help="print the value of this attribute exactly, nothing else")
    task.add_argument("--json", action="store_true", help="print JSON lines, one for each value")


def _add_erasure(task: ArgumentParser) -> None:
    task.add_argument("--trace", action="append", default=[], metavar="ID", help="a trace (may be repeated)")
    task.add_argument(
        "--user-hash", action="append", default=[], metavar="HASH", help="all traces of the user with it"
    )
    task.add_argument(
        "--day", action="append", default=[], type=_day, metavar="DAY", help="a day (UTC), as 2026-11-23"
    )
    task.add_argument("--before", type=_day, metavar="DAY", help="all days before this one")


def run(arguments: Namespace) -> int:
    try:
        settings, place = chosen(arguments)
        tasks = {"show": _show, "status": _status, "store": _store, "erase": _erase, "purge": _purge}
        return tasks[arguments.task](arguments, settings, place)
    except (ContentError, SettingsError) as error:
        return complain(str(error))


def _show(arguments: Namespace, settings: OffloadSettings, place: Place) -> int:
    trace, span = arguments.trace
    found = trace_texts(place, trace, arguments.span or span, spool_folder(settings))
    if not found:
        return complain(
            f"Cannot show trace {trace}: no text of it is stored at {place.url}, and none waits here."
        )
    if arguments.key is not None:
        return _print_value(arguments.key, found)
    for one in found:
        print(*json_lines(one), sep="\n") if arguments.json else print(span_view(one))
    damaged = sum(len(one.missing) for one in found)
    return complain(f"{damaged} values cannot be rebuilt.") if damaged else 0


def _print_value(key: str, found: list[Rebuilt]) -> int:
    """One value, byte for byte, without a newline of ours."""
    texts = {value.text for one in found for value in one.span.values if value.key == key}
    if len(texts) != 1:
        held = sum(any(value.key == key for value in one.span.values) for one in found)
        return complain(
            f"Cannot show {key}: {held} spans of the trace have it. Name one of them with --span."
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(texts.pop().encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()
    return 0


def _status(_: Namespace, settings: OffloadSettings, place: Place) -> int:
    print(f"{place.url}, kept {settings.retention_days or 'any number of'} days")
    days = [folder for folder in place.folders() if layout.is_day(folder)]
    for day in days:
        traces, texts = len(place.folders(layout.traces_of(day))), len(place.names(f"{day}/{layout.TEXTS}"))
        print(f"  {day}  {traces:>9,} traces  {texts:>9,} texts")
    folder = spool_folder(settings)
    left = sum(1 for _ in waiting(folder)) if folder is not None else 0
    print(f"  {len(place.folders(layout.PROMPTS)):,} system prompts, {left:,} spans wait in {folder}")
    return 0


def _store(_: Namespace, settings: OffloadSettings, place: Place) -> int:
    spool = Spool(spool_folder(settings), settings.spool_bytes, settings.queue_bytes)
    spool.adopt()
    registrar = PromptRegistrar(place, "command", settings.prompts) if settings.prompts else None
    store, number = Store(place, settings.retention_days, registrar), 0
    for segment in spool.take():
        spans = list(segment.spans())
        store.store(segment.name, spans)
        spool.done(segment)
        number += len(spans)
    print(f"{number} spans stored.")
    return 0


def _erase(arguments: Namespace, settings: OffloadSettings, place: Place) -> int:
    days = {*arguments.day}
    if arguments.before is not None:
        days |= {folder for folder in place.folders() if layout.is_day(folder) and folder < arguments.before}
    if not (arguments.trace or arguments.user_hash or arguments.day or arguments.before):
        return complain("Cannot erase: nothing is named. Give --trace, --user-hash, --day or --before.")
    erasure = Erasure(frozenset(arguments.trace), frozenset(arguments.user_hash), frozenset(days))
    erased = erase(place, erasure, settings.retention_days)
    print(
        f"{erased.traces} traces erased: {erased.texts} texts and {erased.prompts} system prompts removed, "
        f"{erased.shared} texts stay, which other traces have too. Backups, if any, still have them."
    )
    return 0


def _purge(_: Namespace, settings: OffloadSettings, place: Place) -> int:
    purged = purge(place, settings.retention_days, settings.prompt_retention_days)
    print(f"{len(purged.days)} days and {purged.prompts} system prompts deleted.")
    return 0


def _trace(typed: str) -> tuple[str, str | None]:
    """Trace and perhaps span of an id or a reference."""
    referred = layout.referred(typed)
    if referred is not None:
        return referred[1], referred[2]
    if not re.fullmatch(r"[0-9a-fA-F]{32}", typed):
        raise ArgumentTypeError(f"{typed!r} is neither a trace id (32 digits) nor a spanwright.content.ref")
    return typed.lower(), None


def _day(typed: str) -> str:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise ArgumentTypeError(f"{typed!r} is no day such as 2026-11-23") from None
