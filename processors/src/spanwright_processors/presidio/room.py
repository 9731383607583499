"""How much memory another process may take here without this one being ended for it."""

from __future__ import annotations

from pathlib import Path

_V2, _V1 = Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/memory")
_MEMORY = Path("/proc/meminfo")


def free_bytes() -> int | None:
    """Bytes that this container, or machine, can still hand out; None where nothing tells.

    Where a container's processes are ended together, as Kubernetes does, a child process that needs more
    takes the application with it.
    """
    known = [
        _left(_V2 / "memory.max", _V2 / "memory.current", _V2 / "memory.stat", "inactive_file"),
        _left(
            _V1 / "memory.limit_in_bytes",
            _V1 / "memory.usage_in_bytes",
            _V1 / "memory.stat",
            "total_inactive_file",
        ),
        _available(),
    ]
    return min((each for each in known if each is not None), default=None)


def _left(limit: Path, usage: Path, statistics: Path, reclaimable: str) -> int | None:
    """Limit less usage, without what is kept of files and can go at any time."""
    try:
        most, used = int(limit.read_text()), int(usage.read_text())
        lines = dict(line.split() for line in statistics.read_text().splitlines())
        return most - used + int(lines.get(reclaimable, 0))
    except (OSError, ValueError):  # no such group, or "max"
        return None


def _available() -> int | None:
    try:
        lines = dict(line.split(":") for line in _MEMORY.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, LookupError):
        return None
