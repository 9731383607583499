"""Where full texts are stored: a folder of this machine, or an object store that fsspec knows."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from ..disk import make_folder, sync_file_system, write_all
from .error import ContentError, MissingError, PlaceError

_SCHEME = re.compile(r"(?:([a-z][a-z0-9+.-]*)://|(file):)", re.IGNORECASE)
#: What an object that is being written is called; readers do not see it.
_NEW = ".new"
#: Objects asked for at once.
_AT_ONCE = 200


class Place(Protocol):
    """Objects by name (``2026-11-23/texts/…``). Raises ``PlaceError``; safe from several threads."""

    #: Without credentials and without a slash at its end.
    url: str

    def put(self, objects: Mapping[str, bytes]) -> None:
        """Store ``objects``, each as a whole or not at all, in the place of what has its name."""
        ...

    def get(self, name: str) -> bytes:
        """One object; raises ``MissingError`` if it is not there."""
        ...

    def get_all(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The objects with their names, in any order, without those that are not there."""
        ...

    def has(self, name: str) -> bool:
        """True if the object is there for certain; False as well where asking costs as much as storing."""
        ...

    def names(self, folder: str) -> list[str]:
        """Every object below ``folder``, sorted; empty if there is none."""
        ...

    def folders(self, folder: str = "") -> list[str]:
        """The last names of the folders in ``folder``, sorted."""
        ...

    def delete(self, names: Iterable[str]) -> None:
        """Remove objects; what is not there is none."""
        ...

    def delete_folder(self, folder: str) -> None:
        """Remove everything below ``folder``."""
        ...

    def sweep(self, folder: str) -> None:
        """Remove what killed processes left half-written below ``folder``.

        A living process that was about to finish it has its ``put`` fail, and stores it again.
        """
        ...


def opened(url: str) -> Place:
    """The place that ``url`` (a folder, or a URI that fsspec knows) names; raises ``ContentError``."""
    scheme = _scheme(url)
    return FolderPlace(local_path(url)) if scheme == "file" else StorePlace(url)


def checked(url: str) -> None:
    """Raise ``ContentError`` where what ``url`` needs is not installed. Imports nothing, reaches nothing."""
    scheme = _scheme(url)
    if scheme == "file":
        return
    if find_spec("fsspec") is None:
        raise ContentError(
            f"Cannot store full texts at {public(url)}: fsspec is not installed. "
            "Run: pip install 'spanwright-processors[content]'"
        )
    from fsspec.registry import known_implementations, registry

    known = known_implementations.get(scheme)
    if scheme in registry:
        return
    if known is None:
        raise ContentError(f"Cannot store full texts at {public(url)}: fsspec knows no {scheme}://.")
    module = str(known["class"]).partition(".")[0]
    if find_spec(module) is None:
        raise ContentError(
            f"Cannot store full texts at {public(url)}: {module} is not installed. Run: pip install {module}"
        )


def local_path(url: str) -> Path | None:
    """The folder that ``url`` names, None for an object store."""
    if _scheme(url) != "file":
        return None
    found = _SCHEME.match(url)
    return Path(os.path.expanduser(url[found.end() :] if found else url)).absolute()


def public(url: str) -> str:
    """``url`` without a password or a slash at its end; of a folder its ``file://`` URI."""
    path = local_path(url)
    return path.as_uri() if path else re.sub(r"(?<=://)[^/@]*@", "", url).rstrip("/")


def _scheme(url: str) -> str:
    found = _SCHEME.match(url)
    scheme = (found.group(1) or found.group(2)).lower() if found else "file"
    return "file" if scheme == "local" else scheme


class FolderPlace:
    """A folder on a file system: folders 0700, files 0600, on the disk when ``put`` returns."""

    def __init__(self, path: Path | None) -> None:
        assert path is not None
        self._path = path
        self.url = path.as_uri()

    def put(self, objects: Mapping[str, bytes]) -> None:
        written: list[tuple[Path, Path]] = []
        with _reported(self.url):
            try:
                for name, content in objects.items():
                    path = self._path / name
                    written.append((path.with_name(f"{path.name}.{secrets.token_hex(8)}{_NEW}"), path))
                    _write(written[-1][0], content)
                # Whole under its name or not there, even after a power failure.
                sync_file_system(self._path)
                for new, path in written:
                    os.replace(new, path)
                sync_file_system(self._path)
            except BaseException:
                for new, _ in written:
                    new.unlink(missing_ok=True)
                raise

    def get(self, name: str) -> bytes:
        with _reported(self.url):
            try:
                return (self._path / name).read_bytes()
            except FileNotFoundError:
                raise MissingError(name) from None

    def get_all(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        for name in names:
            with suppress(MissingError):
                yield name, self.get(name)

    def has(self, name: str) -> bool:
        return (self._path / name).exists()

    def names(self, folder: str) -> list[str]:
        with _reported(self.url):
            found = []
            for parent, _, files in os.walk(self._path / folder):
                relative = Path(parent).relative_to(self._path).as_posix()
                found += [f"{relative}/{name}" for name in files if not name.endswith(_NEW)]
            return sorted(found)

    def folders(self, folder: str = "") -> list[str]:
        with _reported(self.url):
            try:
                return sorted(entry.name for entry in os.scandir(self._path / folder) if entry.is_dir())
            except FileNotFoundError:
                return []

    def delete(self, names: Iterable[str]) -> None:
        with _reported(self.url):
            for name in names:
                path = self._path / name
                path.unlink(missing_ok=True)
                _remove_empty(path.parent, self._path)

    def delete_folder(self, folder: str) -> None:
        import shutil

        with _reported(self.url), suppress(FileNotFoundError):
            shutil.rmtree(self._path / folder)

    def sweep(self, folder: str) -> None:
        with _reported(self.url):
            for path in (self._path / folder).rglob(f"*{_NEW}"):
                path.unlink(missing_ok=True)


def _remove_empty(folder: Path, above: Path) -> None:
    """Remove a folder and those above it, as long as nothing is in them, up to ``above``."""
    while folder != above:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _write(path: Path, content: bytes) -> None:
    """Write a new file, for its owner only."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError:  # its folder is new, or was removed when it was empty
        make_folder(path.parent)
        descriptor = os.open(path, flags, 0o600)
    try:
        write_all(descriptor, content)
    finally:
        os.close(descriptor)


class StorePlace:
    """An object store by fsspec, with the credentials and options of fsspec's own configuration."""

    def __init__(self, url: str) -> None:
        checked(url)
        self.url = public(url)
        import fsspec

        with _reported(self.url):
            # Others write there too: a listing is never the one of before.
            self._fs, root = fsspec.url_to_fs(url, use_listings_cache=False)
            self._root: str = root.rstrip("/")

    def put(self, objects: Mapping[str, bytes]) -> None:
        with _reported(self.url):
            named = {self._full(name): content for name, content in objects.items()}
            try:
                self._fs.pipe(named)
            except FileNotFoundError:
                if self._fs.async_impl:  # an object store: it is the bucket that is missing
                    raise
                for folder in {name.rpartition("/")[0] for name in named}:
                    self._fs.makedirs(folder, exist_ok=True)
                self._fs.pipe(named)

    def get(self, name: str) -> bytes:
        with _reported(self.url):
            try:
                content: bytes = self._fs.cat_file(self._full(name))
                return content
            except FileNotFoundError:
                raise MissingError(name) from None

    def get_all(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        left = list(names)
        while left:
            chunk, left = left[:_AT_ONCE], left[_AT_ONCE:]
            with _reported(self.url):
                # Asked for as a list, or one object would come back as bytes alone.
                found: dict[str, bytes] = self._fs.cat([self._full(name) for name in chunk], on_error="omit")
            for name, content in found.items():
                yield self._relative(name), content

    def has(self, name: str) -> bool:  # noqa: ARG002
        return False

    def names(self, folder: str) -> list[str]:
        with _reported(self.url):
            self._fs.invalidate_cache()
            found: list[str] = self._fs.find(self._full(folder))
            return sorted(self._relative(name) for name in found)

    def folders(self, folder: str = "") -> list[str]:
        with _reported(self.url):
            self._fs.invalidate_cache()
            try:
                entries: list[dict[str, Any]] = self._fs.ls(self._full(folder), detail=True)
            except FileNotFoundError:
                return []
            return sorted(
                entry["name"].rstrip("/").rpartition("/")[2]
                for entry in entries
                if entry["type"] == "directory"
            )

    def delete(self, names: Iterable[str]) -> None:
        with _reported(self.url):
            full = [self._full(name) for name in names]
            try:
                if full:
                    self._fs.rm(full)
            except FileNotFoundError:
                for name in full:
                    with suppress(FileNotFoundError):
                        self._fs.rm_file(name)

    def delete_folder(self, folder: str) -> None:
        with _reported(self.url), suppress(FileNotFoundError):
            self._fs.rm(self._full(folder), recursive=True)

    def sweep(self, folder: str) -> None:
        """A store shows no object before it is whole."""

    def _full(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    def _relative(self, name: str) -> str:
        return name.lstrip("/").removeprefix(f"{self._root.lstrip('/')}/")


@contextmanager
def _reported(url: str) -> Iterator[None]:
    """Whatever the store raises as a ``PlaceError`` that names it, and quotes nothing that was sent."""
    try:
        yield
    except ContentError:
        raise
    except Exception as error:
        reason = (isinstance(error, OSError) and error.strerror) or type(error).__name__
        raise PlaceError(f"Cannot reach {url}: {reason}.") from error
