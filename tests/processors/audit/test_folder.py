from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from spanwright_processors.audit.error import AuditError
from spanwright_processors.audit.folder import CLOSED, OPEN, Folder, renamed
from support.audit_trail import Trail


def test_only_the_owner_has_access(trail: Trail) -> None:
    """Folders are 0700 and files 0600, whatever the umask."""
    before = os.umask(0)
    try:
        trail.write("bob@example.com")
    finally:
        os.umask(before)
    for path in [trail.path, *trail.path.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    """A folder that was there before must be as closed as one of ours."""
    path = tmp_path / "audit"
    path.mkdir(mode=0o700)
    path.chmod(0o750)
    with pytest.raises(AuditError, match=r"others have access to .* \(mode 750\)\. Run: chmod 700 "):
        Folder(path).prepare()
    path.chmod(0o700)
    Folder(path).prepare()


def test_what_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A path that is no folder is one clear error; so is a folder without an audit log."""
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditError, match=r"^Cannot use mask\.audit\.directory: .* cannot be made or read"):
        Folder(tmp_path / "file" / "audit").prepare()
    with pytest.raises(AuditError, match="there is none"):
        Folder(tmp_path).require()


def test_the_application_may_go_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder is the one that it was at the start."""
    monkeypatch.chdir(tmp_path)
    folder = Folder(Path("audit"))
    monkeypatch.chdir("/")
    folder.prepare()
    assert (tmp_path / "audit" / "segments").is_dir()


def test_no_folder_without_permissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without owners and others is one clear error."""
    folder = Folder(tmp_path / "audit")
    monkeypatch.setattr("spanwright_processors.audit.folder.os.name", "nt")
    with pytest.raises(AuditError, match="this system has no file permissions"):
        folder.prepare()


def test_files_of_records_are_found_by_name(tmp_path: Path) -> None:
    """One that is being begun is not seen; its name stays when it is completed."""
    folder = Folder(tmp_path / "audit")
    folder.prepare()
    descriptor, file = folder.new_segment("2026-09-21", "7-abc")
    os.close(descriptor)
    assert list(folder.segments()) == []
    file = renamed(file, OPEN)
    assert (file.name, file.day, file.is_closed) == ("2026-09-21/7-abc", "2026-09-21", False)
    closed = renamed(file, CLOSED)
    assert folder.segment(file.name) == closed
    assert list(folder.segments()) == [closed]
    assert folder.segment("2026-09-21/8-abc") is None


def test_no_link_is_followed(tmp_path: Path) -> None:
    """Somebody who can plant a link cannot have originals written elsewhere."""
    folder = Folder(tmp_path / "audit")
    folder.prepare()
    (tmp_path / "elsewhere").write_text("")
    folder.access_log.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        folder.open(folder.access_log)
    with pytest.raises(FileExistsError):
        folder.create(folder.access_log)


def test_replacing_leaves_all_or_nothing(tmp_path: Path) -> None:
    """A file is replaced as a whole, and nothing is left beside it."""
    folder = Folder(tmp_path / "audit")
    folder.prepare()
    for content in (b"one", b"two"):
        folder.replace(folder.access_head, content)
    assert folder.access_head.read_bytes() == b"two"
    assert sorted(path.name for path in folder.path.iterdir()) == ["access.head", "segments"]
    assert set(folder.all_paths()) == {folder.path, folder.access_head, folder.segments_path}
