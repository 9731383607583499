"""What becomes of attributes that were translated."""

from __future__ import annotations

from enum import StrEnum


class Originals(StrEnum):
    """What becomes of the attributes that were translated."""

    KEEP = "keep"  #: all stay, under their own names
    REPLACE = "replace"  #: what an official attribute holds goes, the rest stays
    DROP = "drop"  #: what a dialect says twice goes too
