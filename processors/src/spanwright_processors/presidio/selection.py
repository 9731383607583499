"""Which of Presidio's recognizers to use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Selection:
    """All pattern recognizers that Presidio enables by default for English, and more by choice.

    ``locales``: countries, as Presidio codes them (``us``, ``uk``, ``de``, …), whose recognizers are enabled
    too, those that are off by default and those written for another language.
    ``recognizers_file``: a YAML file of the user, in the form of Presidio's registry configuration, or a list
    of pattern recognizers to add to the others. Raises ``ValueError`` for what Presidio could not read.
    """

    locales: tuple[str, ...] = ()
    recognizers_file: str | None = None

    def __post_init__(self) -> None:
        for locale in self.locales:
            if not (locale.isascii() and locale.isalpha() and locale == locale.lower()):
                raise ValueError(
                    f"Cannot use locale {locale!r}: it is no country code. Write it as 'us', 'uk', 'de'."
                )
        if self.recognizers_file is not None and not Path(self.recognizers_file).is_file():
            raise ValueError(
                f"Cannot read recognizers from {self.recognizers_file!r}: there is no such file. "
                "Give the path of a YAML file in Presidio's form."
            )

    def digest(self) -> str:
        """Changes with everything the selection says, the contents of the file included."""
        contents = Path(self.recognizers_file).read_bytes() if self.recognizers_file else b""
        parts = ("\n".join(sorted(set(self.locales))).encode(), contents)
        return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
