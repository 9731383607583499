"""Dashboards, monitors and saved queries for the backends a team has, all made from one definition."""

from .definition import Definition, DefinitionError, load
from .outputs import BACKENDS, outputs

__all__ = ["BACKENDS", "Definition", "DefinitionError", "load", "outputs"]
