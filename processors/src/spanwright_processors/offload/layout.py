"""How what is stored is called.

``DAY/traces/TRACE/SEGMENT[~USER].zst`` holds the spans of one trace that were stored together,
``DAY/texts/HH/SHA256.zst`` a piece of text, ``erasures/TIME-ID.json`` what was erased lately,
``prompts/SHA256/…`` the prompt registry. A day's spans refer to that day's texts alone, so that a day can be
deleted as a whole.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

TRACES, TEXTS, ERASURES, PROMPTS = "traces", "texts", "erasures", "prompts"
SUFFIX = ".zst"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_REF = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)/traces/(?P<trace>[0-9a-f]{32})/?(?:#(?P<span>[0-9a-f]{16}))?\Z")


class TraceObject(NamedTuple):
    """The spans of one trace that one segment held. ``user`` is the digest of a user's hash, or empty."""

    day: str
    trace: str
    segment: str
    user: str = ""

    @property
    def name(self) -> str:
        user = f"~{self.user}" if self.user else ""
        return f"{self.day}/{TRACES}/{self.trace}/{self.segment}{user}{SUFFIX}"

    @classmethod
    def of(cls, name: str) -> TraceObject | None:
        """What an object's name says; None for any other object."""
        parts = name.split("/")
        if len(parts) != 4 or parts[1] != TRACES or not name.endswith(SUFFIX):
            return None
        segment, _, user = parts[3].removesuffix(SUFFIX).partition("~")
        return cls(parts[0], parts[2], segment, user)


def is_day(folder: str) -> bool:
    return _DAY.fullmatch(folder) is not None


def traces_of(day: str, trace: str = "") -> str:
    """The folder of a day's traces, or of one trace."""
    return f"{day}/{TRACES}/{trace}".rstrip("/")


def text(day: str, sha256: str) -> str:
    return f"{day}/{TEXTS}/{sha256[:2]}/{sha256}{SUFFIX}"


def user_digest(user: str) -> str:
    """What stands for a user's hash in names: it may be any text."""
    return hashlib.sha256(user.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def reference(url: str, day: str, trace_id: int, span_id: int) -> str:
    """``spanwright.content.ref``: the folder of the trace, and the span as fragment."""
    return f"{url}/{day}/{TRACES}/{trace_id:032x}/#{span_id:016x}"


def referred(ref: str) -> tuple[str, str, str | None] | None:
    """Day, trace and span of a reference; None for any other text."""
    found = _REF.search(ref)
    return (found["day"], found["trace"], found["span"]) if found else None
