from __future__ import annotations

from pathlib import Path

import pytest
from spanwright_processors.offload import layout, texts
from spanwright_processors.offload.compression import compressed
from spanwright_processors.offload.error import MissingError
from spanwright_processors.offload.manifest import stored_span
from spanwright_processors.offload.pieces import BrokenError
from spanwright_processors.offload.place import FolderPlace
from spanwright_processors.offload.texts import Texts
from support.full_texts import DAY, conversation, full_text


def test_a_text_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as there is room for what was read."""
    place = FolderPlace(tmp_path)
    place.put({layout.text(DAY, name): compressed(name.encode() * 9) for name in ("aa", "bb")})
    found = Texts(place, DAY)
    assert found.get("aa") == b"aa" * 9
    place.delete_folder(DAY)
    assert found.get("aa") == b"aa" * 9
    with pytest.raises(MissingError):
        found.get("bb")
    place.put({layout.text(DAY, "bb"): compressed(b"bb" * 9)})
    monkeypatch.setattr(texts, "_MOST_BYTES", 20)
    found.get("bb")
    with pytest.raises(MissingError):
        found.get("aa")


def test_what_is_damaged_is_told(tmp_path: Path) -> None:
    """Not what the library says about it."""
    place = FolderPlace(tmp_path)
    place.put({layout.text(DAY, "aa"): b"damaged"})
    with pytest.raises(BrokenError, match="aa"):
        Texts(place, DAY).get("aa")


def test_what_a_span_needs(tmp_path: Path) -> None:
    """Every piece and group; of a group that is missing at least itself."""
    pieces: dict[str, bytes] = {}
    span = stored_span(full_text(conversation(30)), pieces)
    place = FolderPlace(tmp_path)
    place.put({layout.text(DAY, name): compressed(content) for name, content in pieces.items()})
    assert set(Texts(place, DAY).needed(span)) == set(pieces)
    place.delete_folder(DAY)
    needed = set(Texts(place, DAY).needed(span))
    assert needed
    assert needed < set(pieces)
