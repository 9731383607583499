from collections.abc import Sequence
from typing import Any, Literal, Protocol

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

class Host(Protocol):
    """What a finder asks Python for: see `spanwright_processors.presidio.native.NativeFinder`."""

    def fitting(self, family: int, around: bytes, at_start: bool, at_end: bool) -> list[int]: ...
    def expression(self, pattern: int) -> tuple[str, bool] | None: ...
    def is_uncut(self, word: str) -> bool: ...
    def judge(self, number: int, matched: str, score: float) -> float: ...
    def found(
        self, number: int, text: str, runs: Sequence[tuple[int, int, int]]
    ) -> Sequence[tuple[str, int, int, float]]: ...
    def regions_of(self, digits: str) -> int: ...
    def supports(self, number: int, text: str, start: int) -> bool: ...

class Finder:
    def __init__(
        self,
        families: Families,
        patterns: Sequence[tuple[int, float]],
        recognizers: Sequence[tuple[str, int, list[str], float, int, float]],
        stop_words: Sequence[str],
        phones: tuple[Any, ...] | None,
        domains: tuple[list[str], list[str]],
        host: Host,
    ) -> None: ...
    def find(self, text: str) -> list[tuple[str, int, int, float]] | Literal[False]: ...

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
