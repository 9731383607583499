from collections.abc import Sequence
from typing import Literal

VERSION: int

#: Flags, beginnings of names, (start, end, digits) of numbers, beginnings of tokens, long runs.
Places = tuple[int, list[int], list[tuple[int, int, int]], list[int], list[tuple[int, int]]]

class Families:
    def __init__(
        self,
        tables: Sequence[tuple[bytes, bytes, bytes, int]],
        wild: Sequence[tuple[int, int]],
        least_digits: int,
    ) -> None: ...
    def runs(self, text: str) -> tuple[list[tuple[int, int, int]], bool] | Literal[False]: ...
    def learn(self, family: int, shape: bytes) -> None: ...

class Scanner:
    def __init__(
        self,
        wanted: int,
        cues: Sequence[str],
        keywords: Sequence[str],
        keyword_letters: str,
        beginnings: Sequence[str],
        inside: Sequence[str],
        anywhere: Sequence[str],
        run_characters: str,
        families: Families | None = None,
    ) -> None: ...
    def places(self, text: str) -> Places | Literal[False] | None: ...
    def is_clean(self, text: str) -> bool: ...
    def leaves(
        self, text: str, needles: Sequence[str]
    ) -> list[tuple[int, int, int, int, int]] | Literal[False] | None: ...
    def learn(self, key: str) -> None: ...
