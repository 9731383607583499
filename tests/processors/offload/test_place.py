from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from spanwright_processors.offload.error import ContentError, MissingError, PlaceError
from spanwright_processors.offload.place import (
    FolderPlace,
    Place,
    StorePlace,
    checked,
    local_path,
    opened,
    public,
)


@pytest.fixture(params=["folder", "memory", "fsspec's folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "folder":
        yield FolderPlace(tmp_path / "texts")
    elif request.param == "memory":
        store = StorePlace("memory://bucket/of/texts/")
        yield store
        store.delete_folder("")
    else:
        yield StorePlace(f"local://{tmp_path}/texts")


def test_what_is_put_is_there(place: Place) -> None:
    """As it was put last, under its name and in the listings of its folders, on any place."""
    place.put({"2026-11-23/traces/ab/one": b"1", "2026-11-23/texts/aa/two": b"", "erasures/three": b"3"})
    place.put({"2026-11-23/traces/ab/one": b"again"})
    assert place.get("2026-11-23/traces/ab/one") == b"again"
    assert place.names("") == ["2026-11-23/texts/aa/two", "2026-11-23/traces/ab/one", "erasures/three"]
    assert place.names("2026-11-23/traces") == ["2026-11-23/traces/ab/one"]
    assert place.folders() == ["2026-11-23", "erasures"]
    assert place.folders("2026-11-23") == ["texts", "traces"]
    assert dict(place.get_all(["erasures/three", "none", "2026-11-23/texts/aa/two"])) == {
        "erasures/three": b"3",
        "2026-11-23/texts/aa/two": b"",
    }


def test_what_is_not_there(place: Place) -> None:
    """Listings are empty, reading raises, deleting does nothing, on a place that nobody wrote to as well."""
    assert (place.names("x"), place.folders("x"), list(place.get_all(["x/y"]))) == ([], [], [])
    assert not place.has("x/y")
    place.delete(["x/y"])
    place.delete_folder("x")
    with pytest.raises(MissingError):
        place.get("x/y")


def test_what_is_deleted_is_gone(place: Place) -> None:
    """Objects by name, also where some are gone already, and folders with everything in them."""
    place.put({f"day/{number}/x": b"1" for number in range(5)})
    place.delete(["day/0/x", "none", "day/1/x"])
    assert place.names("") == ["day/2/x", "day/3/x", "day/4/x"]
    place.delete_folder("day/2")
    assert place.names("") == ["day/3/x", "day/4/x"]
    place.delete_folder("day")
    assert (place.names(""), place.folders()) == ([], [])


def test_only_the_owner_has_access(tmp_path: Path) -> None:
    """Folders are 0700 and files 0600, whatever the umask."""
    before = os.umask(0)
    try:
        FolderPlace(tmp_path / "texts").put({"day/traces/x": b"1"})
    finally:
        os.umask(before)
    for path in [tmp_path / "texts", *(tmp_path / "texts").rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_half_of_it_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves neither half a file nor a new name, and the error says where, quoting nothing."""
    place = FolderPlace(tmp_path / "texts")
    write, left = os.write, [9]

    def full(descriptor: int, content: Any) -> int:
        if left[0] <= 0:
            raise OSError(28, "No space left on device")
        left[0] -= len(content[:5])
        return write(descriptor, content[:5])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(PlaceError, match=r"^Cannot reach file://.*/texts: No space left on device\.$"):
        place.put({"day/one": b"01234", "day/two": b"secret text"})
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_store_that_fails_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the store's library raises, its own words, which may quote a text, are left out."""
    place = StorePlace("memory://bucket")

    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("bob@example.com")

    for method in ("pipe", "cat_file", "cat", "find", "ls", "rm"):
        monkeypatch.setattr(place._fs, method, failing)
    actions = (
        lambda: place.put({"a/b": b""}),
        lambda: place.get("a"),
        lambda: list(place.get_all(["a"])),
        lambda: place.names(""),
        place.folders,
        lambda: place.delete(["a"]),
        lambda: place.delete_folder("a"),
    )
    for action in actions:
        with pytest.raises(PlaceError, match=r"^Cannot reach memory://bucket: RuntimeError\.$"):
            action()


def test_a_folder_is_named_in_any_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its path, relative or from home, or as a URI; anything else is a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for url in (
        "texts",
        "~/texts",
        f"file://{tmp_path}/texts",
        f"file:{tmp_path}/texts",
        str(tmp_path / "texts"),
    ):
        assert local_path(url) == tmp_path / "texts"
        assert public(url) == (tmp_path / "texts").as_uri()
        assert isinstance(opened(url), FolderPlace)
    assert local_path("memory://texts") is None
    assert isinstance(opened("memory://texts"), StorePlace)


def test_a_password_is_not_repeated() -> None:
    """The reference on a span leaves the process."""
    assert public("sftp://me:secret@host/texts/") == "sftp://host/texts"
    assert public("s3://bucket/a@b/") == "s3://bucket/a@b"


def test_what_is_missing_is_named() -> None:
    """A scheme that nobody knows, and one whose package is not installed, before anything is stored."""
    with pytest.raises(ContentError, match=r"at s4://x: fsspec knows no s4://\."):
        checked("s4://x")
    with pytest.raises(ContentError, match=r"at gs://x: gcsfs is not installed\. Run: pip install gcsfs"):
        checked("gs://x")
    with pytest.raises(ContentError, match="s3fs is not installed"):
        opened("s3://x")
    checked("memory://x")
    checked("relative/folder")


def test_fsspec_itself_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder needs none."""
    monkeypatch.setattr("spanwright_processors.offload.place.find_spec", lambda name: None)
    checked("folder")
    with pytest.raises(ContentError, match=r"fsspec is not installed\. Run: pip install 'spanwright-proc"):
        checked("s3://x")
