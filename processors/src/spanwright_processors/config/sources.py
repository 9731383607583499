"""The three places settings come from: the environment, a YAML file, the OpenTelemetry configuration file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from .keys import PREFIX, Key, Path
from .values import Text, nearest

#: Path of our own YAML file.
CONFIG_FILE_VARIABLE = "SPANWRIGHT_CONFIG_FILE"
#: Path of OpenTelemetry's declarative configuration file, in which our keys stand below ``DECLARATIVE_PATH``.
OTEL_CONFIG_FILE_VARIABLE = "OTEL_CONFIG_FILE"
DECLARATIVE_PATH = ("instrumentation/development", "python", "spanwright")

#: Variables under our prefix that are read elsewhere, by name, or by how they begin where that ends in `_`.
OTHER_VARIABLES = (
    CONFIG_FILE_VARIABLE,
    "SPANWRIGHT_HASH_KEY",
    "SPANWRIGHT_AUDIT_KEY",
    "SPANWRIGHT_TRACES_FILE",
    "SPANWRIGHT_INSTRUMENTATION_",
    "SPANWRIGHT_STORE_",
    "SPANWRIGHT_TOOL_",
    "SPANWRIGHT_RETRIEVAL_",
    "SPANWRIGHT_ANALYSIS_",
    "SPANWRIGHT_DEMO_",
    "SPANWRIGHT_TEST_",
)

#: What Kubernetes and Docker set in every container beside a service that is called spanwright.
_SERVICE_LINK = re.compile(r"(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT(_\d+_(TCP|UDP|SCTP)(_.*)?)?)")
_REFERENCE = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class UnreadableSourceError(Exception):
    """A whole sentence for the user: what cannot be read, why, what to do instead."""


@dataclass(frozen=True, slots=True)
class Given:
    """One value as the user gave it: ``name`` is the key as typed, ``place`` the file it stands in."""

    value: object
    name: str
    place: str | None = None

    def quoted(self, *, secret: bool = False) -> str:
        """The key and its value as typed, the value cut at 80 characters and never shown when secret."""
        shown = "…" if secret else json.dumps(self.value, ensure_ascii=False, default=str)
        shown = shown if len(shown) <= 80 else shown[:79] + "…"
        return f"{self.name}={shown}{self.location}"

    @property
    def location(self) -> str:
        return f" in {self.place}" if self.place else ""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed configuration file; ``root`` is the path our keys stand under."""

    data: Mapping[str, Any]
    place: str
    root: tuple[str, ...] = ()

    def given(self, path: Path, value: object) -> Given:
        return Given(value, ".".join((*self.root, *path)), self.place)


def from_environment(
    environ: Mapping[str, str], keys: Collection[Key], problems: list[str]
) -> dict[Path, Given]:
    """The keys set in the environment. An empty variable counts as unset, as everywhere in OpenTelemetry."""
    by_variable = {key.variable: key.path for key in keys}
    given: dict[Path, Given] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or not value.strip():
            continue
        if variable in by_variable:
            given[by_variable[variable]] = Given(Text(value), variable)
        elif not _is_foreign(variable):
            problems.append(_unknown(Given(Text(value), variable), variable, by_variable, str.upper))
    return given


def _is_foreign(variable: str) -> bool:
    if any(
        variable == other or (other[-1] == "_" and variable.startswith(other)) for other in OTHER_VARIABLES
    ):
        return True
    return _SERVICE_LINK.fullmatch(variable.removeprefix(PREFIX)) is not None


def from_document(document: Document, keys: Collection[Key], problems: list[str]) -> dict[Path, Given]:
    """The keys set in a file. A key without a value (null) keeps its default."""
    paths = {key.path for key in keys}
    return dict(_walk(document, document.data, (), paths, problems))


def _walk(
    document: Document, data: Mapping[str, Any], prefix: Path, paths: set[Path], problems: list[str]
) -> Iterator[tuple[Path, Given]]:
    depth = len(prefix)
    siblings = {path[depth] for path in paths if path[:depth] == prefix and len(path) > depth}
    for name, value in data.items():
        path = (*prefix, str(name))
        given = document.given(path, value)
        if path in paths:
            if value is not None:
                yield path, given
        elif name not in siblings:
            problems.append(_unknown(given, str(name), siblings, str.lower))
        elif isinstance(value, Mapping):
            yield from _walk(document, value, path, paths, problems)
        elif value is not None:
            problems.append(
                f"Cannot use {given.quoted()}: it is not a mapping. Set its keys below it instead."
            )


def _unknown(given: Given, name: str, known: Collection[str], case: Any) -> str:
    lowered = {other.lower() for other in known}
    meant = nearest(name, lowered)
    instead = f"Did you mean {case(meant)}?" if meant else "Remove it; the reference page lists all keys."
    return f"Cannot use {given.name}{given.location}: there is no such key. {instead}"


def read_documents(environ: Mapping[str, str], problems: list[str]) -> list[Document]:
    """The configuration files that the environment names, the stronger one last."""
    documents: list[Document] = []
    for variable, root in ((OTEL_CONFIG_FILE_VARIABLE, DECLARATIVE_PATH), (CONFIG_FILE_VARIABLE, ())):
        if file_name := environ.get(variable, "").strip():
            try:
                documents.append(_read(file_name, variable, root, environ))
            except UnreadableSourceError as error:
                problems.append(str(error))
    return documents


def _read(file_name: str, variable: str, root: tuple[str, ...], environ: Mapping[str, str]) -> Document:
    import yaml

    what = f'Cannot read {variable}="{file_name}"'
    try:
        data = yaml.safe_load(FilePath(file_name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UnreadableSourceError(
            f"{what}: {reason}. Set the path of a readable YAML file instead."
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        raise UnreadableSourceError(f"{what}: it is not YAML{line}. Correct the file.") from error
    place = FilePath(file_name).name
    for depth, name in enumerate(("", *root)):
        data = data if depth == 0 else data.get(name)
        if data is None:
            return Document({}, place, root)
        if not isinstance(data, Mapping):
            key = ".".join(root[:depth]) or "the file"
            raise UnreadableSourceError(f"{what}: {key} holds no mapping. Set keys below it instead.")
    return Document(substituted(data, environ), place, root)


def substituted(value: Any, environ: Mapping[str, str]) -> Any:
    """The value with each ``${VARIABLE}`` or ``${VARIABLE:-default}`` in its texts put in; ``$$`` is ``$``.

    The rules are those of OpenTelemetry's declarative configuration: values only, after parsing, and an
    unset variable without a default leaves its key unset.
    """
    if isinstance(value, str):
        if "$" not in value:
            return value
        text = _REFERENCE.sub(lambda match: _referenced(match, environ), value)
        return Text(text) if text else None
    if isinstance(value, Mapping):
        return {key: substituted(item, environ) for key, item in value.items()}
    if isinstance(value, list):
        return [substituted(item, environ) for item in value]
    return value


def _referenced(match: re.Match[str], environ: Mapping[str, str]) -> str:
    if match.group(1) is None:
        return "$"
    return environ.get(match.group(1)) or match.group(2) or ""
