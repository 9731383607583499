"""Whether, where and for how long the originals of what was masked are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

#: The longest that an original may be kept, in days.
MOST_DAYS = 30


@dataclass(frozen=True)
class AuditSettings:
    """The encrypted audit log of what was masked. There is none unless a folder is named."""

    #: Folder of the audit log, for this alone and on a local disk; made with access for its owner only.
    #: Unset: no original is kept anywhere.
    directory: Path | None = None
    #: Where the key is: `env:NAME` or `file:/path` (32 bytes in base64; older keys behind it, for reading),
    #: or the URI of a key service for which a provider is installed.
    key: str = field(default="env:SPANWRIGHT_AUDIT_KEY", metadata={"secret": True})
    #: Days (UTC) that originals are kept, 1 to 30; then their files are deleted.
    retention_days: int = MOST_DAYS
    #: Bytes of memory for originals that are not written yet; what does not fit is lost and counted.
    queue_bytes: int = 8_000_000
    #: Bytes at which a process begins its next file.
    segment_bytes: int = 64_000_000

    def __post_init__(self) -> None:
        if not 1 <= self.retention_days <= MOST_DAYS:
            raise _wrong("retention_days", f"{self.retention_days} is not between 1 and 30", "1 to 30")
        for key in ("queue_bytes", "segment_bytes"):
            if getattr(self, key) < 65_536:
                raise _wrong(key, f"{getattr(self, key)} is too few", "65536 or more")


def _wrong(key: str, why: str, instead: str) -> ValueError:
    return ValueError(f"Cannot use mask.audit.{key}: {why}. Set {instead} instead.")
