"""``spanwright audit``: the encrypted originals of what was masked, shown, purged, erased and verified."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from spanwright_processors.audit.access_log import Head
from spanwright_processors.audit.audit_log import AuditLog
from spanwright_processors.audit.erasure import erase
from spanwright_processors.audit.error import AuditError
from spanwright_processors.audit.folder import Folder
from spanwright_processors.audit.reading import Query, Shown, show
from spanwright_processors.audit.retention import complete_abandoned, purge, purge_and_note
from spanwright_processors.audit.settings import AuditSettings
from spanwright_processors.audit.verification import Report, verify
from spanwright_processors.settings import SettingsError, load_settings
from spanwright_processors.span import EditableLogRecord
from spanwright_processors.steps.mask import Mask

from ..content_view import printable
from ..terminal import complain


def add_arguments(parser: ArgumentParser) -> None:
    tasks = parser.add_subparsers(dest="task", required=True, metavar="task")
    for name, summary in _TASKS.items():
        task = tasks.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        task.add_argument("--directory", type=Path, help="the audit log (default: mask.audit.directory)")
        task.add_argument(
            "--key", metavar="URI", help="its key, env:NAME or file:/path (default: mask.audit.key)"
        )
        if name in ("show", "erase"):
            _add_query(task)
        if name == "show":
            task.add_argument("--json", action="store_true", help="print JSON lines")
        if name == "verify":
            task.add_argument(
                "--head", type=_head, metavar="N:MAC", help="a head noted elsewhere, to be found again"
            )


def _add_query(task: ArgumentParser) -> None:
    task.add_argument("--trace", action="append", default=[], metavar="ID", help="a trace (may be repeated)")
    task.add_argument("--span", metavar="ID", help="only this span of it")
    task.add_argument("--user-hash", metavar="HASH", help="all traces of the user with this user.hash")
    task.add_argument("--reason", required=True, metavar="TEXT", help="why; goes into the access log, masked")


_TASKS = {
    "show": "show the originals of a trace or a user; that you did is noted",
    "erase": "overwrite the originals of a trace or a user for good; that you did is noted",
    "purge": "delete what is older than the retention",
    "verify": "look for whatever was changed, removed, moved or cut off",
}


def run(arguments: Namespace) -> int:
    try:
        settings = _settings(arguments)
        if settings.directory is None:
            return complain(
                "Cannot find the audit log: no folder is named. Set SPANWRIGHT_MASK_AUDIT_DIRECTORY or "
                "mask.audit.directory, or give --directory."
            )
        Folder(settings.directory).require()
        if arguments.task == "purge":
            return _purge(settings)
        log = AuditLog.opened(settings)
        return {"show": _show, "erase": _erase, "verify": _verify}[arguments.task](log, arguments)
    except (AuditError, SettingsError) as error:
        return complain(str(error))
    except OSError as error:
        return complain(f"Cannot {arguments.task} the audit log: {error.strerror}: {error.filename}.")


def _settings(arguments: Namespace) -> AuditSettings:
    """The settings of the pipeline that runs in this environment, with what was given here instead."""
    section = load_settings(os.environ).sections.get("mask")
    settings: AuditSettings = AuditSettings() if section is None else section.audit
    given = {"directory": arguments.directory, "key": arguments.key}
    return replace(settings, **{key: value for key, value in given.items() if value is not None})


def _query(arguments: Namespace) -> Query:
    return Query(tuple(arguments.trace), arguments.user_hash, arguments.span)


def _show(log: AuditLog, arguments: Namespace) -> int:
    purge_and_note(log)
    number = damaged = 0
    for shown in show(log, _query(arguments), masked(arguments.reason)):
        number += 1
        damaged += shown.record is None
        print(_as_json(shown) if arguments.json else _as_text(shown))
    _say_head(log)
    if damaged:
        complain(f"{damaged} of {number} records are damaged. Run: spanwright audit verify")
    return 0 if number else complain("Cannot show any originals: none are kept of what was asked for.")


def _erase(log: AuditLog, arguments: Namespace) -> int:
    number = erase(log, _query(arguments), masked(arguments.reason))
    print(f"{number} records erased. Backups and snapshots of {log.folder.path}, if any, still have them.")
    _say_head(log)
    return 0


def _purge(settings: AuditSettings) -> int:
    assert settings.directory is not None
    try:
        log = AuditLog.opened(settings)
    except AuditError as error:  # what is due goes without the key
        purged = purge(Folder(settings.directory), settings.retention_days)
        print(f"{len(purged)} files deleted.")
        return complain(f"{error} Without it the deletion is not noted in the access log.")
    purged = purge_and_note(log)
    complete_abandoned(log)
    print(f"{len(purged)} files deleted; none older than {settings.retention_days} days is left.")
    return 0


def _verify(log: AuditLog, arguments: Namespace) -> int:
    report = verify(log, arguments.head)
    for place, what, _ in report.problems:
        print(f"WRONG  {place}: {what}")
    for place, what, _ in report.notes:
        print(f"note   {place}: {what}")
    print(_summary(report))
    return 1 if report.problems else 0


def _summary(report: Report) -> str:
    counted = (
        f"{report.entries} entries of the access log, {report.files} files, {report.records} records, "
        f"{report.erased} erased."
    )
    verdict = f"{len(report.problems)} wrong." if report.problems else "All as it was written."
    return f"{counted} {verdict}\nHead of the access log: {report.head}"


def masked(reason: str) -> str:
    """``reason`` without personal data, for an index that must hold none."""
    record = EditableLogRecord(
        body=reason, attributes={}, event_name=None, trace_id=0, span_id=0, resource={}
    )
    Mask().log(record)
    return str(record.body)


def _say_head(log: AuditLog) -> None:
    print(f"spanwright: noted in the access log, head {log.access.head()}", file=sys.stderr)


def _as_json(shown: Shown) -> str:
    record = shown.record
    return json.dumps(
        {
            "trace_id": f"{shown.trace_id:032x}",
            "span_id": f"{shown.span_id:016x}",
            "record": shown.place,
            "time": record and _time(record.time_ns),
            "replaced": record
            and [
                {**replaced._asdict(), "edits": [edit._asdict() for edit in replaced.edits]}
                for replaced in record.replaced
            ],
        }
    )


def _as_text(shown: Shown) -> str:
    ids = f"trace {shown.trace_id:032x}  span {shown.span_id:016x}"
    if shown.record is None:
        return f"{ids}  DAMAGED ({shown.place})\n"
    lines = [f"{_time(shown.record.time_ns)}  {ids}"]
    for replaced in shown.record.replaced:
        lines.append(f"  {replaced.place} {printable(replaced.key)}".rstrip())
        lines += [f"    {edit.replacement:<12} {printable(edit.original)}" for edit in replaced.edits]
    return "\n".join(lines) + "\n"


def _time(time_ns: int) -> str:
    return f"{datetime.fromtimestamp(time_ns / 1e9, UTC):%Y-%m-%d %H:%M:%S}Z"


def _head(text: str) -> Head:
    number, _, mac = text.partition(":")
    if not number.isdigit() or len(mac) != 64:
        raise ArgumentTypeError("it is not N:MAC, as spanwright audit prints it")
    return Head(int(number), mac)
