"""Renders the registry as Python modules, formatted as ruff formats."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from .literals import WIDTH, Node, call, layout, string, strings
from .registry import Attribute, Registry, Signal

_HEADER = (
    '"""{title}\n\nGenerated from semconv/registry by `make generate`; edit the registry instead.\n"""\n'
)
_FINAL = "from typing import Final\n"


def constant(name: str) -> str:
    """``gen_ai.usage.input_tokens`` -> ``GEN_AI_USAGE_INPUT_TOKENS``."""
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def modules(registry: Registry) -> dict[str, str]:
    """File name -> source text."""
    return {
        "__init__.py": _HEADER.format(title="Run-time copy of the registry."),
        "attributes.py": _attributes(registry),
        "content.py": _content(registry),
        "enums.py": _enums(registry),
        "metrics.py": _metrics(registry),
        "tables.py": _tables(registry),
    }


def _comment(text: str, indent: str = "") -> str:
    """A documentation comment, wrapped."""
    prefix = f"{indent}#: "
    flat = " ".join(text.split())
    return textwrap.fill(flat, WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False)


def _exports(names: Iterable[str]) -> str:
    return "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(names)) + "]\n"


def _description(attribute: Attribute) -> str:
    instead = f"Deprecated. {attribute.deprecated} " if attribute.deprecated else ""
    kind = "enumeration" if attribute.members else attribute.type
    unit = f", {attribute.notes['unit']}" if "unit" in attribute.notes else ""
    return f"{instead}{attribute.raw['brief']} ({kind}{unit})"


def _attributes(registry: Registry) -> str:
    lines = [_HEADER.format(title="Attribute names."), _FINAL]
    lines.append(_exports([constant(a.key) for a in registry.attributes] + ["SCHEMA_URL"]))
    lines += [_comment("Schema URL of this registry."), f"SCHEMA_URL: Final = {string(registry.schema_url)}"]
    for attribute in registry.attributes:
        name, value = constant(attribute.key), string(attribute.key)
        line = f"{name}: Final = {value}"
        fits = len(line) <= WIDTH
        lines += [_comment(_description(attribute)), line if fits else f"{name}: Final = (\n    {value}\n)"]
    return "\n".join(lines) + "\n"


def _enums(registry: Registry) -> str:
    enumerations = sorted((a for a in registry.attributes if a.members), key=lambda a: str(a.notes["enum"]))
    head = [_HEADER.format(title="Known values of enumerations."), "from enum import StrEnum\n"]
    blocks = ["\n".join([*head, _exports(a.notes["enum"] for a in enumerations)])]
    for attribute in enumerations:
        openness = "closed" if attribute.notes.get("closed") else "open"
        lines = [f"class {attribute.notes['enum']}(StrEnum):"]
        lines.append(f'    """Values of ``{attribute.key}`` ({openness})."""\n')
        for member in attribute.members:
            lines.append(_comment(member["brief"], "    "))
            lines.append(f"    {constant(member['id'])} = {string(member['value'])}")
        blocks.append("\n".join(lines) + "\n")
    return "\n\n".join(blocks)


def _metrics(registry: Registry) -> str:
    lines = [_HEADER.format(title="Metric definitions."), _FINAL]
    lines.append("from ..definitions import MetricDefinition\n")
    lines.append(_exports([constant(m.name) for m in registry.metrics] + ["METRICS"]))
    lines += [layout(_metric(metric)) for metric in registry.metrics]
    lines.append("\n" + _comment("All of them, by name."))
    lines.append("METRICS: Final[dict[str, MetricDefinition]] = {")
    lines += [f"    {string(metric.name)}: {constant(metric.name)}," for metric in registry.metrics]
    return "\n".join([*lines, "}"]) + "\n"


def _metric(metric: Signal) -> Node:
    raw = metric.raw
    boundaries = metric.notes.get("boundaries")
    limits = [] if boundaries is None else [_number(value) for value in boundaries]
    instead = f"Deprecated. {raw['deprecated']['note']} " if "deprecated" in raw else ""
    return call(
        f"{constant(metric.name)}: Final = MetricDefinition",
        f"name={string(metric.name)}",
        f"instrument={string(raw['instrument'])}",
        f"unit={string(raw['unit'])}",
        f"description={string(instead + ' '.join(raw['brief'].split()))}",
        f"value_type={string(raw['annotations']['code_generation']['metric_value_type'])}",
        Node("boundaries=(", limits, ")", is_tuple=True) if limits else "boundaries=None",
        strings([r.attribute.key for r in metric.attributes], "attributes="),
    )


def _number(value: float) -> str:
    """A float literal; small ones as Python shows them."""
    return repr(float(value))


def _content(registry: Registry) -> str:
    templates = [a.key for a in registry.attributes if a.is_content and a.type.startswith("template[")]
    content = [a.key for a in registry.attributes if a.is_content and a.key not in templates]
    never = [a.key for a in registry.attributes if a.is_never_content and not a.type.startswith("template[")]
    prefixes = layout(
        strings([f"{key}." for key in templates], "CONTENT_PREFIXES: Final[tuple[str, ...]] = ")
    )
    lines = [
        _HEADER.format(title="Which attributes hold user and model content."),
        _FINAL,
        _comment("Attributes that hold what people and models wrote."),
        _set("CONTENT_KEYS", content),
        _comment("Beginnings of such attributes whose last part is free."),
        prefixes,
        _comment("Attributes that never do: ids, models, names, versions, enumerations, figures."),
        _set("NEVER_CONTENT_KEYS", never),
    ]
    return "\n".join(lines) + "\n"


def _set(name: str, keys: Iterable[str]) -> str:
    lines = "".join(f"        {string(key)},\n" for key in keys)
    return f"{name}: Final[frozenset[str]] = frozenset(\n    {{\n{lines}    }}\n)"


def _tables(registry: Registry) -> str:
    lines = [
        _HEADER.format(title="What the checker holds spans against."),
        _FINAL,
        "from ..definitions import AttributeDefinition, EventDefinition, SpanDefinition\n",
        "ATTRIBUTES: Final[dict[str, AttributeDefinition]] = {",
        *(_entry(a.key, _attribute(a)) for a in registry.attributes),
        "}\n",
        "SPANS: Final[dict[str, SpanDefinition]] = {",
        *(_entry(s.name, _span(s)) for s in registry.spans),
        "}\n",
        "EVENTS: Final[dict[str, EventDefinition]] = {",
        *(
            _entry(e.name, call("EventDefinition", string(e.name), strings(e.required)))
            for e in registry.events
        ),
        "}\n",
    ]
    return "\n".join(lines)


def _entry(key: str, definition: Node) -> str:
    keyed = Node(f"{string(key)}: {definition.opening}", definition.items, definition.closing)
    return f"    {layout(keyed, indent=4, reserve=1)},"


def _attribute(attribute: Attribute) -> Node:
    arguments: list[str | Node] = [string(attribute.type)]
    if attribute.notes.get("closed"):
        arguments.append(strings([member["value"] for member in attribute.members], "values="))
    if attribute.deprecated is not None:
        arguments.append(f"deprecated={string(attribute.deprecated)}")
    if "shape" in attribute.notes:
        arguments.append(f"shape={string(attribute.notes['shape'])}")
    return call("AttributeDefinition", *arguments)


def _span(span: Signal) -> Node:
    return call(
        "SpanDefinition",
        string(span.name),
        strings(span.notes.get("operations", ())),
        strings(span.notes["kinds"]),
        string(span.raw["name"]["note"]),
        strings(span.required),
    )
