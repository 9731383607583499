"""An error for the log without its text, which may quote a prompt, an answer or a document."""

from __future__ import annotations

import sys
from types import TracebackType


class WithheldError(Exception):
    """Stands for an error of the type it names; the text is left out."""


def withheld() -> tuple[type[BaseException], BaseException, TracebackType | None] | None:
    """What ``exc_info`` of a log call takes in place of True: the current error's type and traceback.

    The errors it was raised from are left out as well. None outside an ``except`` block.
    """
    kind, _, traceback = sys.exc_info()
    if kind is None:
        return None
    return WithheldError, WithheldError(f"{kind.__module__}.{kind.__qualname__}"), traceback
