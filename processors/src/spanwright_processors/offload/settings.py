"""Whether, where and for how long full texts are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OffloadSettings:
    """The full text of GenAI spans in cold storage, as masking left it. Kept nowhere unless a URL is set."""

    #: Where full texts are stored: a folder, or a URI that fsspec knows, such as `s3://bucket/prompts`,
    #: `gs://…` or `az://…` (with s3fs, gcsfs or adlfs installed, and its own configuration). Unset: nowhere.
    url: str | None = None
    #: Whether spans keep their text besides. If false they leave with the reference and without text, where
    #: it could be kept.
    text_on_span: bool = True
    #: Days (UTC) that full texts are stored; then whole days are deleted. 0: for ever.
    retention_days: int = 30
    #: Folder on a local disk where texts wait until they are stored. Unset: `spool` in the folder of the
    #: texts, or for an object store one in the user's state folder.
    spool: Path | None = None
    #: Bytes that may wait in the spool, of all processes together; what does not fit is lost and counted.
    spool_bytes: int = 1_000_000_000
    #: Bytes that may wait in memory where the spool's disk is full or cannot be written.
    queue_bytes: int = 16_000_000
    #: Distinct system prompts that a process registers in a day; 0 registers none.
    prompts: int = 1_000
    #: Days that a system prompt stays registered after it was last used. 0: for ever.
    prompt_retention_days: int = 400

    def __post_init__(self) -> None:
        if self.url is not None and not self.url.strip():
            raise _wrong("url", "it is empty", "a folder or a URI, or leave it out")
        for key in ("retention_days", "prompts", "prompt_retention_days"):
            if getattr(self, key) < 0:
                raise _wrong(key, f"{getattr(self, key)} is less than 0", "0 or more")
        for key in ("spool_bytes", "queue_bytes"):
            if getattr(self, key) < 65_536:
                raise _wrong(key, f"{getattr(self, key)} is too few", "65536 or more")


def _wrong(key: str, why: str, instead: str) -> ValueError:
    return ValueError(f"Cannot use offload.{key}: {why}. Set {instead}.")
