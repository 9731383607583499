"""Libraries that trace themselves: whose spans are recorded, theirs or ours."""

from __future__ import annotations

import os

#: Libraries whose own spans are kept and which therefore get none of ours, by name, with commas between.
NATIVE_VARIABLE = "SPANWRIGHT_INSTRUMENTATION_NATIVE"


def keeps_native(library: str) -> bool:
    """Whether the user wants the spans of the library itself; read anew with each call, as clients are made
    anew."""
    value = os.environ.get(NATIVE_VARIABLE)
    return value is not None and library in (name.strip().lower() for name in value.split(","))
