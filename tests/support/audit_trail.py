"""An audit log in a folder of the test's, with a key and a clock that the test sets."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from spanwright_processors.audit.audit_log import AuditLog
from spanwright_processors.audit.originals import Edit, Replaced
from spanwright_processors.audit.reading import Query, show
from spanwright_processors.audit.recorder import Recorder
from spanwright_processors.audit.settings import AuditSettings
from spanwright_processors.audit.verification import verify

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.b64encode(bytes(range(32, 64))).decode()
USER = "5f" * 16
#: 2026-09-21, 14:13:20 UTC.
START = 1_790_000_000.0


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, days: float) -> None:
        self.now += days * 86_400


def masked(original: str, replacement: str = "[EMAIL]", key: str = "gen_ai.input.messages") -> Replaced:
    """What the mask step hands over for one value in one attribute."""
    return Replaced("attributes", key, (Edit(3, original, replacement),))


class Trail:
    """An audit log below ``path``."""

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self.environ = {"AUDIT_KEY": KEY}
        self.settings = AuditSettings(directory=path / "audit", key="env:AUDIT_KEY")

    @property
    def path(self) -> Path:
        assert self.settings.directory is not None
        return self.settings.directory

    def log(self, **changes: object) -> AuditLog:
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        return AuditLog.opened(settings, self.environ, self.clock)

    @contextmanager
    def recorder(self, **changes: object) -> Iterator[Recorder]:
        """A process that writes, closed in the end."""
        recorder = Recorder(self.log(**changes), linger_seconds=0.0)
        try:
            yield recorder
        finally:
            assert recorder.close()

    def write(self, *values: str, trace_id: int = 1, user_hash: str | None = None) -> None:
        """One process that writes a record for each value, with span ids from 1, and ends."""
        with self.recorder() as recorder:
            for number, value in enumerate(values, 1):
                recorder.keep(trace_id, number, user_hash, [masked(value)])

    def shown(self, trace_id: int = 1, user_hash: str | None = None) -> list[str]:
        """The originals of a trace, or of a user."""
        query = Query((), user_hash) if user_hash else Query((f"{trace_id:032x}",))
        return list(_values(self.log(), query))

    def problems(self) -> list[str]:
        return [f"{one.place}: {one.what}" for one in verify(self.log()).problems]

    def notes(self) -> list[str]:
        return [f"{one.place}: {one.what}" for one in verify(self.log()).notes]

    def segments(self) -> list[Path]:
        return [file.path for file in self.log().folder.segments()]

    def contents(self) -> dict[Path, bytes]:
        """Every byte of the audit log, by file."""
        return {path: path.read_bytes() for path in sorted(self.path.rglob("*")) if path.is_file()}

    def restore(self, contents: dict[Path, bytes]) -> None:
        """Put the files back as ``contents`` says, and remove all others."""
        for path in self.contents().keys() - contents.keys():
            path.unlink()
        for path, content in contents.items():
            if not path.exists() or path.read_bytes() != content:
                path.parent.mkdir(mode=0o700, exist_ok=True)
                path.write_bytes(content)
                path.chmod(0o600)


def _values(log: AuditLog, query: Query) -> Iterable[str]:
    for shown in show(log, query, "a test"):
        if shown.record is None:
            yield "DAMAGED"
            continue
        for replaced in shown.record.replaced:
            yield from (edit.original for edit in replaced.edits)
