"""How files for backends are written: one form, so that they can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

_HEAD = (
    "# Made by `spanwright backends`; edit analysis/src/spanwright_analysis/backends/definition instead.\n"
)


class _Dumper(yaml.SafeDumper):
    """Several lines as a block, no anchors, lists set in."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(value: Mapping[str, Any] | list[Any]) -> str:
    return _HEAD + yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)


def json_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
