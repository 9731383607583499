"""The bot's console: both sides of a chat, wrapped at words, as the answer arrives."""

from __future__ import annotations

import re
import shutil
import sys

_WIDEST, _INDENT = 108, 10
_WORD_AND_BLANK = re.compile(r"\s*\S+|\s+")


class ChatWindow:
    """Writes to standard output, as wide as the terminal or ``COLUMNS`` says, 108 cells at most.

    A word that arrives in pieces may still be cut by the end of the line.
    """

    def __init__(self) -> None:
        self._column = 0
        self._width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)

    def speaker(self, name: str) -> None:
        self._write(f"{name:<{_INDENT}}")

    def say(self, text: str) -> None:
        """A message, or the next piece of one."""
        for found in _WORD_AND_BLANK.findall(text):
            piece = str(found)
            if self._column + len(piece) > self._width and piece[0].isspace():
                self.end()
                piece = " " * _INDENT + piece.lstrip()
            self._write(piece)

    def end(self) -> None:
        self._write("\n")
        self._column = 0

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
        self._column += len(text)
