"""Who may send: those that show one of the tokens, or everybody where there are none."""

from __future__ import annotations

import hmac
from pathlib import Path


class Gate:
    """The tokens of ``file``, one a line; ``reload()`` reads them again. A bad file raises ``ValueError``."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._tokens: tuple[bytes, ...] = ()
        self.reload()

    def reload(self) -> None:
        if self._file is None:
            return
        try:
            lines = self._file.read_text().split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(
                f"Cannot use stage.bearer_tokens_file={self._file}: {type(error).__name__}. "
                "Name a text file with one token a line."
            ) from error
        tokens = tuple(line.strip().encode() for line in lines if line.strip())
        if not tokens:
            raise ValueError(
                f"Cannot use stage.bearer_tokens_file={self._file}: it holds no token. Write one a line."
            )
        self._tokens = tokens

    def admits(self, authorization: str | bytes | None) -> bool:
        """Whether the value of an ``Authorization`` header lets its sender in."""
        if self._file is None:
            return True
        given = authorization.encode() if isinstance(authorization, str) else authorization or b""
        scheme, _, token = given.partition(b" ")
        found = [hmac.compare_digest(token.strip(), known) for known in self._tokens]
        return scheme.lower() == b"bearer" and any(found)
