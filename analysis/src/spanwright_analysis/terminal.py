"""Where the command's output goes: a terminal as wide as it is, or a file or pipe at a fixed width."""

from __future__ import annotations

import sys

from rich.console import Console

#: Width in cells where there is no terminal to ask, and the widest that is used on one.
PIPED_WIDTH, WIDEST = 110, 130


def output(width: int | None = None) -> Console:
    """Standard output, ``width`` cells wide; without it as wide as the terminal. Lines are never folded or
    coloured in a pipe.
    """
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    if width is None:
        width = min(console.width, WIDEST) if console.is_terminal else PIPED_WIDTH
    console.width = width
    return console


def complain(message: str) -> int:
    """Says on standard error why a command stops, and gives its exit code."""
    print(f"spanwright: {message}", file=sys.stderr)
    return 1
