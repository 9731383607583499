"""The shape of a Weaver `definition/2` file, after Weaver's published schemas/semconv.schema.v2.json.

Only the parts the registry uses; an unknown key is an error, as in that schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

STABILITIES = {"stable", "development", "alpha", "beta", "release_candidate"}
PRIMITIVES = {"string", "int", "double", "boolean"}
TYPES = PRIMITIVES | {f"{name}[]" for name in PRIMITIVES} | {"any"}
INSTRUMENTS = {"counter", "updowncounter", "gauge", "histogram"}
KINDS = {"client", "server", "internal", "producer", "consumer"}
LEVELS = {"required", "recommended", "opt_in"}
CONDITIONAL_LEVELS = {"conditionally_required", "recommended", "opt_in"}

_SCHEMA_URL = re.compile(r"https?://[^/]+/.*/\d[^/]*")
_COMMON = {"note", "deprecated", "annotations"}
_SIGNAL = {"brief", "stability"}
#: Section -> (required keys, optional keys).
SECTIONS: Mapping[str, tuple[set[str], set[str]]] = {
    "attributes": ({"key", "type"} | _SIGNAL, {"examples"} | _COMMON),
    "attribute_groups": ({"id", "visibility"}, {"attributes"} | _SIGNAL | _COMMON),
    "spans": ({"type", "kind", "name"} | _SIGNAL, {"attributes", "entity_associations"} | _COMMON),
    "span_refinements": ({"id", "ref"}, {"name", "attributes", "entity_associations"} | _SIGNAL | _COMMON),
    "metrics": ({"name", "unit", "instrument"} | _SIGNAL, {"attributes", "entity_associations"} | _COMMON),
    "events": ({"name"} | _SIGNAL, {"attributes", "entity_associations"} | _COMMON),
}
_MEMBER = ({"id", "value"}, {"brief", "stability"} | _COMMON)
_REF = ({"ref"}, {"requirement_level", "brief", "examples", "stability", "sampling_relevant"} | _COMMON)


def shape_errors(document: Any) -> list[str]:
    """What in a loaded YAML file is not `definition/2`; empty when it is."""
    if not isinstance(document, dict) or document.get("file_format") != "definition/2":
        return ["file_format is not definition/2"]
    errors = [f"unknown section {name!r}" for name in sorted(set(document) - set(SECTIONS) - {"file_format"})]
    for section, keys in SECTIONS.items():
        for entry in document.get(section) or []:
            errors += _entry_errors(section, keys, entry)
    return errors


def manifest_errors(manifest: Any) -> list[str]:
    """What in manifest.yaml does not fit Weaver's definition manifest; empty when all does."""
    if not isinstance(manifest, dict):
        return ["the manifest is not a mapping"]
    errors = _key_errors("manifest", ({"schema_url"}, {"description", "dependencies", "stability"}), manifest)
    dependencies = manifest.get("dependencies", [])
    for dependency in dependencies:
        errors += _key_errors("dependency", ({"schema_url", "registry_path"}, set()), dependency)
    return errors + [
        f"schema_url {entry.get('schema_url')!r} does not end with a version"
        for entry in [manifest, *dependencies]
        if not _SCHEMA_URL.fullmatch(str(entry.get("schema_url")))
    ]


def _key_errors(where: str, keys: tuple[set[str], set[str]], entry: Mapping[str, Any]) -> list[str]:
    required, optional = keys
    missing = [f"{where}: {key!r} is missing" for key in sorted(required - set(entry))]
    return missing + [f"{where}: unknown key {key!r}" for key in sorted(set(entry) - required - optional)]


def _entry_errors(section: str, keys: tuple[set[str], set[str]], entry: Mapping[str, Any]) -> list[str]:
    name = entry.get("key") or entry.get("id") or entry.get("type") or entry.get("name")
    where = f"{section} {name}"
    errors = _key_errors(where, keys, entry)
    errors += _choice(where, "stability", entry, STABILITIES)
    errors += _choice(where, "instrument", entry, INSTRUMENTS)
    errors += _choice(where, "kind", entry, KINDS)
    errors += _choice(where, "visibility", entry, {"internal", "public"})
    errors += _deprecation_errors(where, entry.get("deprecated"))
    if section == "attributes":
        return errors + _type_errors(where, entry.get("type"))
    if section == "spans" and set(entry.get("name") or {}) != {"note"}:
        errors.append(f"{where}: name must hold 'note'")
    if section == "attribute_groups" and entry.get("visibility") == "public":
        errors += [f"{where}: {key!r} is missing" for key in sorted(_SIGNAL - set(entry))]
    return errors + _reference_errors(where, entry.get("attributes") or [])


def _choice(where: str, key: str, entry: Mapping[str, Any], allowed: set[str]) -> list[str]:
    value = entry.get(key)
    return (
        []
        if value is None or value in allowed
        else [f"{where}: {key} {value!r} is not one of {sorted(allowed)}"]
    )


def _type_errors(where: str, kind: Any) -> list[str]:
    if isinstance(kind, dict):
        members = kind.get("members") or []
        errors = [error for member in members for error in _key_errors(f"{where} member", _MEMBER, member)]
        for member in members:
            errors += _deprecation_errors(f"{where} member {member.get('id')}", member.get("deprecated"))
        return errors if members else [f"{where}: an enumeration needs members"]
    inner = kind[len("template[") : -1] if str(kind).startswith("template[") and kind.endswith("]") else kind
    return [] if inner in TYPES else [f"{where}: type {kind!r} does not exist"]


def _deprecation_errors(where: str, deprecated: Any) -> list[str]:
    if deprecated is None:
        return []
    reason = deprecated.get("reason")
    if reason == "renamed":
        return _key_errors(where, ({"reason", "renamed_to"}, {"note"}), deprecated)
    if reason in {"obsoleted", "uncategorized", "unspecified"}:
        return _key_errors(where, ({"reason", "note"}, set()), deprecated)
    return [f"{where}: deprecated.reason {reason!r} does not exist"]


def _reference_errors(where: str, references: Iterable[Mapping[str, Any]]) -> list[str]:
    errors = []
    for reference in references:
        if "ref_group" in reference:
            errors += _key_errors(f"{where} reference", ({"ref_group"}, set()), reference)
            continue
        errors += _key_errors(f"{where} reference", _REF, reference)
        level = reference.get("requirement_level", "recommended")
        known = (
            set(level) <= CONDITIONAL_LEVELS and len(level) == 1
            if isinstance(level, dict)
            else level in LEVELS
        )
        if not known:
            errors.append(f"{where}: requirement_level {level!r} of {reference.get('ref')} does not exist")
    return errors
