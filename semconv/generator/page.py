"""Renders the registry as the reference page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .registry import Attribute, Reference, Registry, Signal

_INTRODUCTION = """\
# Semantic conventions

Generated from `semconv/registry` by `make generate`; edit the registry instead.

Every name a Spanwright span, metric or event may carry. The official part is a pinned copy of what is in use
of {dependencies}; the extension is `spanwright.*` (schema URL `{schema_url}`).
In Python: `spanwright_semconv.attributes.GEN_AI_USAGE_INPUT_TOKENS` and so on, `spanwright_semconv.metrics`,
`spanwright_semconv.enums`.

**Content** says how an attribute is treated: *yes* = what people and models wrote, recorded only under the
content policy, masked, dropped when a step fails; *never* = masking skips it and a failing step keeps it;
*text* = any text, masked, dropped when a step fails. An enumeration is open (other values may occur) unless
it says closed.
"""

_FOLDERS = {
    "spanwright": "Spanwright's extension",
    "gen_ai": "GenAI",
    "mcp": "Model Context Protocol",
    "core": "Core",
}


def page(registry: Registry) -> str:
    """The text of docs/reference/semantic-conventions.md."""
    dependencies = " and ".join(f"`{url}`" for url in registry.dependencies)
    parts = [_INTRODUCTION.format(dependencies=dependencies, schema_url=registry.schema_url)]
    parts += _section("Spans", registry.spans, _span)
    parts += _section("Groups of attributes on any span", registry.groups, _group)
    parts += _section("Events", registry.events, _group)
    parts += ["## Metrics\n", _metrics(registry.metrics)]
    parts.append("## Attributes\n")
    for folder, title in _FOLDERS.items():
        found = [a for a in registry.attributes if a.folder == folder and a.deprecated is None]
        parts += [f"### {title}\n", _attributes(found)]
    parts += ["## Enumerations\n", *(_enumeration(a) for a in registry.attributes if a.members)]
    parts += ["## Deprecated attributes\n", _deprecated(a for a in registry.attributes if a.deprecated)]
    return "\n".join(parts)


def _section(title: str, signals: Sequence[Signal], render: Callable[[Signal], str]) -> list[str]:
    return [f"## {title}\n", *(render(signal) for signal in signals)]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in lines)
        + "\n"
    )


def _flat(text: str) -> str:
    return " ".join(text.split())


def _span(span: Signal) -> str:
    operations = ", ".join(f"`{name}`" for name in span.notes.get("operations", ()))
    facts = [f"Name `{span.raw['name']['note']}`", f"kind {' or '.join(span.notes['kinds'])}"]
    facts += [f"operations {operations}"] if operations else []
    return (
        f"### {span.name}\n\n{_flat(span.raw['brief'])} {', '.join(facts)}.\n\n{_references(span.attributes)}"
    )


def _group(group: Signal) -> str:
    return f"### {group.name}\n\n{_flat(group.raw['brief'])}\n\n{_references(group.attributes)}"


def _references(references: Sequence[Reference]) -> str:
    order = ["required", "conditionally_required", "recommended", "opt_in"]
    rows = [
        [f"`{r.attribute.key}`", r.level.replace("_", " ") + (f": {r.condition}" if r.condition else "")]
        for r in sorted(references, key=lambda r: (order.index(r.level), r.attribute.key))
    ]
    return _table(["attribute", "requirement"], rows)


def _metrics(metrics: Sequence[Signal]) -> str:
    rows = []
    for metric in metrics:
        raw = metric.raw
        old = f"**Deprecated.** {raw['deprecated']['note']} " if "deprecated" in raw else ""
        limits = ", ".join(f"{value:.10g}" for value in metric.notes.get("boundaries", ()))
        keys = ", ".join(f"`{r.attribute.key}`" for r in metric.attributes)
        rows.append(
            [f"`{metric.name}`", raw["instrument"], raw["unit"], old + _flat(raw["brief"]), limits, keys]
        )
    return _table(["metric", "instrument", "unit", "brief", "bucket boundaries", "attributes"], rows)


def _attributes(attributes: Sequence[Attribute]) -> str:
    rows = [
        [
            f"`{a.key}`",
            _type(a),
            a.notes.get("unit", ""),
            _brief(a),
            _examples(a),
            _content(a),
            a.raw["stability"],
        ]
        for a in attributes
    ]
    return _table(["attribute", "type", "unit", "brief", "examples", "content", "stability"], rows)


def _type(attribute: Attribute) -> str:
    if not attribute.members:
        return attribute.type
    return f"enumeration{', closed' if attribute.notes.get('closed') else ''}"


def _brief(attribute: Attribute) -> str:
    return _flat(f"{attribute.raw['brief']} {attribute.raw.get('note', '')}")


def _examples(attribute: Attribute) -> str:
    return ", ".join(f"`{_shown(example)}`" for example in attribute.raw.get("examples", ()))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value).replace("'", '"') if isinstance(value, list) else str(value)


def _content(attribute: Attribute) -> str:
    if attribute.is_content:
        return "yes"
    return "never" if attribute.is_never_content else "text"


def _enumeration(attribute: Attribute) -> str:
    rows = []
    for member in attribute.members:
        old = f" Deprecated: {member['deprecated']['note']}" if "deprecated" in member else ""
        rows.append([f"`{member['value']}`", _flat(member["brief"]) + old])
    openness = "closed" if attribute.notes.get("closed") else "open"
    title = f"### {attribute.key}\n\n`spanwright_semconv.enums.{attribute.notes['enum']}`, {openness}.\n"
    return f"{title}\n{_table(['value', 'meaning'], rows)}"


def _deprecated(attributes: Iterable[Attribute]) -> str:
    return _table(["attribute", "instead"], [[f"`{a.key}`", str(a.deprecated)] for a in attributes])
