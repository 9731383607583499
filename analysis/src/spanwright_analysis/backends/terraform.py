"""Terraform that sends the JSON files of a backend beside it: one file to keep, whatever is in the others."""

from __future__ import annotations

from importlib.resources import files


def module(name: str) -> dict[str, str]:
    """The module's one file, which stands in the folder of the JSON files."""
    return {"main.tf": (files(__package__) / "modules" / f"{name}.tf").read_text("utf-8")}
