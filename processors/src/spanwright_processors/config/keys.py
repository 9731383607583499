"""Every key there is, read from the dataclasses that use them."""

from __future__ import annotations

import ast
import inspect
import textwrap
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any

#: What every environment variable of ours begins with.
PREFIX = "SPANWRIGHT_"

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: ``path`` is where it stands in a file, the step's name first. ``default`` may be None."""

    path: Path
    hint: Any
    default: Any
    secret: bool
    doc: str

    @property
    def name(self) -> str:
        """The key as a file has it, its levels joined by dots."""
        return ".".join(self.path)

    @property
    def variable(self) -> str:
        """The environment variable of this key."""
        return PREFIX + "_".join(self.path).upper().replace("-", "_")


def keys_of(cls: type[Any], prefix: Path = (), *, documented: bool = False) -> Iterator[Key]:
    """The keys of a settings dataclass, those of dataclasses inside it one level deeper.

    Fields with ``metadata={"key": False}`` are no keys. ``documented`` reads the docs from the source, which
    costs milliseconds.
    """
    hints = typing.get_type_hints(cls)
    docs = field_docs(cls) if documented else {}
    for field in fields(cls):
        if not field.metadata.get("key", True):
            continue
        path = (*prefix, field.name)
        hint = hints[field.name]
        if isinstance(hint, type) and is_dataclass(hint):
            yield from keys_of(hint, path, documented=documented)
        else:
            yield Key(
                path, hint, _default(field), bool(field.metadata.get("secret")), docs.get(field.name, "")
            )


def build(cls: type[Any], values: Mapping[Path, Any], prefix: Path = ()) -> Any:
    """The dataclass with ``values``, by path, put in. Whatever its own check raises comes through."""
    hints = typing.get_type_hints(cls)
    arguments: dict[str, Any] = {}
    for field in fields(cls):
        path = (*prefix, field.name)
        if path in values:
            arguments[field.name] = values[path]
        elif any(other[: len(path)] == path for other in values):
            arguments[field.name] = build(hints[field.name], values, path)
    return cls(**arguments)


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return None if field.default is MISSING else field.default


def section_doc(cls: type[Any]) -> str:
    """First paragraph of the class docstring on one line; empty where the dataclass decorator wrote it."""
    paragraph = inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0]
    return "" if paragraph.startswith(f"{cls.__name__}(") else " ".join(paragraph.split())


def field_docs(cls: type[Any]) -> dict[str, str]:
    """What stands at each field: ``#:`` lines above it, or a string right below it. Empty without source."""
    try:
        source = textwrap.dedent(inspect.getsource(cls))
    except (OSError, TypeError):
        return {}
    lines = source.splitlines()
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.ClassDef)
    docs: dict[str, str] = {}
    for statement, following in zip(definition.body, [*definition.body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = _string(following) or _comment_above(lines, statement.lineno - 1)
            docs[statement.target.id] = " ".join(text.split())
    return docs


def _string(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""


def _comment_above(lines: list[str], index: int) -> str:
    comment: list[str] = []
    while index > 0 and lines[index - 1].strip().startswith("#:"):
        index -= 1
        comment.insert(0, lines[index].strip().removeprefix("#:"))
    return " ".join(comment)
