"""Renders the registry as Python modules, formatted as ruff formats."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from .registry import Attribute, Registry, Signal

HEADER = '"""{title}\n\nGenerated from semconv/registry by `make generate`; edit the registry instead.\n"""\n'
WIDTH = 110


def constant(name: str) -> str:
    """``gen_ai.usage.input_tokens`` -> ``GEN_AI_USAGE_INPUT_TOKENS``."""
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def modules(registry: Registry) -> dict[str, str]:
    """File name -> source text."""
    return {
        "__init__.py": HEADER.format(title="Run-time copy of the registry."),
        "attributes.py": _attributes(registry),
        "content.py": _content(registry),
        "enums.py": _enums(registry),
        "metrics.py": _metrics(registry),
        "tables.py": _tables(registry),
    }


def comment(text: str, indent: str = "") -> str:
    """A documentation comment, wrapped."""
    prefix = f"{indent}#: "
    return textwrap.fill(
        " ".join(text.split()), WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False
    )


def call(head: str, values: Sequence[str], indent: str = "") -> str:
    """``head(a, b)`` on one line if it fits, else one argument a line with a trailing comma."""
    line = f"{indent}{head}({', '.join(values)})"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{indent}{head}(", *(f"{indent}    {value}," for value in values), f"{indent})"])


def text(value: str) -> str:
    """A string literal in double quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def strings(values: Iterable[str]) -> str:
    """A tuple of string literals."""
    items = [text(value) for value in values]
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _exports(names: Iterable[str]) -> str:
    return "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(names)) + "]\n"


def _description(attribute: Attribute) -> str:
    parts = [attribute.raw["brief"]]
    if attribute.deprecated:
        parts.insert(0, f"Deprecated. {attribute.deprecated}")
    unit = attribute.notes.get("unit")
    kind = attribute.type if not attribute.members else "enumeration"
    return f"{' '.join(parts)} ({kind}{f', {unit}' if unit else ''})"


def _attributes(registry: Registry) -> str:
    lines = [HEADER.format(title="Attribute names."), "from typing import Final\n"]
    lines.append(_exports([constant(a.key) for a in registry.attributes] + ["SCHEMA_URL"]))
    lines.append(
        "\n".join(
            [comment("Schema URL of this registry."), f"SCHEMA_URL: Final = {text(registry.schema_url)}"]
        )
    )
    for attribute in registry.attributes:
        lines += [
            comment(_description(attribute)),
            f"{constant(attribute.key)}: Final = {text(attribute.key)}",
        ]
    return "\n".join(lines) + "\n"


def _enums(registry: Registry) -> str:
    enumerations = sorted((a for a in registry.attributes if a.members), key=lambda a: str(a.notes["enum"]))
    head = [HEADER.format(title="Known values of enumerations."), "from enum import StrEnum\n"]
    head.append(_exports(a.notes["enum"] for a in enumerations))
    blocks = ["\n".join(head)]
    for attribute in enumerations:
        openness = "closed" if attribute.notes.get("closed") else "open"
        title = f"Values of ``{attribute.key}`` ({openness})."
        lines = [f"class {attribute.notes['enum']}(StrEnum):", f'    """{title}"""\n']
        for member in attribute.members:
            lines.append(comment(member["brief"], "    "))
            lines.append(f"    {constant(member['id'])} = {text(member['value'])}")
        blocks.append("\n".join(lines) + "\n")
    return "\n\n".join(blocks)


def _metrics(registry: Registry) -> str:
    lines = [HEADER.format(title="Metric definitions."), "from typing import Final\n"]
    lines.append("from ..definitions import MetricDefinition\n")
    lines.append(_exports([constant(m.name) for m in registry.metrics] + ["METRICS"]))
    for metric in registry.metrics:
        lines.append(call(f"{constant(metric.name)}: Final = MetricDefinition", _metric_arguments(metric)))
    lines.append("\n" + comment("All of them, by name."))
    lines.append("METRICS: Final[dict[str, MetricDefinition]] = {")
    lines += [f"    {text(metric.name)}: {constant(metric.name)}," for metric in registry.metrics]
    return "\n".join([*lines, "}"]) + "\n"


def _metric_arguments(metric: Signal) -> list[str]:
    raw = metric.raw
    boundaries = metric.notes.get("boundaries")
    brief = f"Deprecated. {raw['deprecated']['note']} {raw['brief']}" if "deprecated" in raw else raw["brief"]
    limits = "None" if boundaries is None else f"({', '.join(_number(b) for b in boundaries)})"
    return [
        f"name={text(metric.name)}",
        f"instrument={text(raw['instrument'])}",
        f"unit={text(raw['unit'])}",
        f"description={text(' '.join(brief.split()))}",
        f"value_type={text(raw['annotations']['code_generation']['metric_value_type'])}",
        f"boundaries={limits}",
        f"attributes={strings(r.attribute.key for r in metric.attributes)}",
    ]


def _number(value: float) -> str:
    shown = repr(float(value))
    return f"{int(value)}.0" if "e+" in shown else shown


def _content(registry: Registry) -> str:
    templates = [a.key for a in registry.attributes if a.is_content and a.type.startswith("template[")]
    content = [a.key for a in registry.attributes if a.is_content and a.key not in templates]
    never = [a.key for a in registry.attributes if a.is_never_content]
    return (
        "\n".join(
            [
                HEADER.format(title="Which attributes hold user and model content."),
                "from typing import Final\n",
                comment("Attributes that hold what people and models wrote."),
                _set("CONTENT_KEYS", content),
                comment("Beginnings of such attributes whose last part is free."),
                f"CONTENT_PREFIXES: Final[tuple[str, ...]] = {strings(f'{key}.' for key in templates)}",
                comment("Attributes that never do: ids, models, names, versions, enumerations, figures."),
                _set("NEVER_CONTENT_KEYS", never),
            ]
        )
        + "\n"
    )


def _set(name: str, keys: Iterable[str]) -> str:
    lines = "".join(f"        {text(key)},\n" for key in keys)
    return f"{name}: Final[frozenset[str]] = frozenset(\n    {{\n{lines}    }}\n)"


def _tables(registry: Registry) -> str:
    lines = [
        HEADER.format(title="What the checker holds spans against."),
        "from typing import Final\n",
        "from ..definitions import AttributeDefinition, EventDefinition, SpanDefinition\n",
        "ATTRIBUTES: Final[dict[str, AttributeDefinition]] = {",
    ]
    lines += [_item(a.key, "AttributeDefinition", _attribute_arguments(a)) for a in registry.attributes]
    lines += ["}\n", "SPANS: Final[dict[str, SpanDefinition]] = {"]
    lines += [_item(s.name, "SpanDefinition", _span_arguments(s)) for s in registry.spans]
    lines += ["}\n", "EVENTS: Final[dict[str, EventDefinition]] = {"]
    lines += [_item(e.name, "EventDefinition", [text(e.name), strings(e.required)]) for e in registry.events]
    return "\n".join([*lines, "}"]) + "\n"


def _item(key: str, definition: str, arguments: Sequence[str]) -> str:
    line = f"    {text(key)}: {definition}({', '.join(arguments)}),"
    return line if len(line) <= WIDTH else call(f"{text(key)}: {definition}", arguments, "    ") + ","


def _attribute_arguments(attribute: Attribute) -> list[str]:
    arguments = [text(attribute.type)]
    optional: list[tuple[str, Any]] = [
        ("values", [m["value"] for m in attribute.members] if attribute.notes.get("closed") else None),
        ("deprecated", attribute.deprecated),
        ("shape", attribute.notes.get("shape")),
    ]
    for name, value in optional:
        if value is not None:
            arguments.append(f"{name}={strings(value) if isinstance(value, list) else text(value)}")
    return arguments


def _span_arguments(span: Signal) -> list[str]:
    return [
        text(span.name),
        strings(span.notes.get("operations", ())),
        strings(span.notes["kinds"]),
        text(span.raw["name"]["note"]),
        strings(span.required),
    ]
