"""The bot's console: both sides of a chat, wrapped at words, as the answer arrives."""

from __future__ import annotations

import re
import sys

_WIDTH, _INDENT = 108, 10
_WORD_AND_BLANK = re.compile(r"\s*\S+|\s+")


class ChatWindow:
    """Writes to standard output. A word that arrives in pieces may still be cut by the end of the line."""

    def __init__(self) -> None:
        self._column = 0

    def speaker(self, name: str) -> None:
        self._write(f"{name:<{_INDENT}}")

    def say(self, text: str) -> None:
        """A message, or the next piece of one."""
        for found in _WORD_AND_BLANK.findall(text):
            piece = str(found)
            if self._column + len(piece) > _WIDTH and piece[0].isspace():
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
