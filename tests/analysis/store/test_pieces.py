"""Files that are pieces of one table."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from spanwright_analysis.store import pieces


def touch(folder: Path, *names: str, size: int = 10) -> None:
    for name in names:
        (folder / f"{name}.parquet").write_bytes(b"x" * size)


def name(first: int, last: int) -> str:
    return f"{first:010}-{last:010}"


def test_what_a_merge_spans_does_not_count(tmp_path: Path) -> None:
    """From the moment on that the merged piece is there, whether the others are gone or not."""
    touch(tmp_path, *(name(number, number) for number in range(1, 5)))
    assert len(pieces.live(tmp_path)) == 4
    touch(tmp_path, name(1, 3))
    assert [piece.path.stem for piece in pieces.live(tmp_path)] == [name(1, 3), name(4, 4)]
    pieces.remove_spanned(tmp_path)
    assert sorted(file.stem for file in tmp_path.iterdir()) == [name(1, 3), name(4, 4)]


def test_numbers_go_on(tmp_path: Path) -> None:
    """After the last, also of a merged piece; other files are not looked at."""
    assert pieces.live(tmp_path / "nothing") == []
    assert pieces.new_name(tmp_path) == f"{name(1, 1)}.parquet"
    touch(tmp_path, name(1, 16), "columns", ".new-7")
    assert pieces.new_name(tmp_path) == f"{name(17, 17)}.parquet"


def test_publishing_takes_the_place_of_the_same_name(tmp_path: Path) -> None:
    """A piece is there whole or not at all."""
    touch(tmp_path, name(1, 1))
    (tmp_path / ".new").write_bytes(b"new")
    pieces.publish(tmp_path / ".new", tmp_path, f"{name(1, 1)}.parquet")
    assert (tmp_path / f"{name(1, 1)}.parquet").read_bytes() == b"new"


def test_sixteen_neighbours_of_one_size_are_merged(tmp_path: Path) -> None:
    """Large ones are left alone, so that each row is written again only a few times."""
    touch(tmp_path, name(1, 16), size=100_000 * 16)
    touch(tmp_path, *(name(number, number) for number in range(17, 32)))
    assert pieces.mergeable(pieces.live(tmp_path)) == ()
    touch(tmp_path, name(32, 32))
    group = pieces.mergeable(pieces.live(tmp_path))
    assert pieces.merged_name(group) == f"{name(17, 32)}.parquet"
    pieces.remove(group)
    assert [piece.last for piece in pieces.live(tmp_path)] == [16]


@settings(deadline=None)  # it makes files
@given(st.lists(st.integers(0, 3), max_size=12))
def test_live_pieces_never_overlap(merges: list[int]) -> None:
    """Whatever was merged, and wherever it was cut off, each addition counts once."""
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        touch(folder, *(name(number, number) for number in range(1, 17)))
        for keep in merges:
            there = pieces.live(folder)
            group = there[keep : keep + 3]
            if len(group) > 1:
                touch(folder, pieces.merged_name(group).removesuffix(".parquet"))
                pieces.remove(group[:keep])  # cut off after some
        covered = [n for piece in pieces.live(folder) for n in range(piece.first, piece.last + 1)]
        assert covered == list(range(1, 17))
