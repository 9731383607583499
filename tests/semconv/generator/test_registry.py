"""The resolver finds every broken reference and rule; the real registry has none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from generator.registry import Registry, RegistryError, is_plural, load

REGISTRY = Path(__file__).parents[3] / "semconv" / "registry" / "spanwright"
SIGNAL = {"brief": "B.", "stability": "development"}


def attribute(key: str, kind: Any = "string", **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "examples": ["x"], **SIGNAL, **more}


def registry(folder: Path, **sections: Any) -> Registry:
    """Write a registry of one file and load it."""
    (folder / "spanwright").mkdir(parents=True)
    (folder / "manifest.yaml").write_text("schema_url: https://example.com/schemas/1.0.0\n")
    text = yaml.safe_dump({"file_format": "definition/2", **sections})
    (folder / "spanwright" / "all.yaml").write_text(text)
    return load(folder)


def test_groups_and_levels_are_resolved(tmp_path: Path) -> None:
    """A signal holds the attributes of its groups, each with its level and condition."""
    group = {
        "id": "g",
        "visibility": "internal",
        "attributes": [{"ref": "a.b", "requirement_level": "required"}],
    }
    conditional = {"ref": "a.c", "requirement_level": {"conditionally_required": "if known"}}
    event = {"name": "e", "attributes": [{"ref_group": "g"}, conditional], **SIGNAL}
    found = registry(
        tmp_path, attributes=[attribute("a.b"), attribute("a.c")], attribute_groups=[group], events=[event]
    ).events[0]
    assert found.required == ("a.b",)
    assert [(r.attribute.key, r.level, r.condition) for r in found.attributes][1] == (
        "a.c",
        "conditionally_required",
        "if known",
    )


@pytest.mark.parametrize(
    ("sections", "error"),
    [
        ({"events": [{"name": "e", "attributes": [{"ref": "x"}], **SIGNAL}]}, "attribute x is not defined"),
        ({"events": [{"name": "e", "attributes": [{"ref_group": "x"}], **SIGNAL}]}, "group x is not defined"),
        (
            {
                "attribute_groups": [
                    {"id": "g", "visibility": "internal", "attributes": [{"ref_group": "g"}]}
                ],
                "events": [{"name": "e", "attributes": [{"ref_group": "g"}], **SIGNAL}],
            },
            "group g holds itself",
        ),
        (
            {
                "attributes": [attribute("a.b")],
                "events": [{"name": "e", "attributes": [{"ref": "a.b"}, {"ref": "a.b"}], **SIGNAL}],
            },
            "a.b is referred to twice",
        ),
        ({"attributes": [attribute("a.b"), attribute("a.b")]}, "attributes a.b is defined twice"),
        ({"attributes": [attribute("a.b"), attribute("a.b.c")]}, "a.b is a name and a namespace"),
        ({"attributes": [attribute("a.words")]}, "plural names are for arrays only"),
        ({"attributes": [attribute("a.word", "string[]")]}, "plural names are for arrays only"),
        (
            {"attributes": [attribute("a.b", deprecated={"reason": "renamed", "renamed_to": "a.c"})]},
            "renamed_to a.c is not defined",
        ),
        (
            {
                "attributes": [attribute("a.b", "any")],
                "metrics": [
                    {
                        "name": "m",
                        "unit": "s",
                        "instrument": "counter",
                        "attributes": [{"ref": "a.b"}],
                        **SIGNAL,
                    }
                ],
            },
            "a.b is any",
        ),
        (
            {
                "attributes": [
                    attribute("a.b", annotations={"spanwright": {"content": True, "never_content": True}})
                ]
            },
            "content and never content",
        ),
        ({"attributes": [{"key": "a.b", "type": "string", **SIGNAL}]}, "has no examples"),
    ],
)
def test_broken_registries_are_refused(tmp_path: Path, sections: dict[str, Any], error: str) -> None:
    """Each broken reference or rule is named."""
    with pytest.raises(RegistryError, match="Cannot read the registry") as raised:
        registry(tmp_path / "registry", **sections)
    assert error in str(raised.value)


def test_no_name_is_a_namespace() -> None:
    """No attribute or metric in use is also the beginning of another."""
    loaded = load(REGISTRY)
    for names in (
        [a.key for a in loaded.attributes if a.deprecated is None],
        [m.name for m in loaded.metrics if "deprecated" not in m.raw],
    ):
        assert not [name for name in names if any(other.startswith(f"{name}.") for other in names)]


def test_every_attribute_of_ours_is_described() -> None:
    """Ours have a sentence as brief, examples of their type, and a place on a span, metric or event."""
    loaded = load(REGISTRY)
    signals = [*loaded.spans, *loaded.groups, *loaded.metrics, *loaded.events]
    used = {reference.attribute.key for signal in signals for reference in signal.attributes}
    types = {"string": str, "int": int, "double": float, "boolean": bool}
    for ours in (a for a in loaded.attributes if a.folder == "spanwright"):
        assert ours.raw["brief"].endswith("."), ours.key
        assert ours.key in used, ours.key
        if "any" in ours.type:
            continue
        inner = ours.type.removeprefix("template[").removesuffix("]").removesuffix("[")
        for example in ours.raw["examples"]:
            values = example if ours.type.endswith("[]") else [example]
            assert all(type(value) is types[inner] for value in values), ours.key


def test_every_string_of_the_official_part_is_classified() -> None:
    """Text that is neither content nor never content is the exception, and listed here."""
    free = {a.key for a in load(REGISTRY).attributes if not a.is_content and not a.is_never_content}
    assert free == {
        "client.address",
        "enduser.id",
        "gen_ai.agent.description",
        "gen_ai.main_agent.description",
        "gen_ai.request.stop_sequences",
        "gen_ai.skill.description",
        "gen_ai.skill.source.uri",
        "gen_ai.tool.description",
        "mcp.resource.uri",
        "spanwright.original.name",
        "user.id",
    }


@pytest.mark.parametrize(
    ("key", "plural"), [("a.words", True), ("a.entity_types", True), ("a.status", False), ("a.kind", False)]
)
def test_plural(key: str, plural: bool) -> None:
    """The last word decides."""
    assert is_plural(key) is plural


def test_refinements_add_attributes_to_a_span(tmp_path: Path) -> None:
    """A span refinement's attributes stand on the span it names; one of an unknown span is refused."""
    span = {"type": "s", "kind": "client", "name": {"note": "{a.b}"}, **SIGNAL}
    refinement = {"id": "r", "ref": "s", "attributes": [{"ref": "a.b", "requirement_level": "required"}]}
    sections = {"attributes": [attribute("a.b")], "spans": [span]}
    assert registry(tmp_path / "1", **sections, span_refinements=[refinement]).spans[0].required == ("a.b",)
    with pytest.raises(RegistryError, match="r: span x is not defined"):
        registry(tmp_path / "2", **sections, span_refinements=[{**refinement, "ref": "x"}])


def test_registries_below_are_read_by_path(tmp_path: Path) -> None:
    """A dependency's attributes can be referred to; its manifest is held to the same shape."""
    below = tmp_path / "official"
    (below / "core").mkdir(parents=True)
    (below / "manifest.yaml").write_text("schema_url: https://example.com/official/1.0.0\n")
    text = yaml.safe_dump({"file_format": "definition/2", "attributes": [attribute("a.b")]})
    (below / "core" / "attributes.yaml").write_text(text)
    own = tmp_path / "own"
    (own / "spanwright").mkdir(parents=True)
    dependency = {"schema_url": "https://example.com/official/1.0.0", "registry_path": "../official"}
    manifest = {"schema_url": "https://example.com/own/1.0.0", "dependencies": [dependency]}
    (own / "manifest.yaml").write_text(yaml.safe_dump(manifest))
    event = {"name": "e", "attributes": [{"ref": "a.b", "requirement_level": "required"}], **SIGNAL}
    (own / "spanwright" / "all.yaml").write_text(
        yaml.safe_dump({"file_format": "definition/2", "events": [event]})
    )
    assert load(own).events[0].required == ("a.b",)


@pytest.mark.skipif(shutil.which("weaver") is None, reason="Weaver is not on PATH")
def test_weaver_accepts_the_registry() -> None:
    """The real tool reads what we wrote."""
    command = ["weaver", "registry", "check", "-r", str(REGISTRY)]
    done = subprocess.run(command, cwd=REGISTRY, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
