from __future__ import annotations

import base64
import os
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from spanwright_processors.audit import keys
from spanwright_processors.audit.error import AuditError, DamagedError
from spanwright_processors.audit.keys import LocalKeys, MasterKey, master_key, unwrapped
from support.audit_trail import KEY, OTHER_KEY

HEX = bytes(range(32)).hex()


def test_a_wrapped_key_comes_back() -> None:
    """What was wrapped under a context is unwrapped under it, and only under it."""
    master = master_key("env:K", {"K": KEY})
    wrapped = master.wrap(b"d" * 32, b"context")
    assert master.unwrap(wrapped, b"context", master.key_id) == b"d" * 32
    with pytest.raises(DamagedError):
        master.unwrap(wrapped, b"another", master.key_id)


@pytest.mark.parametrize(
    "text", [KEY, KEY.rstrip("="), HEX, HEX.upper(), f" {KEY}\n", KEY.replace("+", "-").replace("/", "_")]
)
def test_one_key_in_any_spelling(text: str) -> None:
    """Base64 of both alphabets, with or without padding, and hexadecimal digits give the same key."""
    assert master_key("env:K", {"K": text}).key_id == master_key("env:K", {"K": KEY}).key_id


def test_rotation() -> None:
    """The first key encrypts; what older keys encrypted can be read while they are given behind it."""
    old = master_key("env:K", {"K": KEY})
    wrapped = old.wrap(b"d" * 32, b"")
    both = master_key("env:K", {"K": f"{OTHER_KEY},{KEY}"})
    assert both.key_id != old.key_id
    assert both.unwrap(wrapped, b"", old.key_id) == b"d" * 32
    new = master_key("env:K", {"K": OTHER_KEY})
    with pytest.raises(
        AuditError, match=f"^Cannot open what key {old.key_id} encrypted: that key is not given"
    ):
        new.unwrap(wrapped, b"", old.key_id)


@pytest.mark.parametrize("text", ["", "short", "x" * 44, base64.b64encode(bytes(16)).decode(), "@" * 44])
def test_errors_never_quote_a_key(text: str) -> None:
    """A value that is no key is refused without being repeated."""
    with pytest.raises(AuditError, match=r"^Cannot use mask\.audit\.key: .+\. .+\.$") as error:
        master_key("env:K", {"K": text})
    assert not text or text not in str(error.value)


def test_a_key_in_the_place_of_its_uri_is_not_quoted() -> None:
    """Who sets the key itself is told so, and it does not stand in the log."""
    for uri, why in ((KEY, "it is no key URI"), (f"env:{KEY}", "is no variable's name")):
        with pytest.raises(AuditError, match=why) as error:
            master_key(uri)
        assert KEY not in str(error.value)


@pytest.mark.parametrize("form", ["file:{}", "file://{}", "file://localhost{}"])
def test_a_file_with_keys(tmp_path: Path, form: str) -> None:
    """A file holds a key a line, with comments."""
    path = tmp_path / "keys"
    path.write_text(f"# since May\n{OTHER_KEY}  # current\n{KEY}\n")
    path.chmod(0o600)
    master = master_key(form.format(path))
    assert master.key_id == master_key("env:K", {"K": OTHER_KEY}).key_id
    assert OTHER_KEY not in repr(master)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """A key file is for its owner only."""
    path = tmp_path / "keys"
    path.write_text(KEY)
    path.chmod(0o640)
    with pytest.raises(AuditError, match=r"others have access to .* \(mode 640\)\. Run: chmod 600"):
        master_key(f"file:{path}")
    with pytest.raises(AuditError, match="cannot be read"):
        master_key(f"file:{tmp_path / 'none'}")


def test_key_services_come_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another scheme is an entry point of its name; without one, the error says so."""
    with pytest.raises(
        AuditError, match=r"no provider for aws-kms: is installed\. Use env:NAME or file:/path, or"
    ):
        master_key("aws-kms://alias/audit")
    point = EntryPoint("test-kms", f"{__name__}:none", keys.ENTRY_POINT_GROUP)
    provided = LocalKeys((os.urandom(32),))

    def entry_points(group: str, name: str) -> EntryPoints:
        assert group == "spanwright_audit_key"
        return EntryPoints([point] if name == "test-kms" else [])

    monkeypatch.setattr(keys, "entry_points", entry_points)
    monkeypatch.setattr(EntryPoint, "load", lambda _: lambda uri: provided)
    assert master_key("test-kms://somewhere") is provided
    monkeypatch.setattr(EntryPoint, "load", lambda _: lambda uri: 1 / 0)
    with pytest.raises(AuditError, match="the provider for test-kms: failed with ZeroDivisionError"):
        master_key("test-kms://somewhere")


def test_what_is_unwrapped_is_a_key() -> None:
    """A key service that gives something else is not believed."""
    master: MasterKey = LocalKeys((bytes(32),))
    with pytest.raises(DamagedError):
        unwrapped(master, master.wrap(b"short", b""), b"", master.key_id)
