"""Loads the registry's files and resolves their references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from .shape import PRIMITIVES, SECTIONS, manifest_errors, shape_errors

#: A number of things has a plural name, like upstream's gen_ai.usage.input_tokens; other plurals are arrays.
COUNT_TYPES = {"int", "template[int]"}
#: Singular words that end in s.
NOT_PLURAL = {"class", "address", "status", "alias"}


#: Section -> (folder, entry) of every file.
_Sections: TypeAlias = dict[str, list[tuple[str, Mapping[str, Any]]]]


class RegistryError(Exception):
    """The registry contradicts its format or its rules; the message lists every place."""


@dataclass(frozen=True)
class Attribute:
    """One resolved attribute. ``folder`` is the registry folder that defines it."""

    key: str
    folder: str
    raw: Mapping[str, Any]

    @property
    def members(self) -> Sequence[Mapping[str, Any]]:
        kind = self.raw["type"]
        return kind["members"] if isinstance(kind, dict) else ()

    @property
    def type(self) -> str:
        """As in the registry; the type of the values for an enumeration."""
        if not self.members:
            return str(self.raw["type"])
        return "int" if isinstance(self.members[0]["value"], int) else "string"

    @property
    def notes(self) -> Mapping[str, Any]:
        """Our own annotations."""
        found: Mapping[str, Any] = (self.raw.get("annotations") or {}).get("spanwright", {})
        return found

    @property
    def deprecated(self) -> str | None:
        """What to do instead, or None."""
        entry = self.raw.get("deprecated")
        if entry is None:
            return None
        return f"Use `{entry['renamed_to']}`." if entry["reason"] == "renamed" else str(entry["note"])

    @property
    def is_content(self) -> bool:
        return bool(self.notes.get("content"))

    @property
    def is_never_content(self) -> bool:
        """Said so, or a number, a truth value or an enumeration."""
        inner = self.type.removeprefix("template[").removesuffix("]").removesuffix("[")
        numeric = inner in PRIMITIVES - {"string"}
        return bool(self.notes.get("never_content")) or bool(self.members) or numeric


@dataclass(frozen=True)
class Reference:
    """An attribute as one signal uses it. ``condition`` says when a conditional level applies."""

    attribute: Attribute
    level: str
    condition: str


@dataclass(frozen=True)
class Signal:
    """A span, metric, event or public group with its resolved attributes."""

    name: str
    folder: str
    raw: Mapping[str, Any]
    attributes: Sequence[Reference]

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(r.attribute.key for r in self.attributes if r.level == "required")

    @property
    def notes(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (self.raw.get("annotations") or {}).get("spanwright", {})
        return found


@dataclass(frozen=True)
class Registry:
    """The whole registry, sorted by name."""

    schema_url: str
    dependencies: Sequence[str]
    attributes: Sequence[Attribute]
    groups: Sequence[Signal]
    spans: Sequence[Signal]
    metrics: Sequence[Signal]
    events: Sequence[Signal]


def load(folder: Path) -> Registry:
    """Read, check and resolve the registry in ``folder`` and those it depends on by path.

    Raises `RegistryError` with every defect.
    """
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text())
    sections: _Sections = {section: [] for section in SECTIONS}
    errors = _read(folder, manifest, sections)
    for dependency in manifest.get("dependencies", []):
        below = folder / dependency["registry_path"]
        errors += _read(below, yaml.safe_load((below / "manifest.yaml").read_text()), sections)
    if errors:
        raise RegistryError(_message(errors))
    return _resolve(manifest, sections)


def _read(folder: Path, manifest: Any, sections: _Sections) -> list[str]:
    """Add the entries of a registry's files to ``sections``; returns what is wrong with the files."""
    errors = [f"manifest.yaml: {error}" for error in manifest_errors(manifest)]
    for path in sorted(folder.rglob("*.yaml")):
        if path.name == "manifest.yaml":
            continue
        document = yaml.safe_load(path.read_text())
        errors += [f"{path.relative_to(folder)}: {error}" for error in shape_errors(document)]
        for section in SECTIONS:
            entries = document.get(section, []) if isinstance(document, dict) else []
            sections[section] += [(path.parent.name, entry) for entry in entries]
    return errors


def _resolve(manifest: Mapping[str, Any], sections: _Sections) -> Registry:
    attributes = {raw["key"]: Attribute(raw["key"], folder, raw) for folder, raw in sections["attributes"]}
    resolver = _Resolver(attributes, {raw["id"]: raw for _, raw in sections["attribute_groups"]}, [])
    public = [(folder, raw) for folder, raw in sections["attribute_groups"] if raw["visibility"] == "public"]
    registry = Registry(
        schema_url=manifest["schema_url"],
        dependencies=[entry["schema_url"] for entry in manifest.get("dependencies", [])],
        attributes=sorted(attributes.values(), key=lambda attribute: attribute.key),
        groups=resolver.signals(public, "id"),
        spans=resolver.signals(_refined(sections, resolver.errors), "type"),
        metrics=resolver.signals(sections["metrics"], "name"),
        events=resolver.signals(sections["events"], "name"),
    )
    resolver.errors.extend(f"{key} is defined twice" for key in _twice(sections))
    errors = resolver.errors + rule_errors(registry)
    if errors:
        raise RegistryError(_message(errors))
    return registry


def _refined(sections: _Sections, errors: list[str]) -> list[tuple[str, Mapping[str, Any]]]:
    """The spans, each with the attributes its refinements add."""
    added: dict[str, list[Any]] = {raw["type"]: [] for _, raw in sections["spans"]}
    for _, raw in sections["span_refinements"]:
        if raw["ref"] in added:
            added[raw["ref"]] += raw.get("attributes", [])
        else:
            errors.append(f"{raw['id']}: span {raw['ref']} is not defined")
    return [
        (folder, {**raw, "attributes": [*raw.get("attributes", []), *added[raw["type"]]]})
        for folder, raw in sections["spans"]
    ]


@dataclass(frozen=True)
class _Resolver:
    attributes: Mapping[str, Attribute]
    groups: Mapping[str, Mapping[str, Any]]
    errors: list[str]

    def signals(self, entries: Sequence[tuple[str, Mapping[str, Any]]], key: str) -> Sequence[Signal]:
        found = [Signal(raw[key], folder, raw, self._references(raw[key], raw)) for folder, raw in entries]
        return sorted(found, key=lambda signal: signal.name)

    def _references(self, where: str, raw: Mapping[str, Any]) -> Sequence[Reference]:
        references: dict[str, Reference] = {}
        for entry in self._flat(where, raw.get("attributes", []), ()):
            attribute = self.attributes.get(entry["ref"])
            if attribute is None:
                self.errors.append(f"{where}: attribute {entry['ref']} is not defined")
            elif entry["ref"] in references:
                self.errors.append(f"{where}: attribute {entry['ref']} is referred to twice")
            else:
                references[entry["ref"]] = _reference(attribute, entry)
        return list(references.values())

    def _flat(self, where: str, entries: Sequence[Any], seen: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
        for entry in entries:
            name = entry.get("ref_group")
            if name is None:
                yield entry
            elif name in seen or name not in self.groups:
                self.errors.append(
                    f"{where}: group {name} {'holds itself' if name in seen else 'is not defined'}"
                )
            else:
                yield from self._flat(where, self.groups[name].get("attributes", []), (*seen, name))


def _reference(attribute: Attribute, entry: Mapping[str, Any]) -> Reference:
    level = entry.get("requirement_level", "recommended")
    if isinstance(level, dict):
        [(level, condition)] = level.items()
        return Reference(attribute, level, condition)
    return Reference(attribute, level, "")


def _twice(sections: _Sections) -> list[str]:
    twice = []
    identities = {
        "attributes": "key",
        "attribute_groups": "id",
        "spans": "type",
        "span_refinements": "id",
        "metrics": "name",
        "events": "name",
    }
    for section, identity in identities.items():
        counts = Counter(raw[identity] for _, raw in sections[section])
        twice += [f"{section} {name}" for name, count in sorted(counts.items()) if count > 1]
    return twice


def rule_errors(registry: Registry) -> list[str]:
    """What in a resolved registry breaks a naming or typing rule."""
    errors = [error for attribute in registry.attributes for error in _attribute_errors(attribute)]
    errors += _namespace_errors(registry)
    keys = {attribute.key for attribute in registry.attributes}
    for attribute in registry.attributes:
        target = (attribute.raw.get("deprecated") or {}).get("renamed_to")
        if target is not None and target not in keys:
            errors.append(f"{attribute.key}: renamed_to {target} is not defined")
    for signal in [*registry.metrics, *registry.groups]:
        for reference in signal.attributes:
            if "any" in reference.attribute.type:
                errors.append(
                    f"{signal.name}: {reference.attribute.key} is any, which metrics and groups forbid"
                )
    return errors


def _attribute_errors(attribute: Attribute) -> list[str]:
    errors = []
    if attribute.folder == "spanwright" and not attribute.raw.get("examples"):
        errors.append(f"{attribute.key}: has no examples")
    if attribute.is_content and attribute.is_never_content:
        errors.append(f"{attribute.key}: is content and never content")
    if attribute.type.endswith("[]") != is_plural(attribute.key) and attribute.folder == "spanwright":
        errors += (
            [] if attribute.type in COUNT_TYPES else [f"{attribute.key}: plural names are for arrays only"]
        )
    return errors


def is_plural(key: str) -> bool:
    """Whether the last word of a name is a plural."""
    word = key.rsplit(".", 1)[-1].rsplit("_", 1)[-1]
    return word.endswith("s") and word not in NOT_PLURAL


def _namespace_errors(registry: Registry) -> list[str]:
    """A name must not also be a namespace; deprecated names are past mending."""
    names = [attribute.key for attribute in registry.attributes if attribute.deprecated is None]
    spaces = {name[:at] for name in names for at, letter in enumerate(name) if letter == "."}
    return [f"{name} is a name and a namespace" for name in names if name in spaces]


def _message(errors: Sequence[str]) -> str:
    return (
        "Cannot read the registry:\n  " + "\n  ".join(errors) + "\nCorrect the files under semconv/registry."
    )
