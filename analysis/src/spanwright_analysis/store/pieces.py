"""The files of a folder as pieces of one table: added, merged and replaced without a moment of disorder.

A piece is named after the numbers of the additions it holds, as ``0000000007-0000000012.parquet``. Merging
writes a piece whose range spans others and removes those; until they are gone, whoever lists the folder
leaves out what another range spans. So each change takes place with one renaming, and readers need no lock.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import log
from pathlib import Path

from spanwright_processors.disk import sync_folder

_NAME = re.compile(r"(\d{10})-(\d{10})\.parquet$")
#: So many neighbours of about one size become one piece: each row is written again once a tier.
_NEIGHBOURS = 16
_SMALLEST, _LARGEST = 64 * 1024, 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    path: Path
    first: int
    last: int

    def spans(self, other: Piece) -> bool:
        mine, theirs = (self.first, self.last), (other.first, other.last)
        return mine != theirs and self.first <= other.first and other.last <= self.last


def live(folder: Path) -> list[Piece]:
    """The pieces that count, in order; none where there is no folder."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    found = [
        Piece(folder / name, int(match[1]), int(match[2])) for name in names if (match := _NAME.match(name))
    ]
    found.sort(key=lambda piece: (piece.first, -piece.last))
    kept: list[Piece] = []
    for piece in found:  # one that spans others comes before them
        if not (kept and kept[-1].spans(piece)):
            kept.append(piece)
    return kept


def size(folder: Path) -> int:
    """Bytes of the pieces that count."""
    total = 0
    for piece in live(folder):
        with suppress(FileNotFoundError):  # merged just now
            total += piece.path.stat().st_size
    return total


def new_name(folder: Path) -> str:
    """Of a piece to be added after all that are there."""
    number = max((piece.last for piece in live(folder)), default=0) + 1
    return _name(number, number)


def publish(written: Path, folder: Path, name: str) -> None:
    """Make a whole file a piece, in the place of one of the same name; it is on the disk then."""
    descriptor = os.open(written, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    written.replace(folder / name)
    sync_folder(folder)


def mergeable(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The last neighbours of one tier, where there are enough of them to be merged; else none."""
    tiers = [_tier(piece) for piece in pieces]
    end = len(pieces)
    while end:
        start = end
        while start and tiers[start - 1] == tiers[end - 1]:
            start -= 1
        if end - start >= _NEIGHBOURS and tiers[end - 1] is not None:
            return pieces[start:end]
        end = start
    return ()


def merged_name(pieces: Sequence[Piece]) -> str:
    return _name(pieces[0].first, pieces[-1].last)


def remove(pieces: Iterable[Piece]) -> None:
    for piece in pieces:
        piece.path.unlink(missing_ok=True)


def remove_spanned(folder: Path) -> None:
    """Remove what a merge left that was cut off."""
    kept = {piece.path for piece in live(folder)}
    for name in os.listdir(folder) if folder.is_dir() else ():
        if _NAME.match(name) and folder / name not in kept:
            (folder / name).unlink(missing_ok=True)


def _name(first: int, last: int) -> str:
    return f"{first:010}-{last:010}.parquet"


def _tier(piece: Piece) -> int | None:
    """None for what is large enough."""
    try:
        size = piece.path.stat().st_size
    except FileNotFoundError:
        return None
    return None if size > _LARGEST else int(log(max(size / _SMALLEST, 1.0), _NEIGHBOURS))
